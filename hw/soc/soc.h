// One run of the simulated SoC: a graph image and a firmware go in; outcome, account, spans and outputs come
// out. No SystemC in this header. SystemC's kernel cannot be restarted: one run() per process.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hw/base/issues.h"
#include "hw/config/soc_config.h"
#include "hw/observe/ledger.h"
#include "hw/observe/spans.h"

namespace systole::soc {

struct RunRequest {
  SocConfig config;
  /// A .sgb file, as it is, or as far as its static data. Only its header, symbol table and node count are
  /// looked at here.
  std::span<const std::byte> graph_image;
  /// The static data that the image lacks, all of them; not functional: may be left out.
  std::span<const std::byte> static_data;
  /// An ELF file (RV32) for the host core.
  std::span<const std::byte> firmware_elf;
  std::uint32_t inferences = 1;
  /// One per input symbol, in order of the symbol's index: all inferences' data one after another. Data may
  /// be left empty when not functional.
  std::vector<std::span<const std::byte>> inputs;
  /// The output whose arg-max the firmware prints as the class, or SGB_RUN_NO_CLASS.
  std::uint32_t class_output = 0xffffffffU;
  bool functional = true;
  /// The run is stopped as failed after so many cycles of soc.clock; 0 = never.
  std::uint64_t watchdog_cycles = 0;
  /// Called with what the firmware prints, as it prints it; may be empty.
  std::function<void(std::string_view)> console;
  /// Splices a protocol checker between the bus and the controller, every DMA and every other engine. The
  /// host keeps its direct way to its RAM, which a checker would refuse.
  bool check_protocol = false;
};

enum class Outcome : std::uint8_t {
  kExited,     ///< the firmware wrote the power device
  kDeadlock,   ///< nothing left that could happen, and the firmware has not ended the run
  kWatchdog,   ///< watchdog_cycles passed
  kHostFault,  ///< the firmware faulted without a handler
};

struct RunResult {
  Outcome outcome = Outcome::kExited;
  std::uint32_t exit_code = 0;
  /// For any outcome but a clean exit: the state of the machine, who waits for what. Several lines.
  std::string report;
  std::uint64_t cycles = 0;        ///< of soc.clock, from reset to the end
  std::uint64_t instructions = 0;  ///< of the host core
  Ledger ledger;
  SpanLog spans;
  std::string console;
  /// One per output symbol, in order of its index: all inferences' data one after another. Empty if not
  /// functional.
  std::vector<std::vector<std::byte>> outputs;
  std::vector<std::string> conservation_errors;  ///< bugs of the simulator, if any
};

/// Builds the SoC, loads memory, runs to the end. nullopt and issues for what cannot be run at all: an image
/// that does not fit into DRAM or SRAM, a bad ELF, inputs of the wrong size, a graph made for other queues.
std::optional<RunResult> run(const RunRequest& request, Issues& issues);

}  // namespace systole::soc
