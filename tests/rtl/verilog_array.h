// The Verilated weight-stationary array behind the pins of the SystemC one.
#pragma once

#include <memory>

#include "tests/rtl/weight_stationary_pins.h"

namespace systole::rtl {

/// Sizes that are built, in both buffering modes: {4, 4}, {3, 5}, {8, 2}, {1, 1}, {1, 6}. nullptr for others.
std::unique_ptr<WeightStationaryPins> make_verilog_array(int rows, int cols, bool double_buffer);

}  // namespace systole::rtl
