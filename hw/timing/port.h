// A shared resource that serves one request at a time, in the order in which requests are made.
#pragma once

#include <algorithm>

#include "hw/timing/time.h"

namespace systole::timing {

/// Requests must be made in the order of their time; the port is then exact first come, first served. A link,
/// a bus slave port, a DRAM data bus.
class Port {
public:
  /// When a request made at `t` would be served.
  [[nodiscard]] Ticks earliest(Ticks t) const { return std::max(t, free_at_); }

  /// Serves a request made at `t` for `duration` ticks; returns its start.
  Ticks reserve(Ticks t, Ticks duration) {
    const Ticks start = earliest(t);
    free_at_ = start + duration;
    busy_ += duration;
    waited_ += start - t;
    return start;
  }

  [[nodiscard]] Ticks busy() const { return busy_; }      ///< ticks of service so far
  [[nodiscard]] Ticks waited() const { return waited_; }  ///< ticks that requests stood waiting, summed

private:
  Ticks free_at_ = 0;
  Ticks busy_ = 0;
  Ticks waited_ = 0;
};

}  // namespace systole::timing
