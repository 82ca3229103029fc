// Vector clocks over engine queues: what is certainly complete when a command starts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace systole::mapper {

/// By queue: how many of its commands are complete.
class QueueClock {
public:
  explicit QueueClock(std::size_t queues = 0) : done_(queues, 0) {}
  [[nodiscard]] std::uint32_t operator[](std::size_t queue) const { return done_[queue]; }
  void raise(std::size_t queue, std::uint32_t count) { done_[queue] = std::max(done_[queue], count); }
  void merge(const QueueClock& other) {
    for (std::size_t q = 0; q < done_.size(); ++q) raise(q, other.done_[q]);
  }

private:
  std::vector<std::uint32_t> done_;
};

}  // namespace systole::mapper
