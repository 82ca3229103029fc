// A scenario, resolved: every value set, every file found. What a run does is a function of this and of the
// files' content.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hw/base/issues.h"
#include "hw/config/soc_config.h"
#include "hw/energy/technology.h"
#include "models/compress/prune.h"
#include "models/ir/synthesis.h"
#include "models/quantise/options.h"

namespace systole::app {

/// A file that a scenario names.
struct FileRef {
  std::filesystem::path path;  ///< where it was found
  /// As results write it: relative to the project's scenarios/ where it lies there, else absolute. Either
  /// form is found again from anywhere on this machine, and the first from any machine.
  std::string shown;
  [[nodiscard]] bool empty() const { return path.empty(); }
};

enum class Distribution : std::uint8_t { kUniform, kNormal };

struct RandomInputs {
  std::uint64_t seed = 1;
  Distribution distribution = Distribution::kUniform;
  std::vector<double> densities;  ///< of network inputs: the share that is not zero; 1 where there is none
};

enum class InputKind : std::uint8_t { kDataset, kFiles, kRandom };

struct Inputs {
  InputKind kind = InputKind::kRandom;
  FileRef dataset;             ///< the folder that holds dataset.yaml
  std::vector<FileRef> files;  ///< TensorProto files: one per network input and inference
  RandomInputs random;
  std::uint32_t count = 0;  ///< inferences; 0 = all of a dataset or of the files, 1 of random inputs
};

/// activations[M,K] x weights[K,N], without a network around it.
struct BareGemm {
  std::string name;
  std::uint64_t m = 0;
  std::uint64_t k = 0;
  std::uint64_t n = 0;
  double weight_density = 1;
  double activation_density = 1;
};

/// Numbers by names that the user chooses.
using Sizes = std::map<std::string, std::int64_t>;

/// In which numbers a network computes: quantised to int8 where the array multiplies int8, as it is, or
/// quantised in any case.
enum class Precision : std::uint8_t { kAuto, kAsIs, kInt8 };

/// How a float network is quantised after its training.
struct Quantise {
  quantise::Options options;
  bool own_inputs = true;  ///< the run's inputs show the ranges, not `calibration`'s
  Inputs calibration;      ///< count 0: at most kCalibrationInputs; 1 of random inputs
};
inline constexpr std::uint32_t kCalibrationInputs = 32;

struct Workload {
  compress::PruneOptions prune;
  FileRef network;
  FileRef graph;  ///< a descriptor graph, already mapped
  std::vector<BareGemm> gemm;
  ir::Synthesis weights;  ///< parameters that the network's file does not carry
  Sizes dims;             ///< of the network's dynamic dimensions, by their symbols
  Precision precision = Precision::kAuto;
  Quantise quantise;
};

/// A part of scenarios/dram: where soc.dram's figures come from. Empty name: they stand in the SoC itself.
struct DramPart {
  std::string name;
  std::string source;
};

enum class Fidelity : std::uint8_t { kTransaction, kAnalytical };
enum class Check : std::uint8_t { kReference, kNone };

/// Where weights stand while the network runs: the mapper's choice, in SRAM, or streamed from DRAM.
enum class Weights : std::uint8_t { kAuto, kResident, kStreamed };

struct Mapping {
  Weights weights = Weights::kAuto;
  bool skip_zeros = false;  ///< looks for weights that need not be multiplied also where nothing was pruned
};

struct Limits {
  std::uint64_t cycles = 0;  ///< 0 = none
};

struct Scenario {
  std::string name;
  SocConfig soc;
  DramPart dram_part;
  Workload workload;
  Inputs inputs;
  std::optional<FileRef> firmware;  ///< none: the inference program that the build made
  Fidelity fidelity = Fidelity::kTransaction;
  bool functional = true;
  FileRef technology_file;  ///< empty: written in the scenario itself
  energy::TechnologyTable technology;
  Mapping mapping;
  Check check = Check::kReference;
  std::uint64_t seed = 1;
  Limits limits;
};

/// Where each value was written, by dotted key: for issues that are found later.
using Provenance = std::map<std::string, SourceLocation>;

}  // namespace systole::app
