#include "hw/blocks/controller/graph.h"

#include <utility>

namespace systole::controller {

Graph::Graph(const ControllerConfig& config, std::vector<Queue> queues)
    : queues_(std::move(queues)),
      scoreboard_({.queues = static_cast<std::uint32_t>(queues_.size()),
                   .semaphores = config.semaphores,
                   .depth = config.queue_depth,
                   .slots = kEngineSlots}),
      waiting_(queues_.size()) {}

void Graph::start(std::uint64_t base, std::uint32_t count) {
  scoreboard_.reset();
  for (auto& waiting : waiting_) waiting.clear();
  base_ = base;
  count_ = count;
  completed_ = 0;
  failure_.reset();
}

std::uint32_t Graph::check(const sgb_descriptor& descriptor) const {
  if (descriptor.queue >= queues_.size()) return SGB_ERROR_BAD_QUEUE;
  if (descriptor.opcode != SGB_OP_NOP && descriptor.opcode != opcode_of(queues_[descriptor.queue].kind)) {
    return SGB_ERROR_BAD_OPCODE;
  }
  return scoreboard_.check(timing::command_of(descriptor, 0));
}

void Graph::dispatch(std::uint32_t index, const sgb_descriptor& descriptor) {
  scoreboard_.enqueue(timing::command_of(descriptor, index));
  waiting_[descriptor.queue].push_back(descriptor);
}

std::optional<EngineCommand> Graph::issue() {
  const std::optional<std::uint32_t> queue = scoreboard_.next_ready(0);
  if (!queue) return std::nullopt;
  EngineCommand command{.index = scoreboard_.issue(*queue).index, .queue = *queue};
  command.descriptor = waiting_[*queue].front();
  waiting_[*queue].pop_front();
  return command;
}

void Graph::complete(const EngineCompletion& completion) {
  if (completion.error == SGB_ERROR_NONE) {
    scoreboard_.complete(completion.queue);
    ++completed_;
    return;
  }
  scoreboard_.fail(completion.queue);
  fail({.code = completion.error,
        .node = completion.node,
        .descriptor = completion.index,
        .address = completion.address});
}

void Graph::fail(const Failure& failure) {
  scoreboard_.freeze();
  if (!failure_) failure_ = failure;
}

bool Graph::ended() const { return failed() ? scoreboard_.running() == 0 : completed_ == count_; }

std::string Graph::report() const {
  const auto name = [this](std::uint32_t queue) {
    return std::string(name_of(queues_[queue].kind)) + std::to_string(queues_[queue].instance) + ", ";
  };
  std::string text =
      std::to_string(completed_) + " of " + std::to_string(count_) + " descriptors completed\n";
  for (std::uint32_t queue = 0; queue < queues_.size(); ++queue) {
    if (scoreboard_.running(queue) == 0) continue;
    text += name(queue) + "queue " + std::to_string(queue) + ": " +
            std::to_string(scoreboard_.running(queue)) + " in the engine\n";
  }
  for (const timing::Blocked& blocked : scoreboard_.blocked_report())
    text += name(blocked.queue) + timing::to_string(blocked) + "\n";
  return text;
}

}  // namespace systole::controller
