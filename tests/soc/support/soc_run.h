// Whole runs for tests: a network file, a SoC, the real firmware.
//
// SystemC's kernel cannot be restarted: one run a process, that is one run a test case (ctest gives each its
// own).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/config/soc_config.h"
#include "hw/soc/soc.h"
#include "models/ir/graph.h"
#include "models/mapper/mapper.h"
#include "models/program/program.h"

namespace systole::test {

/// A network with what the mapper made of it for one SoC.
struct Mapped {
  ir::Graph graph;
  Program program;
  mapper::MapReport report;
};

/// scenarios/networks/NAME, imported and mapped. Fails the test on any issue.
Mapped map_network_file(const std::string& name, const SocConfig& config,
                        const mapper::MapOptions& options = {});

/// The first `count` images of the digits test set, as the bytes of the network's input, one after another.
std::vector<std::byte> digits_images(std::uint32_t count);
std::vector<std::int64_t> digits_labels(std::uint32_t count);

struct RunOptions {
  std::uint32_t inferences = 1;
  bool functional = true;
  bool check_protocol = false;
  std::uint64_t watchdog_cycles = 0;
  std::uint32_t class_output = SGB_RUN_NO_CLASS;
};

/// Runs the program with the inference firmware. `input`: all inferences' data of the one input.
soc::RunResult run_program(const Program& program, const SocConfig& config, std::span<const std::byte> input,
                           const RunOptions& options);

/// The figures of a run that took place in a child process, so that a test can compare several.
struct Figures {
  soc::Outcome outcome = soc::Outcome::kExited;
  std::uint32_t exit_code = 0;
  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
  std::uint64_t window = 0;  ///< cycles from the first transfer or computation to the last
  std::uint64_t compute_busy = 0;
  std::uint64_t dma_busy = 0;
  std::uint64_t both_busy = 0;
  std::uint64_t dram_read = 0;
  std::uint64_t sram_read = 0;
  bool operator==(const Figures&) const = default;
};
Figures run_in_child(const Program& program, const SocConfig& config, std::span<const std::byte> input,
                     const RunOptions& options);

/// Every output of every inference equals the reference executor's, bit for bit.
void expect_reference(const Mapped& mapped, const soc::RunResult& result, std::span<const std::byte> input,
                      std::uint32_t inferences);

/// The output's number by name.
std::uint32_t output_index(const Program& program, const std::string& name);

}  // namespace systole::test
