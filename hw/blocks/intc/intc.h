// Interrupt controller: up to 31 level-sensitive lines to one.
#pragma once

#include <array>
#include <cstdint>
#include <systemc>

#include "hw/tlm/irq_line.h"
#include "hw/tlm/register_file.h"

namespace systole {

class Intc : public sc_core::sc_module {
public:
  /// line: the host's machine external interrupt; must outlive the controller.
  Intc(const sc_core::sc_module_name& name, sc_core::sc_time access_time, tl::IrqLine& line);

  [[nodiscard]] tl::TargetSocket& socket() { return registers_.socket(); }
  /// Before the simulation starts: line `number` (1 to 31, SYS_IRQ_*) follows `source`.
  void connect(unsigned number, const tl::IrqLine& source);

private:
  void before_end_of_elaboration() override;
  [[nodiscard]] std::uint32_t pending() const;
  [[nodiscard]] std::uint32_t claim() const;
  void update() { line_.set((pending() & enable_.value()) != 0); }

  tl::IrqLine& line_;
  std::array<const tl::IrqLine*, 32> sources_{};
  tl::RegisterFile registers_;
  tl::Register pending_;
  tl::Register enable_;
  tl::Register claim_;
  sc_core::sc_event enabled_;
};

}  // namespace systole
