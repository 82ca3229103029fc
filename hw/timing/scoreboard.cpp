#include "hw/timing/scoreboard.h"

#include <algorithm>

#include "hw/base/assert.h"

namespace systole::timing {

Command command_of(const sgb_descriptor& descriptor, std::uint32_t index) {
  Command command{.index = index,
                  .queue = descriptor.queue,
                  .signal = descriptor.signal_semaphore,
                  .wait_count = descriptor.wait_count};
  std::copy(std::begin(descriptor.wait), std::end(descriptor.wait), command.wait.begin());
  return command;
}

std::string to_string(const Blocked& blocked) {
  const std::string head =
      "queue " + std::to_string(blocked.queue) + ": descriptor " + std::to_string(blocked.index);
  if (blocked.slots_full) return head + " waits for a slot in its engine";
  return head + " waits for semaphore " + std::to_string(blocked.semaphore) +
         " >= " + std::to_string(blocked.wanted) + ", which is " + std::to_string(blocked.current);
}

Scoreboard::Scoreboard(const Shape& shape)
    : shape_(shape), semaphores_(shape.semaphores, 0), queues_(shape.queues) {
  SYSTOLE_ASSERT(shape.depth > 0 && shape.slots > 0, "queues without depth or engines without slots");
  for (Queue& queue : queues_) queue.ring.resize(shape.depth + shape.slots);
}

void Scoreboard::reset() {
  std::fill(semaphores_.begin(), semaphores_.end(), 0);
  for (Queue& queue : queues_) queue.first = queue.running = queue.waiting = 0;
  running_ = 0;
  waiting_ = 0;
  frozen_ = false;
}

std::uint32_t Scoreboard::check(const Command& command) const {
  if (command.queue >= shape_.queues) return SGB_ERROR_BAD_QUEUE;
  if (command.wait_count > SGB_MAX_WAITS) return SGB_ERROR_BAD_FIELD;
  if (command.signal != SGB_NO_SEMAPHORE && command.signal >= shape_.semaphores) {
    return SGB_ERROR_BAD_SEMAPHORE;
  }
  for (std::uint16_t i = 0; i < command.wait_count; ++i) {
    if (command.wait[i].semaphore >= shape_.semaphores) return SGB_ERROR_BAD_SEMAPHORE;
  }
  return SGB_ERROR_NONE;
}

bool Scoreboard::can_enqueue(std::uint32_t queue) const { return queues_[queue].waiting < shape_.depth; }

void Scoreboard::enqueue(const Command& command) {
  SYSTOLE_ASSERT(check(command) == SGB_ERROR_NONE, "a command that was not checked");
  SYSTOLE_ASSERT(can_enqueue(command.queue), "a full queue");
  Queue& queue = queues_[command.queue];
  const auto size = static_cast<std::uint32_t>(queue.ring.size());
  queue.ring[(queue.first + queue.running + queue.waiting) % size] = command;
  ++queue.waiting;
  ++waiting_;
}

const sgb_wait* Scoreboard::unmet(const Command& command) const {
  for (std::uint16_t i = 0; i < command.wait_count; ++i) {
    if (semaphores_[command.wait[i].semaphore] < command.wait[i].value) return &command.wait[i];
  }
  return nullptr;
}

bool Scoreboard::is_ready(std::uint32_t queue) const {
  const Queue& q = queues_[queue];
  return !frozen_ && q.waiting > 0 && q.running < shape_.slots && unmet(q.at(q.running)) == nullptr;
}

std::optional<std::uint32_t> Scoreboard::next_ready(std::uint32_t from) const {
  for (std::uint32_t queue = from; queue < shape_.queues; ++queue) {
    if (is_ready(queue)) return queue;
  }
  return std::nullopt;
}

std::vector<std::uint32_t> Scoreboard::ready() const {
  std::vector<std::uint32_t> result;
  for (auto queue = next_ready(0); queue; queue = next_ready(*queue + 1)) result.push_back(*queue);
  return result;
}

const Command& Scoreboard::head(std::uint32_t queue) const {
  const Queue& q = queues_[queue];
  SYSTOLE_ASSERT(q.waiting > 0, "the head of an empty queue");
  return q.at(q.running);
}

Command Scoreboard::issue(std::uint32_t queue) {
  SYSTOLE_ASSERT(is_ready(queue), "issue of a command that is not ready");
  Command command = head(queue);
  Queue& q = queues_[queue];
  ++q.running;
  --q.waiting;
  ++running_;
  --waiting_;
  return command;
}

Command Scoreboard::retire(std::uint32_t queue) {
  Queue& q = queues_[queue];
  SYSTOLE_ASSERT(q.running > 0, "completion from an engine that runs nothing");
  Command command = q.at(0);
  q.first = (q.first + 1) % static_cast<std::uint32_t>(q.ring.size());
  --q.running;
  --running_;
  return command;
}

Command Scoreboard::complete(std::uint32_t queue) {
  Command command = retire(queue);
  if (command.signal != SGB_NO_SEMAPHORE) ++semaphores_[command.signal];
  return command;
}

Command Scoreboard::fail(std::uint32_t queue) {
  freeze();
  return retire(queue);
}

std::uint32_t Scoreboard::running(std::uint32_t queue) const { return queues_[queue].running; }
std::uint32_t Scoreboard::waiting(std::uint32_t queue) const { return queues_[queue].waiting; }

std::vector<Blocked> Scoreboard::blocked_report() const {
  std::vector<Blocked> report;
  for (std::uint32_t queue = 0; queue < shape_.queues; ++queue) {
    const Queue& q = queues_[queue];
    if (q.waiting == 0) continue;
    const Command& command = q.at(q.running);
    Blocked blocked{.queue = static_cast<std::uint16_t>(queue), .index = command.index};
    if (const sgb_wait* wait = unmet(command)) {
      blocked.semaphore = wait->semaphore;
      blocked.wanted = wait->value;
      blocked.current = semaphores_[wait->semaphore];
    } else if (q.running >= shape_.slots) {
      blocked.slots_full = true;
    } else {
      continue;
    }
    report.push_back(blocked);
  }
  return report;
}

}  // namespace systole::timing
