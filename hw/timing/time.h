// Time in the pure timing models: plain ticks. The caller chooses the unit and keeps to it per object: cycles
// for SRAM, links and engines, femtoseconds for DRAM.
#pragma once

#include <cstdint>

namespace systole::timing {

using Ticks = std::uint64_t;

/// When the data of one burst moves: the first beat starts at `first`, the last beat is over at `end`.
struct Beats {
  Ticks first = 0;
  Ticks end = 0;
  bool operator==(const Beats&) const = default;
};

}  // namespace systole::timing
