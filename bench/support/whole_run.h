// One mapped and simulated run in a process of its own.
#pragma once

#include <cstdint>

#include "hw/config/soc_config.h"
#include "models/ir/graph.h"

namespace systole::bench {

struct RunOptions {
  bool functional = true;
  std::uint32_t inferences = 1;
  bool transactions = false;  ///< every burst a transaction of its own, through protocol checkers
};

/// What a run cost on this machine, and how long it took in simulated time.
struct RunCost {
  double map_seconds = 0;       ///< mapper and image
  double simulate_seconds = 0;  ///< hw::soc::run
  double map_cpu = 0;           ///< CPU seconds of all threads
  double simulate_cpu = 0;
  double peak_bytes = 0;  ///< resident set of the process
  double cycles = 0;
  double descriptors = 0;
  [[nodiscard]] double seconds() const { return map_seconds + simulate_seconds; }
};

/// Maps `network` for `soc` and runs it. SystemC's kernel runs once per process, so the work is done by a
/// forked child. Inputs are zeros: data do not influence the time of dense engines. Throws
/// std::runtime_error with what went wrong.
RunCost run_in_child(const ir::Graph& network, const SocConfig& soc, const RunOptions& options);

}  // namespace systole::bench
