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
  }
  return 0;
}

}  // namespace

UnitCycles elementwise_cycles(LaneOp op, std::uint64_t count, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  return {ceil_div(count, lanes), depth_of(op)};
}

UnitCycles average_pool_cycles(std::uint64_t outputs, std::uint64_t window, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  return {ceil_div(outputs, lanes) * window, T::kAdd + T::kDivide};
}

UnitCycles softmax_cycles(std::uint64_t rows, std::uint64_t axis, std::uint32_t lanes) {
  SYSTOLE_ASSERT(lanes > 0, "a vector unit without lanes");
  const Ticks maximum = axis + T::kCompare;
  // Per element: subtract, exponential, add to the sum. The sum is needed before the first division.
  const Ticks exponentials = axis * T::kExpInterval + T::kAdd + T::kExp + T::kAdd;
  // The next row may follow a division pass at once.
  return {ceil_div(rows, lanes) * (maximum + exponentials + axis), T::kDivide};
}

}  // namespace systole::timing
