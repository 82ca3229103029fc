#include "hw/blocks/engine/vector/operation.h"

#include <optional>

#include "hw/blocks/engine/shell/fields.h"
#include "hw/blocks/engine/shell/pool_rows.h"
#include "hw/numerics/winograd.h"

namespace systole::engine::vector {

namespace {

using timing::LaneOp;

// Each check looks at one operation's types, flags and fields. They return whether all is sound.

LaneOp binary_lane_op(std::uint8_t op, bool is_float) {
  switch (op) {
    case SGB_VECTOR_MUL:
      return is_float ? LaneOp::kMulFloat : LaneOp::kMulQuantised;
    case SGB_VECTOR_DIV:
      return is_float ? LaneOp::kDivFloat : LaneOp::kDivQuantised;
    default:  // an adder subtracts too
      return is_float ? LaneOp::kAddFloat : LaneOp::kAddQuantised;
  }
}

bool check_binary(Operation& op) {
  const sgb_vector& d = op.d;
  if (d.b_count == 0 || d.count % d.b_count != 0) return false;
  const bool commutes = d.op == SGB_VECTOR_ADD || d.op == SGB_VECTOR_MUL;
  const bool is_float = op.in_type == DType::kFloat32;
  const std::uint32_t flags = (commutes ? 0U : SGB_VECTOR_SWAPPED) | (is_float ? SGB_VECTOR_CLIP_RESULT : 0U);
  op.lane_op = binary_lane_op(d.op, is_float);
  if ((d.flags & ~flags) != 0) return false;
  if (is_float) return op.out_type == DType::kFloat32;
  return is_quantised(op.in_type) && is_quantised(op.out_type) && fits(op.in_type, d.a_zero) &&
         fits(op.in_type, d.b_zero) && fits(op.out_type, d.out_zero);
}

bool is_float_to_float(const Operation& op) {
  return op.in_type == DType::kFloat32 && op.out_type == DType::kFloat32;
}

bool check_function(Operation& op) {
  switch (op.d.op) {
    case SGB_VECTOR_LEAKY_RELU:
      op.lane_op = LaneOp::kLeakyRelu;
      break;
    case SGB_VECTOR_SIGMOID:
      op.lane_op = LaneOp::kSigmoid;
      break;
    case SGB_VECTOR_TANH:
      op.lane_op = LaneOp::kTanh;
      break;
    case SGB_VECTOR_HARD_SIGMOID:
      op.lane_op = LaneOp::kHardSigmoid;
      break;
    default:
      op.lane_op = LaneOp::kHardSwish;
  }
  return is_float_to_float(op) && op.d.flags == 0;
}

bool check_normalize(Operation& op) {
  op.lane_op = LaneOp::kNormalise;
  const auto rows = product({op.d.axis, 12}, kMaxOperandBytes);
  const auto size = product({op.d.axis, op.d.inner}, kMaxOperandBytes);
  return rows && size && op.d.count % *size == 0 && is_float_to_float(op) &&
         (op.d.flags & ~SGB_VECTOR_CLIP_RESULT) == 0;
}

bool check_clip(Operation& op) {
  op.lane_op = LaneOp::kClip;
  return op.in_type == op.out_type && op.in_type != DType::kBool && op.d.flags == 0;
}

bool check_table(Operation& op) {
  op.lane_op = LaneOp::kTable;
  return is_byte(op.in_type) && op.d.flags == 0;
}

bool check_scaling(Operation& op) {
  const sgb_vector& d = op.d;
  const bool quantises = d.op == SGB_VECTOR_QUANTIZE;
  op.lane_op = quantises ? LaneOp::kQuantise : LaneOp::kDequantise;
  const DType real = quantises ? op.in_type : op.out_type;
  const DType integer = quantises ? op.out_type : op.in_type;
  if (real != DType::kFloat32 || (d.flags & ~SGB_VECTOR_PER_AXIS) != 0) return false;
  if (!is_quantised(integer) && (quantises || integer != DType::kInt32)) return false;
  if (op.per_axis()) {
    const auto size = product({d.axis, d.inner}, kMaxOperandBytes);
    return size && d.count % *size == 0;
  }
  return !is_quantised(integer) || fits(integer, quantises ? d.out_zero : d.a_zero);
}

bool check_axis(Operation& op) {
  op.form = Form::kAxis;
  const sgb_vector& d = op.d;
  const auto elements = product({d.outer, d.axis, d.inner}, kMaxOperandBytes / 4);
  if (!elements || !is_float_to_float(op) || d.flags != 0) return false;
  const std::uint64_t results = d.op == SGB_VECTOR_REDUCE_MEAN ? *elements / d.axis : *elements;
  const bool bounded = d.op != SGB_VECTOR_LRN || product({*elements, d.kernel_w}, kMaxPoolSteps);
  return results == d.count && bounded;
}

bool check_average_pool(Operation& op) {
  op.form = Form::kAveragePool;
  const sgb_vector& d = op.d;
  const bool quantised = is_quantised(op.in_type) && is_quantised(op.out_type) &&
                         fits(op.in_type, d.a_zero) && fits(op.out_type, d.out_zero);
  return (quantised || is_float_to_float(op)) && decode_pool(d, op.in_bytes()) &&
         product({d.out_h, d.out_w, d.channels}, kMaxOperandBytes) == d.count &&
         (d.flags & ~SGB_VECTOR_COUNT_INCLUDE_PAD) == 0;
}

// Both transforms: `tiles` places of 16 planes on one side, a map on the other.
bool check_winograd(const sgb_vector& d, std::uint64_t tiles_h, std::uint64_t tiles_w,
                    std::uint32_t plane_bytes) {
  const auto map = product({d.in_h, d.in_w, d.channels, 8}, kMaxOperandBytes);
  const auto results = product({d.out_h, d.out_w, d.channels, 8}, kMaxOperandBytes);
  const auto tiles = product({tiles_h, tiles_w, d.channels}, kMaxOperandBytes);
  const auto planes = product({d.inner, numerics::kWinogradPlaces, plane_bytes}, kMaxOperandBytes);
  return map && results && tiles && planes && *tiles <= d.inner && d.flags == 0;
}

bool check_winograd_input(Operation& op) {
  op.form = Form::kWinogradInput;
  const sgb_vector& d = op.d;
  return is_byte(op.in_type) && op.out_type == DType::kInt16 && fits(op.in_type, d.a_zero) &&
         check_winograd(d, d.out_h, d.out_w, op.out_bytes()) &&
         d.count == numerics::kWinogradPlaces * d.out_h * d.out_w * d.channels;
}

bool check_winograd_output(Operation& op) {
  op.form = Form::kWinogradOutput;
  const sgb_vector& d = op.d;
  const auto is_pad = [](std::int16_t pad) { return pad == 0 || pad == 1; };
  if (op.in_type != DType::kInt32 || !is_byte(op.out_type) || !fits(op.out_type, d.out_zero)) return false;
  if (!is_pad(d.pad_top) || !is_pad(d.pad_left) || d.b == 0 || d.clip_min > d.clip_max) return false;
  if (!check_winograd(d, d.in_h, d.in_w, op.in_bytes())) return false;
  // Every result stands in a tile, and every row and column of tiles has one.
  const auto covers = [](std::uint64_t tiles, std::uint64_t results, std::int16_t pad) {
    const std::uint64_t end = results + static_cast<std::uint64_t>(pad);
    return end <= 2 * tiles && end > 2 * (tiles - 1);
  };
  return covers(d.in_h, d.out_h, d.pad_top) && covers(d.in_w, d.out_w, d.pad_left) &&
         d.count == d.out_h * d.out_w * d.channels;
}

bool check(Operation& op) {
  switch (op.d.op) {
    case SGB_VECTOR_ADD:
    case SGB_VECTOR_SUB:
    case SGB_VECTOR_MUL:
    case SGB_VECTOR_DIV:
      return check_binary(op);
    case SGB_VECTOR_LEAKY_RELU:
    case SGB_VECTOR_SIGMOID:
    case SGB_VECTOR_TANH:
    case SGB_VECTOR_HARD_SIGMOID:
    case SGB_VECTOR_HARD_SWISH:
      return check_function(op);
    case SGB_VECTOR_NORMALIZE:
      return check_normalize(op);
    case SGB_VECTOR_CLIP:
      return check_clip(op);
    case SGB_VECTOR_TABLE:
      return check_table(op);
    case SGB_VECTOR_QUANTIZE:
    case SGB_VECTOR_DEQUANTIZE:
      return check_scaling(op);
    case SGB_VECTOR_SOFTMAX:
    case SGB_VECTOR_LRN:
    case SGB_VECTOR_REDUCE_MEAN:
      return check_axis(op);
    case SGB_VECTOR_AVERAGE_POOL:
      return check_average_pool(op);
    case SGB_VECTOR_WINOGRAD_INPUT:
      return check_winograd_input(op);
    case SGB_VECTOR_WINOGRAD_OUTPUT:
      return check_winograd_output(op);
    default:
      return false;
  }
}

}  // namespace

std::variant<Operation, ErrorCode> decode(const sgb_descriptor& descriptor) {
  if (descriptor.opcode != SGB_OP_VECTOR) return SGB_ERROR_BAD_OPCODE;
  Operation op;
  op.d = descriptor.u.vector;
  const std::optional<DType> in = dtype_from_abi(op.d.in_type);
  const std::optional<DType> out = dtype_from_abi(op.d.out_type);
  if (!in || !out) return SGB_ERROR_BAD_FIELD;
  op.in_type = *in;
  op.out_type = *out;
  // No operand is wider than 8 bytes an element.
  if (!product({op.d.count, 8}, kMaxOperandBytes) || !check(op)) return SGB_ERROR_BAD_FIELD;
  return op;
}

}  // namespace systole::engine::vector
