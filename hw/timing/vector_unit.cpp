#include "hw/timing/vector_unit.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "hw/base/units.h"

namespace systole::timing {

namespace {

using T = LaneTiming;

// (a - zero) * scale
constexpr Ticks kDequantiseDepth = T::kAdd + T::kMultiply;
// x / scale, rounded
constexpr Ticks kQuantiseDepth = T::kDivide + T::kRound;
// min(max(alpha * x + beta, 0), 1)
constexpr Ticks kHardSigmoidDepth = T::kMultiply + T::kAdd + 2 * T::kCompare;

Ticks depth_of(LaneOp op) {
  switch (op) {
    case LaneOp::kAddFloat:
      return T::kAdd + 2 * T::kCompare;  // the fused clip is always passed
    case LaneOp::kMulFloat:
      return T::kMultiply + 2 * T::kCompare;
    case LaneOp::kAddQuantised:
      return kDequantiseDepth + T::kAdd + kQuantiseDepth + 2 * T::kCompare;
    case LaneOp::kMulQuantised:
      return kDequantiseDepth + T::kMultiply + kQuantiseDepth + 2 * T::kCompare;
    case LaneOp::kClip:
      return 2 * T::kCompare;
    case LaneOp::kTable:
      return T::kTable;
    case LaneOp::kQuantise:
      return kQuantiseDepth;
    case LaneOp::kDequantise:
      return kDequantiseDepth;
    case LaneOp::kDivFloat:
      return T::kDivide + 2 * T::kCompare;
    case LaneOp::kDivQuantised:
      return kDequantiseDepth + T::kDivide + kQuantiseDepth + 2 * T::kCompare;
    case LaneOp::kNormalise:  // - mean, * scale, + bias, clip
      return T::kAdd + T::kMultiply + T::kAdd + 2 * T::kCompare;
    case LaneOp::kLeakyRelu:  // the product, or the element itself
      return T::kMultiply + T::kCompare;
    case LaneOp::kSigmoid:  // exp, 1 +, 1 /
      return T::kExp + T::kAdd + T::kDivide;
    case LaneOp::kTanh:  // e = exp(-2 a); (1 - e) / (1 + e)
      return T::kMultiply + T::kExp + T::kAdd + T::kDivide;
    case LaneOp::kHardSigmoid:
      return kHardSigmoidDepth;
    case LaneOp::kHardSwish:
      return kHardSigmoidDepth + T::kMultiply;
  }
  return 0;
}

}  // namespace

UnitCycles elementwise_cycles(LaneOp op, std::uint64_t count, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  return {ceil_div(count, lanes) * element_interval(op), depth_of(op)};
}

Ticks element_interval(LaneOp op) {
  return op == LaneOp::kSigmoid || op == LaneOp::kTanh ? T::kExpInterval : 1;
}

UnitCycles average_pool_cycles(std::uint64_t outputs, std::uint64_t window, std::uint32_t lanes,
                               bool quantised) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  const Ticks finish = quantised ? T::kMultiply + T::kRound + 2 * T::kCompare : T::kDivide;
  return {ceil_div(outputs, lanes) * window, T::kAdd + finish};
}

UnitCycles softmax_cycles(std::uint64_t rows, std::uint64_t axis, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  const Ticks maximum = axis + T::kCompare;
  // Per element: subtract, exponential, add to the sum. The sum is needed before the first division.
  const Ticks exponentials = axis * T::kExpInterval + T::kAdd + T::kExp + T::kAdd;
  // The next row may follow a division pass at once.
  return {ceil_div(rows, lanes) * (maximum + exponentials + axis), T::kDivide};
}

UnitCycles lrn_cycles(std::uint64_t count, std::uint64_t size, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  const Ticks interval = std::max<Ticks>(size, 2 * T::kExpInterval);
  // square, sum; * alpha / size, + bias; log2, * beta, exp2; divide
  const Ticks depth =
      T::kMultiply + T::kAdd + T::kMultiply + T::kAdd + T::kExp + T::kMultiply + T::kExp + T::kDivide;
  return {ceil_div(count, lanes) * interval, depth};
}

UnitCycles reduce_mean_cycles(std::uint64_t rows, std::uint64_t axis, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  return {ceil_div(rows, lanes) * axis, T::kAdd + T::kDivide};
}

UnitCycles winograd_input_cycles(std::uint64_t tiles, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  // - zero; then B^T d and (B^T d) B, one sum deep each
  return {ceil_div(tiles, lanes) * T::kWinogradInputAdds, T::kAdd + 2 * T::kAdd};
}

UnitCycles winograd_output_cycles(std::uint64_t tiles, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  // A^T m and (A^T m) A, two sums deep each; + bias, * scale, round, clip
  return {ceil_div(tiles, lanes) * T::kWinogradOutputAdds,
          4 * T::kAdd + T::kAdd + T::kMultiply + T::kRound + 2 * T::kCompare};
}

}  // namespace systole::timing
