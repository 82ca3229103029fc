// The bursts of one phase's loads, or stores, and when each may be issued. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hw/blocks/engine/shell/access.h"
#include "hw/timing/time.h"

namespace systole::engine {

/// Issues bursts in order, at most one a cycle, with a bounded number in flight: burst i is issued at the
/// later of  issue(i-1) + 1  and  end(i - outstanding).
class BurstStream {
public:
  /// burst_bytes: longest burst. outstanding: bursts in flight. Both > 0.
  BurstStream(std::uint32_t burst_bytes, std::uint32_t outstanding);

  /// Starts with these accesses (they must outlive the stream's use of them), at this cycle or later.
  void start(const std::vector<Access>& accesses, timing::Ticks at);
  /// Whether a burst waits to be issued.
  [[nodiscard]] bool pending() const { return next_.has_value(); }
  [[nodiscard]] const Burst& burst() const { return *next_; }
  [[nodiscard]] timing::Ticks issue_at() const { return issue_at_; }
  /// The waiting burst was issued at issue_at() and ends at `end`; the next one takes its place.
  void issued(timing::Ticks end);
  /// The waiting burst and the equal ones after it, as BurstCursor::train().
  [[nodiscard]] BurstCursor::Train train() const { return cursor_.train(); }
  /// If the waiting burst and those after it each ended `latency` after their issue: whether one could be
  /// issued every cycle.
  [[nodiscard]] bool flows(timing::Ticks latency) const;
  /// The latency of the last bursts, if `outstanding` of them were issued one a cycle and ended one a cycle;
  /// else 0.
  [[nodiscard]] timing::Ticks steady_latency() const { return steady_ >= ends_.size() ? latency_ : 0; }
  /// `count` <= train().count bursts were issued one a cycle from issue_at() on, and end `latency` later
  /// each. They flow (see above).
  void passed(std::uint32_t count, timing::Ticks latency);
  /// Drops the bursts that wait; those that were issued still end.
  void stop() { next_.reset(); }
  /// When all bursts so far have ended; the start, if there were none.
  [[nodiscard]] timing::Ticks end() const { return end_; }

private:
  BurstCursor cursor_;
  std::optional<Burst> next_;
  timing::Ticks issue_at_ = 0;
  timing::Ticks end_ = 0;
  std::vector<timing::Ticks> ends_;  ///< of the last `outstanding` bursts, as a ring
  std::size_t slot_ = 0;
  timing::Ticks last_issue_ = 0;
  timing::Ticks latency_ = 0;  ///< of the last burst
  std::size_t steady_ = 0;     ///< bursts before the next that were issued and ended one a cycle
};

}  // namespace systole::engine
