// The kernel's time: one resolution for all, and clocks that turn cycles into it.
#pragma once

#include <cstdint>
#include <systemc>

#include "hw/base/units.h"

namespace systole::tl {

/// Sets SystemC's time resolution to 1 fs. Call before anything makes a time; every call but the first does
/// nothing. Clocks and ports call it themselves.
void initialise_time();

/// A clock domain. It has no events: blocks wait for times, and a time is at an edge or is brought to one.
/// All edges are multiples of period() since reset, so counts of cycles are exact within a domain.
class Clock {
public:
  /// The period is 1 s / frequency, rounded to the nearest femtosecond. frequency: 1 Hz to 1 PHz.
  explicit Clock(Hertz frequency);
  [[nodiscard]] sc_core::sc_time period() const { return sc_core::sc_time::from_value(period_fs_); }
  /// Whole cycles in `time`: rounded down.
  [[nodiscard]] Cycles cycles(const sc_core::sc_time& time) const {
    return Cycles(time.value() / period_fs_);
  }
  /// The number of the first edge that is not before `time`: rounded up.
  [[nodiscard]] Cycles edge(const sc_core::sc_time& time) const {
    return Cycles(ceil_div(time.value(), period_fs_));
  }
  [[nodiscard]] sc_core::sc_time time(Cycles cycles) const {
    return sc_core::sc_time::from_value(cycles.count() * period_fs_);
  }
  /// `time` itself if it is an edge, or else the edge after it.
  [[nodiscard]] sc_core::sc_time next_edge(const sc_core::sc_time& time) const {
    return this->time(edge(time));
  }

private:
  std::uint64_t period_fs_;
};

}  // namespace systole::tl
