#include "hw/tlm/time.h"

#include "hw/base/assert.h"

namespace systole::tl {
namespace {

constexpr std::uint64_t kFemtosecondsPerSecond = 1'000'000'000'000'000;

std::uint64_t period_of(Hertz frequency) {
  SYSTOLE_ASSERT(frequency.count() >= 1 && frequency.count() <= kFemtosecondsPerSecond,
                 "clock frequency out of range");
  return (kFemtosecondsPerSecond + frequency.count() / 2) / frequency.count();
}

}  // namespace

void initialise_time() {
  static const bool once = [] {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    return true;
  }();
  (void)once;
}

Clock::Clock(Hertz frequency) : period_fs_(period_of(frequency)) { initialise_time(); }

}  // namespace systole::tl

// libsystemc refers to this entry point of programs whose main() it owns. Ours have their own main() and call
// sc_start() themselves.
int sc_main(int /*argc*/, char* /*argv*/[]) { return 0; }
