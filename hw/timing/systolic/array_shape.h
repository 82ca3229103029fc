// What the timing of a systolic array depends on. Derivations: docs/blocks/systolic-array.md.
#pragma once

#include <bit>
#include <cstdint>

#include "hw/base/dataflow.h"
#include "hw/timing/time.h"

namespace systole::timing {

/// By whose rules folds follow one another.
///   kSystole   the registers of docs/blocks/systolic-array.md
///   kScaleSim  SCALE-Sim v2 and v3: nothing overlaps, every fold takes the skew of all rows and columns,
///              results leave an output-stationary array for nothing, and the figure of a command is one less
///              than the sum of its folds
///   kCamuy     Camuy, weight stationary: a fold takes M cycles, its weights are always there; the last one
///              drains for rows + n + 6 cycles
///   kDotProduct  no systolic array but a dot-product unit, the organisation of tensor cores: in every step
///              rows x cols dot products of `depth` elements are started, and added to sums that stand in the
///              accumulators (dataflow: output stationary)
enum class FoldRules : std::uint8_t { kSystole, kScaleSim, kCamuy, kDotProduct };

/// Steps are array cycles; one takes `passes` clock cycles. Bandwidths are in elements a step, 0 = as many as
/// the array takes.
struct ArrayShape {
  std::uint32_t rows = 16;  ///< hw/base/dataflow.h says what they hold
  std::uint32_t cols = 16;
  bool double_buffer = true;  ///< of the stationary operand (output stationary: of the sums)
  Dataflow dataflow = Dataflow::kWeightStationary;
  bool fold_overlap = true;  ///< a fold starts while the one before still drains
  FoldRules rules = FoldRules::kSystole;
  std::uint32_t passes = 1;
  /// Values of k that a row takes in a step: binary products in one word. Output stationary: that a PE takes.
  std::uint32_t k_per_row = 1;
  /// Multipliers of a PE: elements of a dot product. More than one for kDotProduct only.
  std::uint32_t depth = 1;
  /// The stationary operand on its way in (output stationary: the results on their way out).
  std::uint32_t stationary_bandwidth = 0;
  /// Each streamed operand, into FIFOs of `fifo_depth` >= 2 elements per row (or column).
  std::uint32_t streaming_bandwidth = 0;
  std::uint32_t fifo_depth = 8;
  /// Sums per column that the accumulators hold (input stationary: whole tiles of `cols`, at least one); a
  /// longer stream is cut into chunks, for each of which the stationary operand comes again. 0 = any number,
  /// as in the other tools' arrays.
  std::uint64_t accumulator_depth = 0;
  /// Of them, those that stand in memory and not in the accumulators: a fold reads and writes them there.
  std::uint64_t spill_depth = 0;
  /// Accesses per column and step: a sum is written, one that continues is read before, and the results of
  /// the tile before are read out meanwhile.
  std::uint32_t accumulator_ports = 3;
};

/// activations[m, k] x weights[k, n]; all >= 1.
struct GemmShape {
  std::uint64_t m = 1;
  std::uint64_t n = 1;
  std::uint64_t k = 1;
  bool continues = false;  ///< sums start from what is in the accumulators
  bool keeps = false;      ///< and stay there
};

/// Multipliers, each of which performs a multiply-accumulate (k_per_row binary ones) every `passes` cycles.
constexpr std::uint64_t pes_of(const ArrayShape& array) {
  return std::uint64_t{array.rows} * array.cols * array.depth;
}

/// Of a dot-product unit, steps from a step's start until its sums stand in the accumulators: multiply,
/// ceil(log2 depth) levels of the adder tree, add up.
constexpr Ticks dot_product_latency(const ArrayShape& array) {
  return 2 + static_cast<Ticks>(std::bit_width(array.depth - 1));
}

/// The accumulators hold all sums of m x n from one command to the next.
bool accumulators_hold(const ArrayShape& array, std::uint64_t m, std::uint64_t n);

/// Sums per column of a fold with a stream of so many steps that stand in memory.
constexpr std::uint64_t spilled(const ArrayShape& array, std::uint64_t stream) {
  const std::uint64_t inside = array.accumulator_depth - array.spill_depth;
  return array.spill_depth == 0 || stream <= inside ? 0 : stream - inside;
}

}  // namespace systole::timing
