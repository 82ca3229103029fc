// Machine timer: MTIME counts cycles of its clock, and the interrupt line is up while MTIME >= MTIMECMP.
#pragma once

#include <cstdint>
#include <systemc>

#include "hw/tlm/irq_line.h"
#include "hw/tlm/register_file.h"
#include "hw/tlm/time.h"

namespace systole {

class Timer : public sc_core::sc_module {
public:
  /// clock: what MTIME counts. line: the host's machine timer interrupt; must outlive the timer.
  Timer(const sc_core::sc_module_name& name, const tl::Clock& clock, sc_core::sc_time access_time,
        tl::IrqLine& line);

  [[nodiscard]] tl::TargetSocket& socket() { return registers_.socket(); }

private:
  [[nodiscard]] std::uint64_t now() const;
  /// Sets the line, and comes again at the exact cycle at which it will rise.
  void evaluate();

  tl::Clock clock_;
  tl::IrqLine& line_;
  tl::RegisterFile registers_;
  tl::Register mtime_lo_;
  tl::Register mtime_hi_;
  tl::Register mtimecmp_lo_;
  tl::Register mtimecmp_hi_;
  sc_core::sc_event changed_;
  sc_core::sc_event due_;
};

}  // namespace systole
