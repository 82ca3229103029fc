#include "app/config/validate.h"

#include <array>
#include <string>
#include <utility>

#include "hw/timing/passes.h"

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

// The knobs of the array's timing: what a preset fixes, and what does not go together.
template <typename Issue>
void validate_matrix(const SocConfig& soc, Issue&& issue) {
  const MatrixConfig& matrix = soc.matrix;
  const MatrixConfig plain;
  if (matrix.preset == MatrixPreset::kCamuy && matrix.dataflow != Dataflow::kWeightStationary) {
    issue("soc.engines.matrix.preset",
          "Camuy's arrays are weight stationary; set dataflow: weight_stationary");
  }
  const bool dot_product = matrix.organisation == MatrixOrganisation::kDotProduct;
  if (dot_product && matrix.preset != MatrixPreset::kNone) {
    issue("soc.engines.matrix.preset", "is of systolic arrays; take it out, or set organisation: systolic");
  }
  if (dot_product && matrix.dataflow != plain.dataflow) {
    issue("soc.engines.matrix.dataflow",
          "a dot-product unit keeps its sums in the accumulators; take this key out");
  }
  if (!dot_product && matrix.depth != plain.depth) {
    issue("soc.engines.matrix.depth", "belongs to dot-product units; set organisation: dot_product");
  }
  const std::array<std::pair<const char*, bool>, 7> knobs{{
      {"weight_double_buffer", matrix.weight_double_buffer != plain.weight_double_buffer},
      {"fold_overlap", matrix.fold_overlap != plain.fold_overlap},
      {"stationary_bandwidth", matrix.stationary_bandwidth != plain.stationary_bandwidth},
      {"streaming_bandwidth", matrix.streaming_bandwidth != plain.streaming_bandwidth},
      {"fifo_depth", matrix.fifo_depth != plain.fifo_depth},
      {"accumulator_ports", matrix.accumulator_ports != plain.accumulator_ports},
      {"spill", matrix.spill != plain.spill},
  }};
  for (const auto& [knob, is_set] : knobs) {
    const std::string key = std::string("soc.engines.matrix.") + knob;
    if (is_set && dot_product) issue(key, "has no meaning for a dot-product unit; take this key out");
    if (is_set && matrix.preset != MatrixPreset::kNone) {
      issue(key, "the preset has rules of its own for this; take this key or the preset out");
    }
  }
  if (matrix.spill.count() * matrix.count >= soc.sram.size.count() / 2) {
    issue("soc.engines.matrix.spill",
          "of all engines takes half of the scratchpad or more; at most " +
              to_text(Bytes(soc.sram.size.count() / 2 / matrix.count - soc.sram.width.count())));
  }
  if (matrix.spill.count() % 64 != 0) issue("soc.engines.matrix.spill", "is not a multiple of 64 bytes");
}

/// Combinations of formats, arithmetic and accumulators that no array has.
template <typename Issue>
void check_numbers(const MatrixConfig& array, Issue&& issue) {
  if (array.count == 0) return;
  const std::string key = "soc.engines.matrix.";
  const bool floats = is_float(array.format);
  const std::string format(name_of(array.format));
  const std::string weights(name_of(array.weight_format));
  if (floats ? array.weight_format != array.format : is_float(array.weight_format)) {
    issue(key + "weight_format", "weights of " + weights + " do not go with activations of " + format +
                                     "; floats are multiplied by their own format, integers by integers");
    return;
  }
  const bool whole = array.arithmetic == MatrixArithmetic::kParallel;
  if (floats && !whole) {
    issue(key + "arithmetic",
          "is for integers, and the format is " + format + "; take it out, or set format: int8");
  }
  const bool binary = array.format == NumberFormat::kBinary && array.weight_format == NumberFormat::kBinary;
  if (array.arithmetic == MatrixArithmetic::kXnorPopcount && !floats) {
    if (!binary) {
      issue(key + "arithmetic", "xnor_popcount multiplies binary by binary, and the formats are " + format +
                                    " and " + weights + "; set format: binary");
    } else if (array.overflow == Overflow::kSaturate) {
      issue(key + "overflow", "xnor_popcount adds several products at once and wraps; take it out");
    }
  }
  const bool powers = array.weight_format == NumberFormat::kPowerOfTwo ||
                      array.weight_format == NumberFormat::kTernary ||
                      array.weight_format == NumberFormat::kBinary;
  if (array.arithmetic == MatrixArithmetic::kShiftAdd && !floats && !powers) {
    issue(key + "arithmetic", "shift_add multiplies by powers of two, and the weights are " + weights +
                                  "; set weight_format: pow2");
  }
  const std::uint32_t bits = array.accumulator_bits;
  const bool rounds = floats && array.format != NumberFormat::kFloat32;
  if (floats && bits != 32 && !(rounds && bits == 16)) {
    issue(key + "accumulator_bits", "sums of " + format + " have 32 bits" + (rounds ? ", or 16" : "") +
                                        ", not " + std::to_string(bits));
  }
  if (floats && array.overflow == Overflow::kSaturate) {
    issue(key + "overflow", "is for integers, and the format is " + format + "; take it out");
  }
}

}  // namespace

std::uint32_t int16_passes(const MatrixConfig& matrix) {
  const timing::Multiplier multiplier{matrix.format, matrix.weight_format, matrix.arithmetic,
                                      matrix.popcount_bits};
  const auto passes = timing::array_passes(multiplier, NumberFormat::kInt16, NumberFormat::kInt16);
  return passes && matrix.accumulator_bits >= 32 ? passes->cycles_per_step : 0;
}

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
  check_numbers(soc.matrix, issue);
  if (soc.matrix.count > 0 && soc.matrix.accumulators.count() < 4ULL * soc.matrix.cols) {
    issue("soc.engines.matrix.accumulators", "holds no 4-byte sum for each of the " +
                                                 std::to_string(soc.matrix.cols) + " columns; at least " +
                                                 to_text(Bytes(4ULL * soc.matrix.cols)));
  }
  if (soc.matrix.count > 0 && soc.matrix.winograd) {
    const std::string key = "soc.engines.matrix.winograd";
    if (soc.vector.count == 0) {
      issue(key, "its transforms are the vector engine's work: set soc.engines.vector.count to at least 1");
    }
    if (int16_passes(soc.matrix) == 0) {
      issue(key,
            "its products are int16 with sums of 32 bits, which this array does not make: set "
            "soc.engines.matrix.format=int16 (int8 and int4 make them in pieces)");
    }
  }
  const bool skips = soc.matrix.count > 0 && soc.matrix.sparsity.any();
  if (skips && (soc.matrix.dataflow != Dataflow::kWeightStationary ||
                soc.matrix.organisation != MatrixOrganisation::kSystolic)) {
    issue("soc.engines.matrix.sparsity",
          "needs weights that stand in a systolic array; set dataflow: weight_stationary, or take it out");
  }
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
