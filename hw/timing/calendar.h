// Which cycles of a one-access-per-cycle resource are taken.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "hw/base/assert.h"
#include "hw/timing/time.h"

namespace systole::timing {

/// A sliding window of reserved cycles, one bit each. Unlike a "free from" time it remembers the gaps between
/// reservations, so that a short access is served in a cycle that a long burst leaves free. Cycles before the
/// window are closed: a request for one is served later, never twice. The window is far longer than any
/// backlog of bursts, so that this does not happen in practice.
class Calendar {
public:
  static constexpr Ticks kWindow = 4096;

  /// The first free cycle that is not before `t`.
  [[nodiscard]] Ticks earliest(Ticks t) const { return t >= free_from_ ? std::max(t, base_) : search(t); }
  /// Takes a cycle that earliest() gave.
  void take(Ticks cycle) {
    SYSTOLE_ASSERT(cycle >= base_, "a cycle that the calendar has closed");
    if (cycle >= base_ + kWindow) move_window(cycle);
    std::uint64_t& word = taken_[(cycle / kWordBits) % kWords];
    const std::uint64_t bit = 1ULL << (cycle % kWordBits);
    SYSTOLE_ASSERT((word & bit) == 0, "a cycle that is taken already");
    word |= bit;
    free_from_ = std::max(free_from_, cycle + 1);
  }

  /// Takes the first free cycle that is not before `t`, and returns it.
  Ticks reserve(Ticks t) {
    const Ticks cycle = earliest(t);
    if (cycle >= base_ + kWindow) move_window(cycle);
    taken_[(cycle / kWordBits) % kWords] |= 1ULL << (cycle % kWordBits);
    free_from_ = std::max(free_from_, cycle + 1);
    return cycle;
  }
  /// Takes `count` > 0 cycles from `t` on. No cycle from there on may be taken.
  void reserve_row(Ticks t, Ticks count);

private:
  [[nodiscard]] Ticks search(Ticks t) const;
  void move_window(Ticks cycle);

  static constexpr Ticks kWordBits = 64;
  static constexpr Ticks kWords = kWindow / kWordBits;
  std::array<std::uint64_t, kWords> taken_{};  ///< word of cycle c: (c / 64) % kWords
  Ticks base_ = 0;                             ///< first cycle of the window, a multiple of 64
  Ticks free_from_ = 0;                        ///< no cycle from here on is taken
};

}  // namespace systole::timing
