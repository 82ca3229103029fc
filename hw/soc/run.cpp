#include <memory>
#include <string>
#include <systemc>

#include "hw/abi/memory_map.h"
#include "hw/base/assert.h"
#include "hw/config/engine_counts.h"
#include "hw/soc/soc.h"
#include "hw/soc/system.h"
#include "hw/tlm/payload_pool.h"
#include "hw/tlm/time.h"

namespace systole::soc {
namespace {

bool inputs_fit(const RunRequest& request, const MemoryLayout& layout, Issues& issues) {
  if (request.inputs.size() != layout.inputs.size()) {
    issues.add("inputs", "the graph has " + std::to_string(layout.inputs.size()) +
                             " inputs, but data is given for " + std::to_string(request.inputs.size()));
    return false;
  }
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const std::uint64_t wanted = layout.inputs[i].bytes * request.inferences;
    const std::size_t given = request.inputs[i].size();
    if (given == wanted || (given == 0 && !request.functional)) continue;
    issues.add(layout.inputs[i].name, "input has " + std::to_string(given) + " bytes for " +
                                          std::to_string(request.inferences) + " inferences; " +
                                          std::to_string(wanted) + " are needed");
  }
  return issues.empty();
}

bool graph_fits(const RunRequest& request, const MemoryLayout& layout, Issues& issues) {
  const std::size_t queues = queues_of(engine_counts(request.config)).size();
  if (layout.queue_count != queues) {
    issues.add("graph", "the graph was mapped for " + std::to_string(layout.queue_count) +
                            " engine queues, but this SoC has " + std::to_string(queues) +
                            ": map it again for this SoC");
  }
  if (layout.sram_bytes > request.config.sram.size.count()) {
    issues.add("soc.sram.size", "the graph needs " + to_text(Bytes(layout.sram_bytes)) +
                                    " of SRAM, but there are " + to_text(request.config.sram.size) +
                                    ": map it again for this SoC");
  }
  return issues.empty();
}

// Runs until the firmware ends it, nothing is left to happen, or the time is up.
void simulate(const System& system, std::uint64_t watchdog_cycles) {
  try {
    if (watchdog_cycles == 0) {
      sc_core::sc_start();
    } else {
      sc_core::sc_start(system.clock().time(Cycles(watchdog_cycles)), sc_core::SC_EXIT_ON_STARVATION);
    }
  } catch (const sc_core::sc_report& report) {
    // SystemC wraps what a process throws, and reports its own errors, in this.
    throw InternalError(
        std::string(report.get_process_name() == nullptr ? "systemc" : report.get_process_name()) + ": " +
        report.what());
  }
}

void judge(const System& system, std::uint64_t watchdog_cycles, RunResult& result) {
  const std::string state = "host: " + system.host().state() + "\n" + system.controller().blocked_report();
  if (const auto code = system.power().exit_code()) {
    result.outcome = Outcome::kExited;
    result.exit_code = *code;
    if (*code != 0) result.report = "the firmware ended with exit code " + std::to_string(*code);
  } else if (const auto lockup = system.host().lockup()) {
    result.outcome = Outcome::kHostFault;
    result.report = "the host core locked up: " + *lockup + "\n" + state;
  } else if (watchdog_cycles != 0 && sc_core::sc_pending_activity()) {
    // Time stands at the last event before the limit, but there are more to come.
    result.outcome = Outcome::kWatchdog;
    result.cycles = watchdog_cycles;
    result.report = "stopped by the watchdog after " + std::to_string(result.cycles) +
                    " cycles (limits.cycles)\n" + state;
  } else {
    result.outcome = Outcome::kDeadlock;
    result.report = "deadlock after " + std::to_string(result.cycles) +
                    " cycles: nothing is left that could happen, and the firmware has not ended the run\n" +
                    state;
  }
}

void read_outputs(System& system, const MemoryLayout& layout, const RunRequest& request, RunResult& result) {
  for (const TensorPlace& place : layout.outputs) {
    std::vector<std::byte>& bytes = result.outputs.emplace_back(place.bytes * request.inferences);
    for (std::uint64_t n = 0; n < request.inferences; ++n) {
      SYSTOLE_ASSERT(system.read_memory(place.base + n * place.stride,
                                        std::span(bytes).subspan(n * place.bytes, place.bytes)),
                     "an output that was laid out cannot be read");
    }
  }
}

void check_conservation(const System& system, RunResult& result) {
  const tl::PayloadPool& pool = tl::PayloadPool::instance();
  if (pool.allocated() != pool.freed()) {
    result.conservation_errors.push_back("payloads: " + std::to_string(pool.allocated()) + " allocated, " +
                                         std::to_string(pool.freed()) + " freed");
  }
  if (result.outcome == Outcome::kExited && !system.controller().busy() &&
      system.controller().issued() != system.controller().completed()) {
    result.conservation_errors.push_back("commands: " + std::to_string(system.controller().issued()) +
                                         " issued, " + std::to_string(system.controller().completed()) +
                                         " completed");
  }
}

}  // namespace

std::optional<RunResult> run(const RunRequest& request, Issues& issues) {
  const auto layout = lay_out(request.graph_image, request.static_data.size(), request.inferences,
                              request.class_output, request.config.dram.size, request.functional, issues);
  const auto firmware =
      host::read_elf(request.firmware_elf, {SYS_HOST_RAM_BASE, SYS_HOST_RAM_SIZE}, "firmware", issues);
  if (!layout || !firmware || !graph_fits(request, *layout, issues) ||
      !inputs_fit(request, *layout, issues)) {
    return std::nullopt;
  }

  tl::initialise_time();
  // What SystemC would print is either an error (thrown, see simulate) or a warning that must not pass
  // unseen.
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);

  RunResult result;
  result.ledger = Ledger(layout->node_count);
  const Load load{*layout, *firmware, request};
  System system("soc", load, result.ledger, result.spans);
  simulate(system, request.watchdog_cycles);

  result.cycles = system.clock().cycles(sc_core::sc_time_stamp()).count();
  result.instructions = system.host().instructions();
  result.console = system.uart().text();
  judge(system, request.watchdog_cycles, result);
  check_conservation(system, result);
  if (request.functional && result.outcome == Outcome::kExited && result.exit_code == 0) {
    read_outputs(system, *layout, request, result);
  }
  return result;
}

}  // namespace systole::soc
