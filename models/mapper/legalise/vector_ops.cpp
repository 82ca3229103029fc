// Add, Sub, Mul, Div, QLinearAdd, QLinearMul, Relu, Clip, QuantizeLinear, DequantizeLinear.
#include <algorithm>
#include <cstring>

#include "models/mapper/legalise/context.h"

namespace systole::mapper {

namespace {

/// A constant repeated into `to` (physical dims), each of whose dimensions is 1 or that of `from`.
std::vector<std::byte> repeated(const std::vector<std::byte>& data, const Dims& from, const Dims& to,
                                std::size_t size) {
  const Dims strides = dense_strides(from, 1);
  std::vector<std::byte> out;
  Dims index(to.size(), 0);
  for (std::int64_t i = 0; i < ir::elements_of(to); ++i) {
    std::int64_t at = 0;
    for (std::size_t d = 0; d < to.size(); ++d) at += from[d] == 1 ? 0 : index[d] * strides[d];
    const auto first = data.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(at) * size);
    out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(size));
    for (std::size_t d = to.size(); d-- > 0;) {
      if (++index[d] < to[d]) break;
      index[d] = 0;
    }
  }
  return out;
}

/// An operand's shape with leading ones up to the rank of the result.
ir::Shape aligned(const ir::Shape& shape, std::size_t rank) {
  ir::Shape out(rank - shape.size(), 1);
  out.insert(out.end(), shape.begin(), shape.end());
  return out;
}

/// Strides of the operand by ONNX dimension of the result; 0 where it repeats.
Dims repeating_strides(const Value& value, const ir::Shape& shape, const ir::Shape& result, bool in_dram) {
  const Dims own = onnx_strides(value, shape, in_dram);
  Dims strides(result.size(), 0);
  const std::size_t lead = result.size() - shape.size();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    strides[lead + d] = shape[d] == 1 ? 0 : own[d];
  }
  return strides;
}

bool vector_type(DType type) {
  return type == DType::kInt8 || type == DType::kUInt8 || type == DType::kInt16 || type == DType::kInt32 ||
         type == DType::kFloat32;
}

}  // namespace

ValueId broadcast_operand(Context& context, ValueId operand, const ir::Shape& shape, const ir::Shape& result,
                          bool in_full, const std::string& name) {
  const Dims out = physical_dims(result);
  const Dims extents = physical_dims(aligned(shape, result.size()));  // 1 or that of `out`
  // The part of the result, from dimension `first` on, that the operand fills before it repeats.
  std::size_t first = 0;
  if (!in_full) {
    while (first + 1 < out.size() && extents[first] == 1) ++first;
    if (first + 1 == out.size() && extents[first] == 1) {
      return context.view(operand, {1});
    }
  }
  const Dims part(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
  const Dims own(extents.begin() + static_cast<std::ptrdiff_t>(first), extents.end());
  const Value value = context.hw.value(operand);

  // Physical order of the operand's own dimensions, as dimensions of the result.
  const std::size_t lead = result.size() - shape.size();
  std::vector<std::size_t> order(shape.size());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    order[static_cast<std::size_t>(physical_axis(shape.size(), static_cast<std::int64_t>(d)))] =
        static_cast<std::size_t>(physical_axis(result.size(), static_cast<std::int64_t>(lead + d)));
  }
  std::erase_if(order, [&](std::size_t d) { return extents[d] == 1; });
  const bool in_order = std::is_sorted(order.begin(), order.end());
  if (own == part && in_order) {
    const Dims by_result = repeating_strides(value, shape, result, true);
    Dims dram(part.size());
    for (std::size_t d = 0; d < result.size(); ++d) {
      const auto p = static_cast<std::size_t>(physical_axis(result.size(), static_cast<std::int64_t>(d)));
      if (p >= first) dram[p - first] = by_result[d];
    }
    // Dimensions of extent 1 have stride 0 there, which no access uses.
    return context.view(operand, part, dram);
  }
  if (value.kind == ValueKind::kConstant && in_order) {
    const Value& root = context.hw.root(operand);
    return context.constant(name + " (repeated)", value.type, part,
                            repeated(root.data, own, part, size_of(value.type)));
  }
  CopyOp copy;
  copy.src = operand;
  copy.dst = context.temporary(name + " (repeated)", value.type, result);
  copy.extent = result;
  copy.src_dense = repeating_strides(value, shape, result, false);
  copy.src_dram = repeating_strides(value, shape, result, true);
  copy.dst_dense = copy.dst_dram = onnx_strides(context.hw.value(copy.dst), result, false);
  context.add(copy);
  return copy.dst;
}

namespace {

std::uint8_t binary_operation(ir::OpKind op) {
  switch (op) {
    case ir::OpKind::kSub:
      return SGB_VECTOR_SUB;
    case ir::OpKind::kMul:
    case ir::OpKind::kQLinearMul:
      return SGB_VECTOR_MUL;
    case ir::OpKind::kDiv:
      return SGB_VECTOR_DIV;
    default:
      return SGB_VECTOR_ADD;
  }
}

}  // namespace

void legalise_add(Context& context, const ir::Node& node, const Fusion& fusion) {
  const bool quantised = node.op == ir::OpKind::kQLinearAdd || node.op == ir::OpKind::kQLinearMul;
  const std::size_t b_input = quantised ? 3 : 1;
  const ir::Tensor& a = context.tensor(node.inputs[0]);
  const ir::Tensor& b = context.tensor(node.inputs[b_input]);
  const ir::Tensor& y = context.tensor(fusion.output);
  const ValueId out = context.define(fusion.output);
  if (!context.has_engine(node, EngineKind::kVector)) return;
  const bool integer = a.type == DType::kInt8 || a.type == DType::kUInt8 || a.type == DType::kInt16;
  if (a.type != b.type || (quantised ? !integer : a.type != DType::kFloat32)) {
    context.complain(node, "operands of type " + std::string(name_of(a.type)) + " and " +
                               std::string(name_of(b.type)) + " are not supported; " +
                               (quantised ? "two int8, uint8 or int16 are"
                                          : "float32 is (int8 by QLinearAdd and QLinearMul)"));
    return;
  }
  ElementwiseOp op;
  op.op = binary_operation(node.op);
  op.out = out;
  op.clip = fusion.clip;
  if (quantised) {
    op.a_scale = static_cast<float>(context.constants(node, 1, "the first scale")[0]);
    op.a_zero = static_cast<std::int32_t>(context.scalar(node, 2, "the first zero point", 0));
    op.b_scale = static_cast<float>(context.constants(node, 4, "the second scale")[0]);
    op.b_zero = static_cast<std::int32_t>(context.scalar(node, 5, "the second zero point", 0));
    op.out_scale = static_cast<float>(context.constants(node, 6, "the output's scale")[0]);
    op.out_zero = static_cast<std::int32_t>(context.scalar(node, 7, "the output's zero point", 0));
  }
  // The first operand must have the result's shape; the engine can swap them.
  const bool swap = a.elements() != y.elements() && b.elements() == y.elements();
  if (swap) {
    std::swap(op.a_scale, op.b_scale);
    std::swap(op.a_zero, op.b_zero);
    op.swapped = op.op == SGB_VECTOR_SUB || op.op == SGB_VECTOR_DIV;
  }
  const ir::TensorId full = node.inputs[swap ? b_input : 0];
  const ir::TensorId other = node.inputs[swap ? 0 : b_input];
  op.a = broadcast_operand(context, context.value_of(full), context.tensor(full).shape, y.shape, true,
                           context.tensor(full).name);
  op.b = broadcast_operand(context, context.value_of(other), context.tensor(other).shape, y.shape, false,
                           context.tensor(other).name);
  context.add(op);
}

void legalise_clip(Context& context, const ir::Node& node, const Fusion& fusion) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const ValueId out = context.define(fusion.output);
  if (!context.has_engine(node, EngineKind::kVector)) return;
  if (!vector_type(x.type)) {
    context.complain(node, "type " + std::string(name_of(x.type)) +
                               " is not supported; int8, uint8, int16, int32 and float32 are");
    return;
  }
  if (!bounds_of(context.graph, node)) {
    context.complain(node, "its bounds must be constants of the network: the descriptor holds their values");
    return;
  }
  ElementwiseOp op;
  op.op = SGB_VECTOR_CLIP;
  op.a = context.operand_of(node.inputs[0]);
  op.out = out;
  op.clip = fusion.clip;
  context.add(op);
}

void legalise_quantize(Context& context, const ir::Node& node) {
  const bool quantise = node.op == ir::OpKind::kQuantizeLinear;
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const ir::Tensor& y = context.tensor(node.outputs[0]);
  ElementwiseOp op;
  op.op = quantise ? SGB_VECTOR_QUANTIZE : SGB_VECTOR_DEQUANTIZE;
  op.out = context.define(node.outputs[0]);
  if (!context.has_engine(node, EngineKind::kVector)) return;
  const DType narrow = quantise ? y.type : x.type;
  const DType wide = quantise ? x.type : y.type;
  const bool narrow_ok = narrow == DType::kInt8 || narrow == DType::kUInt8 || narrow == DType::kInt16 ||
                         (!quantise && narrow == DType::kInt32);
  if (wide != DType::kFloat32 || !narrow_ok) {
    context.complain(node, "from " + std::string(name_of(x.type)) + " to " + std::string(name_of(y.type)) +
                               " is not supported");
    return;
  }
  op.a = context.value_of(node.inputs[0]);
  const auto axis = static_cast<std::size_t>(std::get<ir::AxisAttributes>(node.attributes).axis);
  const std::int64_t along = axis < x.shape.size() ? x.shape[axis] : 1;
  const std::vector<double> scales = context.constants(node, 1, "the scale", along);
  const std::vector<double> zeros = context.has_input(node, 2)
                                        ? context.constants(node, 2, "the zero point", along)
                                        : std::vector<double>{0};
  if (scales.size() == 1 && zeros.size() == 1) {
    // Both ends of the operation name the one scale: the engine reads the end that is quantised.
    op.a_scale = op.out_scale = static_cast<float>(scales[0]);
    op.a_zero = op.out_zero = static_cast<std::int32_t>(zeros[0]);
    context.add(op);
    return;
  }
  std::vector<float> scale_table;
  std::vector<std::byte> zero_table;
  for (std::int64_t i = 0; i < along; ++i) {
    scale_table.push_back(static_cast<float>(scales[scales.size() == 1 ? 0 : static_cast<std::size_t>(i)]));
    const auto zero = static_cast<std::int32_t>(zeros[zeros.size() == 1 ? 0 : static_cast<std::size_t>(i)]);
    const auto* first = reinterpret_cast<const std::byte*>(&zero);
    zero_table.insert(zero_table.end(), first, first + size_of(narrow));
  }
  op.axis = physical_axis(x.shape.size(), static_cast<std::int64_t>(axis));
  op.scales =
      context.constant(node.name + " (scales)", DType::kFloat32, {along}, *ir::make_data(scale_table));
  op.zeros = context.constant(node.name + " (zero points)", narrow, {along}, zero_table);
  context.add(op);
}

}  // namespace systole::mapper
