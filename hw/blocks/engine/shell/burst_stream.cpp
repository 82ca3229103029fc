#include "hw/blocks/engine/shell/burst_stream.h"

#include <algorithm>

#include "hw/base/assert.h"

namespace systole::engine {

BurstStream::BurstStream(std::uint32_t burst_bytes, std::uint32_t outstanding)
    : cursor_(burst_bytes), ends_(outstanding, 0) {
  SYSTOLE_ASSERT(burst_bytes > 0 && outstanding > 0, "a stream without bursts");
}

void BurstStream::start(const std::vector<Access>& accesses, timing::Ticks at) {
  SYSTOLE_ASSERT(!pending(), "a stream that starts before its last burst was issued");
  cursor_.reset(accesses);
  pending_ = cursor_.advance();
  issue_at_ = at;
  end_ = at;
  std::fill(ends_.begin(), ends_.end(), at);
  steady_ = 0;
  at_start_ = true;
}

bool BurstStream::flows(timing::Ticks latency) const {
  if (latency > ends_.size()) return false;  // a burst would wait for one of the same train
  std::size_t slot = slot_;
  for (std::size_t i = 0; i < ends_.size(); ++i, slot = after(slot)) {
    if (ends_[slot] > issue_at_ + i) return false;
  }
  return true;
}

void BurstStream::passed(std::uint64_t count, timing::Ticks latency) {
  const std::uint64_t kept = std::min<std::uint64_t>(count, ends_.size());
  for (std::uint64_t i = count - kept; i < count; ++i) {
    ends_[slot_] = issue_at_ + i + latency;
    slot_ = after(slot_);
  }
  const bool follows = latency == latency_ && steady_ > 0 && issue_at_ == last_issue_ + 1;
  steady_ = follows ? steady_ + static_cast<std::size_t>(count) : static_cast<std::size_t>(count);
  latency_ = latency;
  last_issue_ = issue_at_ + count - 1;
  end_ = std::max(end_, last_issue_ + latency);
  issue_at_ = std::max(last_issue_ + 1, ends_[slot_]);
  cursor_.skip(count - 1);
  pending_ = cursor_.advance();
  at_start_ = false;
}

void BurstStream::passed_all(timing::Ticks end) {
  end_ = std::max(end_, end);
  pending_ = false;
}

}  // namespace systole::engine
