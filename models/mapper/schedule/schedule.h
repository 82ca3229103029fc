// Order, queues and waits: operations become a descriptor graph.
//
// The operations are given as a sequence that is right when executed one after another. The schedule
//  1. with ping_pong moves loads ahead of the step before, unless they conflict with it;
//  2. gives every operation a queue (transfers take the DMA queues in turn);
//  3. gives every operation the waits that keep conflicting accesses in order: semaphore q counts the
//     completions of queue q. A wait that another one implies is left out.
// All waits are for descriptors that come earlier, so a controller that takes descriptors in order cannot run
// into a deadlock, whatever its queue depth.
//
// Commands of one queue are executed one after another: an engine does not start on a command's operands
// before the command before is complete.
#pragma once

#include <cstdint>
#include <vector>

#include "models/mapper/capability.h"
#include "models/mapper/lower/operation.h"
#include "models/program/program.h"

namespace systole::mapper {

struct ScheduledGraph {
  std::vector<sgb_descriptor> descriptors;
  std::vector<sgb_relocation> relocations;  ///< in order
};

/// graph: SGB_GRAPH_*, for the relocations.
ScheduledGraph schedule(std::vector<Operation> operations, const Capability& capability, std::uint32_t graph);

}  // namespace systole::mapper
