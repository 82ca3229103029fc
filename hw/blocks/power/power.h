// Ends the run: the value that is written to EXIT is the firmware's exit code.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <systemc>

#include "hw/tlm/register_file.h"

namespace systole {

class Power : public sc_core::sc_module {
public:
  /// on_exit: called once, at the simulated time of the exit, before the simulation stops (sc_stop); may be
  /// empty.
  Power(const sc_core::sc_module_name& name, sc_core::sc_time access_time,
        std::function<void(std::uint32_t)> on_exit = {});

  [[nodiscard]] tl::TargetSocket& socket() { return registers_.socket(); }
  /// Set once the firmware has ended the run.
  [[nodiscard]] std::optional<std::uint32_t> exit_code() const { return exit_code_; }

private:
  void stop();

  tl::RegisterFile registers_;
  tl::Register exit_;
  std::function<void(std::uint32_t)> on_exit_;
  sc_core::sc_event stop_event_;
  std::optional<std::uint32_t> requested_;
  std::optional<std::uint32_t> exit_code_;
};

}  // namespace systole
