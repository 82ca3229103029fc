// The controller without time: in which order descriptors can complete, and what is certain when one starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/mapper/schedule/clocks.h"
#include "models/program/program.h"

namespace systole::mapper {

struct AbstractRun {
  std::vector<std::uint32_t> order;   ///< descriptors in an order in which they can complete
  std::vector<QueueClock> before;     ///< by descriptor: what is complete when it starts, in every run
  std::vector<std::uint32_t> number;  ///< by descriptor: it is the number-th of its queue (from 1)
  std::vector<std::string> blocked;   ///< empty, or who waits for what: a deadlock
};

/// Runs the graph on the scoreboard that the graph controller uses. Queues and semaphores must be in range
/// and wait counts legal. Completion never takes a possibility away, so one run shows whether there is a
/// deadlock.
AbstractRun abstract_run(const std::vector<sgb_descriptor>& graph, std::uint32_t queues,
                         std::uint32_t semaphores, std::uint32_t depth);

}  // namespace systole::mapper
