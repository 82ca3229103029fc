#include "hw/blocks/timer/timer.h"

#include <limits>

#include "hw/abi/registers.h"

namespace systole {

Timer::Timer(const sc_core::sc_module_name& name, const tl::Clock& clock, sc_core::sc_time access_time,
             tl::IrqLine& line)
    : sc_module(name),
      clock_(clock),
      line_(line),
      registers_("registers", access_time),
      mtime_lo_(registers_, SYS_TIMER_MTIME_LO_OFFSET, tl::RegisterAccess::kReadOnly,
                SYS_TIMER_MTIME_LO_RESET),
      mtime_hi_(registers_, SYS_TIMER_MTIME_HI_OFFSET, tl::RegisterAccess::kReadOnly,
                SYS_TIMER_MTIME_HI_RESET),
      mtimecmp_lo_(registers_, SYS_TIMER_MTIMECMP_LO_OFFSET, tl::RegisterAccess::kReadWrite,
                   SYS_TIMER_MTIMECMP_LO_RESET),
      mtimecmp_hi_(registers_, SYS_TIMER_MTIMECMP_HI_OFFSET, tl::RegisterAccess::kReadWrite,
                   SYS_TIMER_MTIMECMP_HI_RESET) {
  mtime_lo_.provide([this] { return static_cast<std::uint32_t>(now()); });
  mtime_lo_.on_read([this] { mtime_hi_.set(static_cast<std::uint32_t>(now() >> 32U)); });
  const auto reprogram = [this](std::uint32_t /*word*/, sc_core::sc_time delay) { changed_.notify(delay); };
  mtimecmp_lo_.on_write(reprogram);
  mtimecmp_hi_.on_write(reprogram);
  SC_HAS_PROCESS(Timer);
  SC_METHOD(evaluate);
  sensitive << changed_ << due_;
  dont_initialize();
}

std::uint64_t Timer::now() const { return clock_.cycles(sc_core::sc_time_stamp()).count(); }

void Timer::evaluate() {
  const std::uint64_t compare =
      (std::uint64_t{mtimecmp_hi_.value()} << 32U) | std::uint64_t{mtimecmp_lo_.value()};
  const bool due = now() >= compare;
  line_.set(due);
  due_.cancel();
  // A compare value beyond the end of simulated time never comes.
  const std::uint64_t last = std::numeric_limits<std::uint64_t>::max() / clock_.period().value();
  if (!due && compare <= last) due_.notify(clock_.time(Cycles(compare)) - sc_core::sc_time_stamp());
}

}  // namespace systole
