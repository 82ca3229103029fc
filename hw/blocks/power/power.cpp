#include "hw/blocks/power/power.h"

#include <utility>

#include "hw/abi/registers.h"

namespace systole {

Power::Power(const sc_core::sc_module_name& name, sc_core::sc_time access_time,
             std::function<void(std::uint32_t)> on_exit)
    : sc_module(name),
      registers_("registers", access_time),
      exit_(registers_, SYS_POWER_EXIT_OFFSET, tl::RegisterAccess::kWriteOnly, SYS_POWER_EXIT_RESET),
      on_exit_(std::move(on_exit)) {
  exit_.on_write([this](std::uint32_t code, sc_core::sc_time delay) {
    if (requested_) return;  // the first write counts
    requested_ = code;
    stop_event_.notify(delay);
  });
  SC_HAS_PROCESS(Power);
  SC_METHOD(stop);
  sensitive << stop_event_;
  dont_initialize();
}

void Power::stop() {
  exit_code_ = requested_;
  if (on_exit_) on_exit_(*exit_code_);
  sc_core::sc_stop();
}

}  // namespace systole
