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
}

void BurstStream::issued(timing::Ticks end) {
  end_ = std::max(end_, end);
  ends_[slot_] = end;
  slot_ = (slot_ + 1) % ends_.size();
  issue_at_ = std::max(issue_at_ + 1, ends_[slot_]);
  next_ = cursor_.next();
}

}  // namespace systole::engine
