// The bursts of one phase's loads, or stores, and when each may be issued. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
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
  [[nodiscard]] bool pending() const { return pending_; }
  [[nodiscard]] const Burst& burst() const { return cursor_.burst(); }
  [[nodiscard]] timing::Ticks issue_at() const { return issue_at_; }
  /// The waiting burst was issued at issue_at() and ends at `end`; the next one takes its place.
  void issued(timing::Ticks end) {
    const timing::Ticks latency = end - issue_at_;
    const bool follows = steady_ > 0 && issue_at_ == last_issue_ + 1 && latency == latency_;
    steady_ = follows ? steady_ + 1 : 1;
    latency_ = latency;
    last_issue_ = issue_at_;
    end_ = std::max(end_, end);
    ends_[slot_] = end;
    slot_ = after(slot_);
    issue_at_ = std::max(issue_at_ + 1, ends_[slot_]);
    pending_ = cursor_.advance();
    at_start_ = false;
  }
  /// What a word is, how many of them wait, and which they are: as BurstCursor's.
  void set_words(std::uint64_t base, const std::vector<std::uint64_t>& blocks) {
    cursor_.set_words(base, blocks);
  }
  [[nodiscard]] std::uint64_t words() { return cursor_.words(); }
  template <typename F>
  void for_words(std::uint64_t count, F&& f) const {
    cursor_.for_words(count, f);
  }
  /// No burst has been issued since the start.
  [[nodiscard]] bool at_start() const { return pending() && at_start_; }
  /// If the waiting burst and those after it each ended `latency` after their issue: whether one could be
  /// issued every cycle.
  [[nodiscard]] bool flows(timing::Ticks latency) const;
  /// The latency of the last bursts, if `outstanding` of them were issued one a cycle and ended one a cycle;
  /// else 0.
  [[nodiscard]] timing::Ticks steady_latency() const { return steady_ >= ends_.size() ? latency_ : 0; }
  /// `count` <= words() bursts were issued one a cycle from issue_at() on, and end `latency` later each. They
  /// flow (see above).
  void passed(std::uint64_t count, timing::Ticks latency);
  /// All bursts since the start were issued, and have ended at `end`.
  void passed_all(timing::Ticks end);
  /// Drops the bursts that wait; those that were issued still end.
  void stop() { pending_ = false; }
  /// When all bursts so far have ended; the start, if there were none.
  [[nodiscard]] timing::Ticks end() const { return end_; }

private:
  [[nodiscard]] std::size_t after(std::size_t slot) const { return slot + 1 == ends_.size() ? 0 : slot + 1; }

  BurstCursor cursor_;
  bool pending_ = false;
  timing::Ticks issue_at_ = 0;
  timing::Ticks end_ = 0;
  std::vector<timing::Ticks> ends_;  ///< of the last `outstanding` bursts, as a ring
  std::size_t slot_ = 0;
  timing::Ticks last_issue_ = 0;
  timing::Ticks latency_ = 0;  ///< of the last burst
  bool at_start_ = false;
  std::size_t steady_ = 0;  ///< bursts before the next that were issued and ended one a cycle
};

}  // namespace systole::engine
