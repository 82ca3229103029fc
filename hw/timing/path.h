// A burst on its way through several hops: head latencies add, the slowest hop sets the tail.
#pragma once

#include <algorithm>

#include "hw/timing/time.h"

namespace systole::timing {

/// One hop as one burst sees it.
struct Hop {
  Ticks latency = 0;  ///< of every beat, from entering the hop to leaving it
  Ticks service = 0;  ///< for all beats of the burst to pass: beats x ticks per beat
  Ticks wait = 0;     ///< until the hop was free for the burst's first beat
};

/// Where a burst stands, relative to its start: `head` when its first beat begins to leave the last hop,
/// `tail` when its last beat has left. Beats are forwarded as they come (cut-through), so 8 beats over two
/// hops of latency 1 take 1 + 1 + 8 = 10 ticks and not (1 + 8) + (1 + 8) = 18.
struct Path {
  Ticks head = 0;
  Ticks tail = 0;

  /// After one more hop. The last beat leaves it when it has both arrived and crossed, and when the hop has
  /// passed all beats since the first:  tail' = max(tail + latency, head' + service).
  [[nodiscard]] constexpr Path through(const Hop& hop) const {
    const Ticks next_head = head + hop.wait + hop.latency;
    return {next_head, std::max(tail + hop.latency, next_head + hop.service)};
  }
  bool operator==(const Path&) const = default;
};

}  // namespace systole::timing
