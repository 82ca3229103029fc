#include "hw/blocks/engine/vector/operation.h"

#include <optional>

#include "hw/blocks/engine/shell/fields.h"
#include "hw/blocks/engine/shell/pool_rows.h"

namespace systole::engine::vector {

namespace {

using timing::LaneOp;

// Each check looks at one operation's types, flags and fields. They return whether all is sound.

bool check_binary(Operation& op) {
  const sgb_vector& d = op.d;
  if (d.b_count == 0 || d.count % d.b_count != 0) return false;
  const bool adds = d.op == SGB_VECTOR_ADD;
  if (op.in_type == DType::kFloat32) {
    op.lane_op = adds ? LaneOp::kAddFloat : LaneOp::kMulFloat;
    return op.out_type == DType::kFloat32 && (d.flags & ~SGB_VECTOR_CLIP_RESULT) == 0;
  }
  op.lane_op = adds ? LaneOp::kAddQuantised : LaneOp::kMulQuantised;
  return is_byte(op.in_type) && is_byte(op.out_type) && d.flags == 0 && fits(op.in_type, d.a_zero) &&
         fits(op.in_type, d.b_zero) && fits(op.out_type, d.out_zero);
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
  if (!is_byte(integer) && (quantises || integer != DType::kInt32)) return false;
  if (op.per_axis()) {
    const auto size = product({d.axis, d.inner}, kMaxOperandBytes);
    return size && d.count % *size == 0;
  }
  return !is_byte(integer) || fits(integer, quantises ? d.out_zero : d.a_zero);
}

bool check_softmax(Operation& op) {
  op.form = Form::kSoftmax;
  const sgb_vector& d = op.d;
  const auto elements = product({d.outer, d.axis, d.inner}, kMaxOperandBytes / 4);
  return elements == d.count && op.in_type == DType::kFloat32 && op.out_type == DType::kFloat32 &&
         d.flags == 0;
}

bool check_average_pool(Operation& op) {
  op.form = Form::kAveragePool;
  const sgb_vector& d = op.d;
  return decode_pool(d, 4) && product({d.out_h, d.out_w, d.channels}, kMaxOperandBytes) == d.count &&
         op.in_type == DType::kFloat32 && op.out_type == DType::kFloat32 &&
         (d.flags & ~SGB_VECTOR_COUNT_INCLUDE_PAD) == 0;
}

bool check(Operation& op) {
  switch (op.d.op) {
    case SGB_VECTOR_ADD:
    case SGB_VECTOR_MUL:
      return check_binary(op);
    case SGB_VECTOR_CLIP:
      return check_clip(op);
    case SGB_VECTOR_TABLE:
      return check_table(op);
    case SGB_VECTOR_QUANTIZE:
    case SGB_VECTOR_DEQUANTIZE:
      return check_scaling(op);
    case SGB_VECTOR_SOFTMAX:
      return check_softmax(op);
    case SGB_VECTOR_AVERAGE_POOL:
      return check_average_pool(op);
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
