// Concat, QLinearConcat, Split, Slice: parts of a value. Where it can, a producer writes straight into its
// part of the concatenation, and a reader reads its part in place, so that nothing moves.
#include <algorithm>

#include "models/mapper/legalise/context.h"

namespace systole::mapper {

namespace {

/// Operators whose operation writes the value that define() gives, whatever its strides.
bool writes_anywhere(ir::OpKind op) {
  switch (op) {
    case ir::OpKind::kConv:
    case ir::OpKind::kQLinearConv:
    case ir::OpKind::kGemm:
    case ir::OpKind::kQLinearMatMul:
    case ir::OpKind::kMaxPool:
    case ir::OpKind::kAveragePool:
    case ir::OpKind::kGlobalAveragePool:
    case ir::OpKind::kQLinearAveragePool:
    case ir::OpKind::kQLinearGlobalAveragePool:
    case ir::OpKind::kRelu:
    case ir::OpKind::kClip:
    case ir::OpKind::kAdd:
    case ir::OpKind::kSub:
    case ir::OpKind::kMul:
    case ir::OpKind::kDiv:
    case ir::OpKind::kQLinearAdd:
    case ir::OpKind::kQLinearMul:
    case ir::OpKind::kSigmoid:
    case ir::OpKind::kTanh:
    case ir::OpKind::kLeakyRelu:
    case ir::OpKind::kHardSigmoid:
    case ir::OpKind::kHardSwish:
    case ir::OpKind::kQLinearSigmoid:
    case ir::OpKind::kQLinearLeakyRelu:
    case ir::OpKind::kBatchNormalization:
    case ir::OpKind::kLRN:
    case ir::OpKind::kConcat:
      return true;
    default:
      return false;
  }
}

bool may_be_placed(const Context& context, const ir::Node& concat, ir::TensorId id) {
  const ir::TensorInfo& info = context.graph.tensor(id);
  const auto& outputs = context.graph.outputs();
  const std::size_t rank = info.value.shape.size();
  return info.producer && writes_anywhere(context.graph.node(*info.producer).op) &&
         (rank == 4 || rank == 2) && !context.slots.contains(id) &&
         std::count(concat.inputs.begin(), concat.inputs.end(), id) == 1 &&
         std::find(outputs.begin(), outputs.end(), id) == outputs.end();
}

/// True if all operands stand in another concatenation already, one after another: then so does the result.
bool stands_elsewhere(Context& context, const ir::Node& concat, std::int64_t axis) {
  const ir::TensorId result = concat.outputs[0];
  const auto& outputs = context.graph.outputs();
  if (context.slots.contains(result) || std::find(outputs.begin(), outputs.end(), result) != outputs.end()) {
    return false;
  }
  std::optional<Context::Slot> first;
  std::int64_t next = 0;
  for (const ir::TensorId id : concat.inputs) {
    const auto slot = context.slots.find(id);
    if (slot == context.slots.end() || slot->second.axis != axis) return false;
    if (!first) {
      first = slot->second;
      next = first->begin;
    }
    if (slot->second.target != first->target || slot->second.begin != next) return false;
    next += context.tensor(id).shape[static_cast<std::size_t>(axis)];
  }
  if (first) context.slots[result] = *first;
  return first.has_value();
}

std::int64_t extent_of(const Context& context, ir::TensorId id, std::int64_t axis) {
  return context.tensor(id).shape[static_cast<std::size_t>(axis)];
}

ValueId part_of(Context& context, ValueId whole, const ir::Shape& shape, std::int64_t axis,
                std::int64_t begin, const ir::Shape& extent) {
  ir::Shape from(shape.size(), 0);
  from[static_cast<std::size_t>(axis)] = begin;
  return context.slice(whole, shape, from, ir::Shape(shape.size(), 1), extent);
}

bool same_place(const Context& context, ValueId a, ValueId b) {
  const Value& x = context.hw.value(a);
  const Value& y = context.hw.value(b);
  return x.root == y.root && x.sram_offset == y.sram_offset && x.dram_offset == y.dram_offset;
}

/// Operand i of a quantised concatenation into its part: a copy where scale and zero point agree with the
/// result's, else by table.
void put_quantised(Context& context, const ir::Node& node, std::size_t i, ValueId part) {
  const auto real = [&](std::size_t input, const char* what) {
    return static_cast<float>(context.constants(node, input, what)[0]);
  };
  const auto zero = [&](std::size_t input) {
    return static_cast<std::int32_t>(context.scalar(node, input, "a zero point", 0));
  };
  const ir::TensorId id = node.inputs[2 + 3 * i];
  const ir::Tensor& x = context.tensor(id);
  ByteFunction f;
  f.out_scale = real(0, "the output's scale");
  f.out_zero = zero(1);
  f.in_scale = real(3 + 3 * i, "an input's scale");
  f.in_zero = zero(4 + 3 * i);
  f.function = [](float v) { return v; };
  if (f.in_scale == f.out_scale && f.in_zero == f.out_zero) {
    context.copy_all(context.operand_of(id), part, x.shape);
    return;
  }
  if (!context.has_engine(node, EngineKind::kVector)) return;
  ElementwiseOp op;
  op.op = SGB_VECTOR_TABLE;
  op.a = context.operand_of(id);
  op.out = part;
  op.table = make_table(context, node.name + " " + std::to_string(i), x.type,
                        context.tensor(node.outputs[0]).type, f);
  context.add(op);
}

}  // namespace

void place_concatenations(Context& context, const std::vector<ir::NodeIndex>& order) {
  // The last ones first: they hold the earlier ones.
  for (auto index = order.rbegin(); index != order.rend(); ++index) {
    const ir::Node& node = context.graph.node(*index);
    if (node.op != ir::OpKind::kConcat) continue;
    const std::int64_t axis = std::get<ir::AxisAttributes>(node.attributes).axis;
    if (stands_elsewhere(context, node, axis)) continue;
    std::int64_t begin = 0;
    for (const ir::TensorId id : node.inputs) {
      if (may_be_placed(context, node, id)) context.slots[id] = {node.outputs[0], axis, begin};
      begin += extent_of(context, id, axis);
    }
  }
}

void legalise_concat(Context& context, const ir::Node& node) {
  const bool quantised = node.op == ir::OpKind::kQLinearConcat;
  const std::int64_t axis = std::get<ir::AxisAttributes>(node.attributes).axis;
  const ir::Shape shape = context.tensor(node.outputs[0]).shape;
  const ValueId out = context.define(node.outputs[0]);
  std::int64_t begin = 0;
  const std::size_t count = quantised ? (node.inputs.size() - 2) / 3 : node.inputs.size();
  for (std::size_t i = 0; i < count; ++i) {
    const ir::TensorId id = node.inputs[quantised ? 2 + 3 * i : i];
    const ir::Tensor& x = context.tensor(id);
    const ValueId part = part_of(context, out, shape, axis, begin, x.shape);
    begin += extent_of(context, id, axis);
    if (quantised) {
      put_quantised(context, node, i, part);
      continue;
    }
    const ValueId operand = context.operand_of(id);
    if (!same_place(context, operand, part)) context.copy_all(operand, part, x.shape);
  }
}

void legalise_split(Context& context, const ir::Node& node) {
  const std::int64_t axis = std::get<ir::AxisAttributes>(node.attributes).axis;
  const ir::Shape shape = context.tensor(node.inputs[0]).shape;
  const ValueId in = context.operand_of(node.inputs[0]);
  std::int64_t begin = 0;
  for (const ir::TensorId id : node.outputs) {
    if (id == ir::kNoTensor) {
      context.complain(node, "an output without a name: its extent is not known");
      return;
    }
    context.hw.value_of_tensor[id] = part_of(context, in, shape, axis, begin, context.tensor(id).shape);
    begin += extent_of(context, id, axis);
  }
}

void legalise_slice(Context& context, const ir::Node& node) {
  const auto& slice = std::get<ir::SliceAttributes>(node.attributes);
  const ir::TensorId out = node.outputs[0];
  context.hw.value_of_tensor[out] =
      context.slice(context.operand_of(node.inputs[0]), context.tensor(node.inputs[0]).shape, slice.start,
                    slice.step, context.tensor(out).shape);
}

}  // namespace systole::mapper
