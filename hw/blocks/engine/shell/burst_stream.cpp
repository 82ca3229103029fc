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
  next_ = cursor_.next();
  issue_at_ = at;
  end_ = at;
  std::fill(ends_.begin(), ends_.end(), at);
  steady_ = 0;
}

void BurstStream::issued(timing::Ticks end) {
  const timing::Ticks latency = end - issue_at_;
  const bool follows = steady_ > 0 && issue_at_ == last_issue_ + 1 && latency == latency_;
  steady_ = follows ? steady_ + 1 : 1;
  latency_ = latency;
  last_issue_ = issue_at_;
  end_ = std::max(end_, end);
  ends_[slot_] = end;
  slot_ = (slot_ + 1) % ends_.size();
  issue_at_ = std::max(issue_at_ + 1, ends_[slot_]);
  next_ = cursor_.next();
}

bool BurstStream::flows(timing::Ticks latency) const {
  if (latency > ends_.size()) return false;  // a burst would wait for one of the same train
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    if (ends_[(slot_ + i) % ends_.size()] > issue_at_ + i) return false;
  }
  return true;
}

void BurstStream::passed(std::uint32_t count, timing::Ticks latency) {
  const std::uint32_t kept = static_cast<std::uint32_t>(std::min<std::size_t>(count, ends_.size()));
  for (std::uint32_t i = count - kept; i < count; ++i) {
    ends_[slot_] = issue_at_ + i + latency;
    slot_ = (slot_ + 1) % ends_.size();
  }
  steady_ = latency == latency_ && steady_ > 0 && issue_at_ == last_issue_ + 1 ? steady_ + count : count;
  latency_ = latency;
  last_issue_ = issue_at_ + count - 1;
  end_ = std::max(end_, last_issue_ + latency);
  issue_at_ = std::max(last_issue_ + 1, ends_[slot_]);
  cursor_.skip(count - 1);
  next_ = cursor_.next();
}

}  // namespace systole::engine
