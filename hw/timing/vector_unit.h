// Timing of the vector engine's datapath: `lanes` equal lanes, each with an adder, a multiplier, a divider, a
// rounding unit, a 256-entry table and an exponential unit (which also makes base-2 logarithms). Derivation:
// docs/timing-model.md.
#pragma once

#include <cstdint>

#include "hw/timing/unit_cycles.h"

namespace systole::timing {

/// Latencies (cycles) and initiation intervals of one lane's units. All are fully pipelined (one operation
/// per cycle) but the exponential.
struct LaneTiming {
  static constexpr Ticks kAdd = 4;                  ///< float add, also the subtraction of a zero point
  static constexpr Ticks kMultiply = 4;             ///< float multiply
  static constexpr Ticks kDivide = 12;              ///< float divide
  static constexpr Ticks kRound = 2;                ///< round half to even, add the zero point, saturate
  static constexpr Ticks kCompare = 1;              ///< min, max
  static constexpr Ticks kTable = 2;                ///< look-up
  static constexpr Ticks kExp = 8;                  ///< exponential
  static constexpr Ticks kExpInterval = 4;          ///< its cycles per element and lane
  static constexpr Ticks kWinogradInputAdds = 32;   ///< of a tile of one channel
  static constexpr Ticks kWinogradOutputAdds = 24;  ///< likewise
};

enum class LaneOp : std::uint8_t {
  kAddFloat,
  kMulFloat,
  kAddQuantised,
  kMulQuantised,
  kClip,
  kTable,
  kQuantise,
  kDequantise,
  kDivFloat,
  kDivQuantised,
  kNormalise,
  kLeakyRelu,
  kSigmoid,
  kTanh,
  kHardSigmoid,
  kHardSwish,
};

/// Cycles for which an element occupies its lane: 1, or kExpInterval where it needs the exponential unit.
Ticks element_interval(LaneOp op);

/// Element-wise: ceil(count / lanes) * element_interval(op) cycles, and the depth of the operation's chain.
UnitCycles elementwise_cycles(LaneOp op, std::uint64_t count, std::uint32_t lanes);

/// `outputs` average-pooling windows of `window` elements (the whole window: padding is skipped in value, not
/// in time). Each lane works on one output (a channel) and takes one element per cycle.
/// The depth is that of floats, or of 8-bit integers (quantised: scale, round, clip instead of divide).
UnitCycles average_pool_cycles(std::uint64_t outputs, std::uint64_t window, std::uint32_t lanes,
                               bool quantised = false);

/// Softmax over `axis` elements of each of `rows` rows; a lane works on one row in three passes: maximum,
/// exponential and sum, division.
UnitCycles softmax_cycles(std::uint64_t rows, std::uint64_t axis, std::uint32_t lanes);

/// Local response normalisation of `count` elements; a lane works on one of them. Its adder sums `size`
/// squares; its exponential unit makes pow(x, beta) = exp2(beta * log2(x)) in two uses. The slower of them
/// decides.
UnitCycles lrn_cycles(std::uint64_t count, std::uint64_t size, std::uint32_t lanes);

/// Means over `axis` elements of each of `rows` rows; a lane works on one row.
UnitCycles reduce_mean_cycles(std::uint64_t rows, std::uint64_t axis, std::uint32_t lanes);

/// Winograd's F(2 x 2, 3 x 3). A lane transforms one tile of one channel; `tiles` counts tiles x channels.
/// Its adder makes 32 sums for a tile of the input (8 for each of the 4 columns, then of the 4 rows) and 24
/// for one of the output (4 columns of 4, then 2 rows of 4). Zero points, bias and requantisation stand in
/// the chain before and behind the adder.
UnitCycles winograd_input_cycles(std::uint64_t tiles, std::uint32_t lanes);
UnitCycles winograd_output_cycles(std::uint64_t tiles, std::uint32_t lanes);

}  // namespace systole::timing
