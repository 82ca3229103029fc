#include "app/config/validate.h"

#include <string>

#include "app/config/validate_matrix.h"

namespace systole::app {
namespace {

// The place of a key, or of the nearest map around it that was written.
SourceLocation place(const Provenance& provenance, std::string key) {
  while (true) {
    if (const auto found = provenance.find(key); found != provenance.end()) return found->second;
    const auto dot = key.rfind('.');
    if (dot == std::string::npos) return {};
    key.resize(dot);
  }
}

}  // namespace

void validate(const SocConfig& soc, const Provenance& provenance, Issues& issues) {
  const auto issue = [&](const std::string& key, const std::string& message) {
    issues.add(place(provenance, key), key, message);
  };
  const std::uint64_t row = soc.sram.width.count() * soc.sram.banks;
  if (soc.sram.size.count() % row != 0) {
    issue("soc.sram.size",
          to_text(soc.sram.size) + " is not a multiple of banks x width = " + to_text(Bytes(row)));
  }
  if (soc.sram.size.count() < 2 * row) {
    issue("soc.sram.size", "holds fewer than two words per bank; at least " + to_text(Bytes(2 * row)));
  }
  if (soc.dma.burst < soc.bus.width) {
    issue("soc.dma.burst",
          to_text(soc.dma.burst) +
              " is less than one beat of the bus; at least soc.bus.width = " + to_text(soc.bus.width));
  }
  // The mapper counts every queue's completions in a semaphore of its own.
  const std::uint32_t queues = soc.dma.engines + soc.matrix.count + soc.vector.count + soc.sort.count;
  if (soc.controller.semaphores < queues) {
    issue("soc.controller.semaphores",
          "there are " + std::to_string(queues) + " engines, and each needs a semaphore");
  }
  if (soc.matrix.count > 0) validate_matrix(soc, issue);
}

void validate(const Scenario& scenario, const Provenance& provenance, Issues& issues) {
  const auto issue = [&](const std::string& key, const std::string& message) {
    issues.add(place(provenance, key), key, message);
  };
  if (!scenario.workload.graph.empty() && scenario.check != Check::kNone) {
    issue("workload.graph",
          "a descriptor graph holds no network to compare its outputs with; set check: none");
  }
  if (scenario.workload.prune.columns <= 0) {
    issue("workload.prune.columns", "keeps no row of any layer; write a share above 0");
  }
  if (!scenario.workload.graph.empty() && scenario.workload.prune.any()) {
    issue("workload.prune", "a descriptor graph is mapped already: its weights cannot be pruned any more");
  }
}

}  // namespace systole::app
