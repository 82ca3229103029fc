// Cycles of one piece of work on a pipelined unit.
#pragma once

#include "hw/timing/time.h"

namespace systole::timing {

/// `interval`: cycles for which the unit takes in operands (the next piece may follow); `depth`: from then
/// until the last result is out. They are the compute_cycles and drain_cycles of a phase.
struct UnitCycles {
  Ticks interval = 0;
  Ticks depth = 0;
  [[nodiscard]] constexpr Ticks total() const { return interval + depth; }
  bool operator==(const UnitCycles&) const = default;
};

}  // namespace systole::timing
