#include "models/mapper/verify/abstract_run.h"

#include <map>

#include "hw/timing/scoreboard.h"

namespace systole::mapper {

namespace {

/// Who signals a semaphore: (queue, number in the queue) in queue order.
using Signals = std::map<std::uint16_t, std::vector<std::uint32_t>>;

/// When a semaphore has reached `value`, at least value - (signals of the other queues) of a queue's signals
/// have happened, and they happen in order.
void learn(const Signals& signals, std::uint32_t value, const std::vector<std::vector<QueueClock>>& after,
           QueueClock& known) {
  std::size_t total = 0;
  for (const auto& [queue, numbers] : signals) total += numbers.size();
  for (const auto& [queue, numbers] : signals) {
    const std::size_t others = total - numbers.size();
    if (value <= others) continue;
    const std::uint32_t last = numbers[std::min<std::size_t>(numbers.size(), value - others) - 1];
    known.merge(after[queue][last - 1]);
  }
}

}  // namespace

AbstractRun abstract_run(const std::vector<sgb_descriptor>& graph, std::uint32_t queues,
                         std::uint32_t semaphores, std::uint32_t depth) {
  AbstractRun run;
  run.before.assign(graph.size(), QueueClock(queues));
  std::vector<std::uint32_t> count(queues, 0);
  std::map<std::uint16_t, Signals> signals;
  for (const sgb_descriptor& descriptor : graph) {
    run.number.push_back(++count[descriptor.queue]);
    if (descriptor.signal_semaphore != SGB_NO_SEMAPHORE) {
      signals[descriptor.signal_semaphore][descriptor.queue].push_back(run.number.back());
    }
  }

  timing::Scoreboard board({queues, semaphores, depth, 1});
  std::vector<std::vector<QueueClock>> after(queues);
  std::size_t next = 0;
  for (bool progress = true; progress;) {
    progress = false;
    while (next < graph.size() && board.can_enqueue(graph[next].queue)) {
      board.enqueue(timing::command_of(graph[next], static_cast<std::uint32_t>(next)));
      ++next;
      progress = true;
    }
    for (auto queue = board.next_ready(0); queue; queue = board.next_ready(*queue + 1)) {
      const timing::Command command = board.issue(*queue);
      QueueClock& known = run.before[command.index];
      if (!after[*queue].empty()) known = after[*queue].back();
      for (std::uint16_t w = 0; w < command.wait_count; ++w) {
        if (command.wait[w].value > 0) {
          learn(signals[command.wait[w].semaphore], command.wait[w].value, after, known);
        }
      }
      QueueClock done = known;
      done.raise(*queue, run.number[command.index]);
      after[*queue].push_back(done);
      run.order.push_back(command.index);
      board.complete(*queue);
      progress = true;
    }
  }
  if (run.order.size() < graph.size()) {
    for (const timing::Blocked& blocked : board.blocked_report()) run.blocked.push_back(to_string(blocked));
  }
  return run;
}

}  // namespace systole::mapper
