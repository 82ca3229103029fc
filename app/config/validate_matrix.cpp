#include "app/config/validate_matrix.h"

#include <array>
#include <utility>

#include "hw/blocks/engine/matrix/array.h"
#include "hw/timing/passes.h"

namespace systole::app {
namespace {

// The knobs of the array's timing: what a preset fixes, and what does not go together.
void check_timing(const MatrixConfig& matrix, const Complain& issue) {
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
  if (!dot_product && matrix.dataflow == Dataflow::kOutputStationary) {
    const auto of_others = [&](const char* knob) {
      issue(std::string("soc.engines.matrix.") + knob,
            "is of accumulators behind the array, and an output-stationary one has its sums inside; take it "
            "out");
    };
    if (matrix.spill != plain.spill) of_others("spill");
    if (matrix.accumulator_ports != plain.accumulator_ports) of_others("accumulator_ports");
  }
}

/// Combinations of formats, arithmetic and accumulators that no array has.
void check_numbers(const MatrixConfig& array, const Complain& issue) {
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
  if (array.arithmetic != MatrixArithmetic::kXnorPopcount &&
      array.popcount_bits != MatrixConfig{}.popcount_bits) {
    issue(key + "popcount_bits", "belongs to popcounts; set arithmetic: xnor_popcount, or take it out");
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

// What must have room for something.
void check_memories(const SocConfig& soc, const Complain& issue) {
  const MatrixConfig& matrix = soc.matrix;
  const std::uint64_t most = (soc.sram.size.count() / 2 - 1) / matrix.count / 64 * 64;
  if (matrix.spill.count() > most) {
    issue("soc.engines.matrix.spill",
          "of all engines takes half of the scratchpad or more; at most " + to_text(Bytes(most)));
  }
  if (matrix.spill.count() % 64 != 0) issue("soc.engines.matrix.spill", "is not a multiple of 64 bytes");
  const std::uint64_t sum = engine::matrix::sum_bytes(matrix);
  if (matrix.accumulators.count() < sum * matrix.cols) {
    issue("soc.engines.matrix.accumulators", "holds no " + std::to_string(sum) +
                                                 "-byte sum for each of the " + std::to_string(matrix.cols) +
                                                 " columns; at least " + to_text(Bytes(sum * matrix.cols)));
  }
}

// What spares multiplications.
void check_forms(const SocConfig& soc, const Complain& issue) {
  if (soc.matrix.winograd) {
    const std::string key = "soc.engines.matrix.winograd";
    if (soc.vector.count == 0) {
      issue(key, "its transforms are the vector engine's work: set soc.engines.vector.count to at least 1");
    }
    if (int16_passes(soc.matrix) == 0) {
      issue(key,
            "its products are int16 with sums of 32 bits, which this array does not make: set "
            "soc.engines.matrix.format=int16 (int8 and int4 make them in pieces), and accumulator_bits to at "
            "least 32");
    }
  }
  if (soc.matrix.sparsity.any() && (soc.matrix.dataflow != Dataflow::kWeightStationary ||
                                    soc.matrix.organisation != MatrixOrganisation::kSystolic)) {
    issue("soc.engines.matrix.sparsity",
          "needs weights that stand in a systolic array; set dataflow: weight_stationary, or take it out");
  }
  if (soc.matrix.sparsity.any() && soc.matrix.weight_format == NumberFormat::kBinary) {
    issue("soc.engines.matrix.sparsity", "skips zeros, which binary weights do not have; take it out");
  }
}

}  // namespace

std::uint32_t int16_passes(const MatrixConfig& matrix) {
  const timing::Multiplier multiplier{matrix.format, matrix.weight_format, matrix.arithmetic,
                                      matrix.popcount_bits};
  const auto passes = timing::array_passes(multiplier, NumberFormat::kInt16, NumberFormat::kInt16);
  return passes && matrix.accumulator_bits >= 32 ? passes->cycles_per_step : 0;
}

void validate_matrix(const SocConfig& soc, const Complain& issue) {
  check_timing(soc.matrix, issue);
  check_numbers(soc.matrix, issue);
  check_memories(soc, issue);
  check_forms(soc, issue);
}

}  // namespace systole::app
