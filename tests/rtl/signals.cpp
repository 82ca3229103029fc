#include "tests/rtl/signals.h"

// The library asks for it; these tests have a main of their own.
int sc_main(int /*argc*/, char* /*argv*/[]) { return 0; }

namespace systole::rtl {

void ClockDriver::cycle(bool enable, bool reset) {
  enable_.write(enable);
  reset_.write(reset);
  clock_.write(false);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_NS));
  clock_.write(true);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_NS));
}

}  // namespace systole::rtl
