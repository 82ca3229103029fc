// Everything that a finished run's results are written from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/scenario.h"
#include "app/results/layers.h"
#include "hw/energy/account.h"
#include "hw/soc/soc.h"
#include "models/program/program.h"

namespace systole::app {

/// Classes that the network found against the dataset's labels.
struct Accuracy {
  std::uint64_t correct = 0;
  std::uint64_t total = 0;
};

/// What became of a float network that was quantised.
struct QuantisationRecord {
  std::uint64_t int8_nodes = 0;
  std::uint64_t float_nodes = 0;
  std::uint64_t conversions = 0;           ///< between the two: QuantizeLinear and DequantizeLinear
  std::uint64_t calibration_inputs = 0;    ///< 0: without data, every scale is 1
  std::optional<Accuracy> float_accuracy;  ///< of the float network on the same inputs
  std::optional<double> sqnr_db;           ///< of the simulated outputs against the float network's
};

/// What the run cost the machine that simulated it. Not deterministic.
struct HostUse {
  double wall_seconds = 0;
  std::uint64_t peak_memory_bytes = 0;
};

struct RunRecord {
  Scenario scenario;
  std::string config_hash;
  std::uint32_t inferences = 1;
  std::vector<ProgramNode> nodes;
  std::uint64_t compulsory_dram_bytes = 0;  ///< of all inferences
  std::uint64_t skipped_macs = 0;  ///< of all inferences: of the network's, what no array has to perform
  std::uint64_t gap_macs = 0;      ///< of all inferences: between the blocks of grouped weights
  soc::RunResult result;
  std::optional<energy::Account> account;  ///< none without a technology
  std::vector<LayerRow> layers;
  std::optional<Accuracy> accuracy;
  std::optional<QuantisationRecord> quantisation;  ///< none: the network computes as its file says
  HostUse host;
};

/// How a run ended, in the summary.
constexpr std::string_view name_of(soc::Outcome outcome) {
  switch (outcome) {
    case soc::Outcome::kExited:
      return "exited";
    case soc::Outcome::kDeadlock:
      return "deadlock";
    case soc::Outcome::kWatchdog:
      return "cycle_limit";
    case soc::Outcome::kHostFault:
      return "fault";
  }
  return "?";
}

/// Multipliers of one matrix engine: what its lost PE-cycles are counted in.
inline std::uint64_t array_multipliers(const SocConfig& soc) {
  const MatrixConfig& matrix = soc.matrix;
  const bool dot_product = matrix.organisation == MatrixOrganisation::kDotProduct;
  return std::uint64_t{matrix.rows} * matrix.cols * (dot_product ? matrix.depth : 1);
}
/// Multiply-accumulates that one matrix engine does in a cycle, and all of them: words of binary values hold
/// several.
inline std::uint64_t array_pes(const SocConfig& soc) {
  const bool popcount = soc.matrix.arithmetic == MatrixArithmetic::kXnorPopcount;
  return array_multipliers(soc) * (popcount ? soc.matrix.popcount_bits : 1);
}
inline std::uint64_t total_pes(const SocConfig& soc) { return array_pes(soc) * soc.matrix.count; }

}  // namespace systole::app
