// Pooling of floats and bytes, Softmax, ArgMax, TopK, and the operators that only change a shape.
#include "models/mapper/legalise/context.h"

namespace systole::mapper {

namespace {

constexpr std::int64_t kMaxWindow = 32767;

/// Dilated windows whose stride is a multiple of the dilation meet the same rows (columns) of every so many:
/// those are a slice of the input, on which the windows are dense.
ValueId take_dilation(Context& context, ValueId in, const ir::Shape& shape, WindowShape& window) {
  ir::Shape begin(4, 0);
  ir::Shape step(4, 1);
  ir::Shape extent = shape;
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t dilation = window.dilation[d];
    if (dilation == 1 || window.stride[d] % dilation != 0) continue;
    const std::int64_t first = (dilation - window.pad[d] % dilation) % dilation;
    const std::int64_t size = shape[d + 2];
    if (first >= size) continue;
    begin[d + 2] = first;
    step[d + 2] = dilation;
    extent[d + 2] = (size - first - 1) / dilation + 1;
    window.pad[d] = (window.pad[d] + first) / dilation;
    window.pad_end[d] /= dilation;  // of average pooling only, which is not dilated
    window.stride[d] /= dilation;
    window.dilation[d] = 1;
  }
  return extent == shape ? in : context.slice(in, shape, begin, step, extent);
}

/// The physical extents before, along and behind a dimension are what the engines count in.
bool needs_engine_of(Context& context, const ir::Node& node, bool vector) {
  return context.has_engine(node, vector ? EngineKind::kVector : EngineKind::kSort);
}

}  // namespace

void legalise_pool(Context& context, const ir::Node& node) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  PoolOp op;
  op.average = node.op != ir::OpKind::kMaxPool;
  op.out = context.define(node.outputs[0]);
  if (!needs_engine_of(context, node, op.average)) return;
  if (node.outputs.size() > 1 && node.outputs[1] != ir::kNoTensor) {
    context.complain(node, "its second output (Indices) is not supported");
    return;
  }
  const bool global =
      node.op == ir::OpKind::kGlobalAveragePool || node.op == ir::OpKind::kQLinearGlobalAveragePool;
  const bool quantised =
      node.op == ir::OpKind::kQLinearAveragePool || node.op == ir::OpKind::kQLinearGlobalAveragePool;
  const bool integer = x.type == DType::kInt8 || x.type == DType::kUInt8 || x.type == DType::kInt16;
  if (op.average && (quantised ? !integer : x.type != DType::kFloat32)) {
    context.complain(
        node, "average pooling of " + std::string(name_of(x.type)) +
                  " is not supported; of float32 it is, of int8, uint8 and int16 by the QLinear forms");
    return;
  }
  if (quantised) {
    op.a_scale = static_cast<float>(context.constants(node, 1, "the input's scale")[0]);
    op.a_zero = static_cast<std::int32_t>(context.scalar(node, 2, "the input's zero point", 0));
    op.out_scale = static_cast<float>(context.constants(node, 3, "the output's scale")[0]);
    op.out_zero = static_cast<std::int32_t>(context.scalar(node, 4, "the output's zero point", 0));
  }
  op.in = x.shape.size() == 4 ? context.operand_of(node.inputs[0]) : context.value_of(node.inputs[0]);
  if (global) {
    if (x.shape.size() == 4) {
      op.window.kernel = {x.shape[2], x.shape[3]};
    } else {
      op.window.kernel = {1, x.elements() / (x.shape[0] * x.shape[1])};
    }
  } else {
    const auto& pool = std::get<ir::PoolAttributes>(node.attributes);
    op.window = {pool.window.kernel, pool.window.stride, pool.window.dilation, pool.window.pad_begin,
                 pool.window.pad_end};
    op.count_include_pad = pool.count_include_pad;
    if (x.shape.size() != 3 && x.shape.size() != 4) {
      context.complain(node, "an input of rank " + std::to_string(x.shape.size()) +
                                 " is not supported; 1-D and 2-D pooling (rank 3 and 4) are");
      return;
    }
  }
  for (std::size_t d = 0; d < 2; ++d) {
    if ((op.window.kernel[d] - 1) * op.window.dilation[d] + 1 > kMaxWindow ||
        op.window.stride[d] > kMaxWindow || op.window.pad[d] > kMaxWindow) {
      context.complain(node, "its window does not fit the descriptor's 16-bit fields");
      return;
    }
  }
  if (x.shape.size() == 4) {
    op.in = take_dilation(context, op.in, x.shape, op.window);
  } else {
    // (N, C, L) is an image of C rows and L columns with one channel: pooled along its rows only.
    const std::int64_t columns = x.elements() / (x.shape[0] * x.shape[1]);
    const ir::Tensor& y = context.tensor(node.outputs[0]);
    op.in = context.view(op.in, {x.shape[0], x.shape[1], columns, 1});
    op.out = context.view(op.out, {x.shape[0], x.shape[1], y.elements() / (x.shape[0] * x.shape[1]), 1});
  }
  context.add(op);
}

void legalise_softmax(Context& context, const ir::Node& node) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const auto& attributes = std::get<ir::AxisAttributes>(node.attributes);
  const bool direct =
      !attributes.flatten_at_axis || attributes.axis + 1 == static_cast<std::int64_t>(x.shape.size());
  AxisOp op;
  op.kind = AxisOp::Kind::kSoftmax;
  if (!context.has_engine(node, EngineKind::kVector) || x.type != DType::kFloat32) {
    if (x.type != DType::kFloat32) context.complain(node, "only float32 is supported");
    context.define(node.outputs[0]);
    return;
  }
  const ValueId in = context.value_of(node.inputs[0]);
  if (direct) {
    op.in = in;
    op.out = context.define(node.outputs[0]);
    op.axis = physical_axis(x.shape.size(), attributes.axis);
    context.add(op);
    return;
  }
  // Everything from the axis on is one row, summed in ONNX order.
  ir::Shape rows{1, 1};
  for (std::size_t d = 0; d < x.shape.size(); ++d) {
    rows[static_cast<std::int64_t>(d) < attributes.axis ? 0 : 1] *= x.shape[d];
  }
  const ValueId ordered = context.in_onnx_order(in, x.shape, x.name + " (ONNX order)");
  op.in = context.view(ordered, rows);
  op.axis = 1;
  if (orders_agree(x.shape)) {
    op.out = context.view(context.define(node.outputs[0]), rows);
    context.add(op);
    return;
  }
  op.out = context.temporary(node.name + " (rows)", x.type, rows);
  context.add(op);
  context.reshape_into(op.out, rows, node.outputs[0]);
}

void legalise_arg_max(Context& context, const ir::Node& node) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const auto& attributes = std::get<ir::AxisAttributes>(node.attributes);
  if (!context.has_engine(node, EngineKind::kSort)) {
    context.define(node.outputs[0]);
    return;
  }
  AxisOp op;
  op.kind = AxisOp::Kind::kArgMax;
  op.in = context.value_of(node.inputs[0]);
  op.axis = physical_axis(x.shape.size(), attributes.axis);
  op.flags = attributes.select_last_index ? SGB_SORT_LAST_INDEX : 0;
  if (attributes.keep_dims) {
    op.out = context.define(node.outputs[0]);
    context.add(op);
    return;
  }
  ir::Shape kept = x.shape;
  kept[static_cast<std::size_t>(attributes.axis)] = 1;
  if (orders_agree(kept) && orders_agree(context.tensor(node.outputs[0]).shape)) {
    op.out = context.view(context.define(node.outputs[0]), physical_dims(kept));
    context.add(op);
    return;
  }
  op.out = context.temporary(node.name + " (indices)", DType::kInt64, kept);
  context.add(op);
  context.reshape_into(op.out, kept, node.outputs[0]);
}

void legalise_top_k(Context& context, const ir::Node& node) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const auto& attributes = std::get<ir::AxisAttributes>(node.attributes);
  AxisOp op;
  op.kind = AxisOp::Kind::kTopK;
  const bool wants_values = node.outputs[0] != ir::kNoTensor;
  const bool wants_indices = node.outputs.size() > 1 && node.outputs[1] != ir::kNoTensor;
  ir::Shape shape = x.shape;
  shape[static_cast<std::size_t>(attributes.axis)] = attributes.k;
  op.out = wants_values ? context.define(node.outputs[0])
                        : context.temporary(node.name + " (values)", x.type, shape);
  if (wants_indices) op.indices = context.define(node.outputs[1]);
  if (!context.has_engine(node, EngineKind::kSort)) return;
  op.in = context.value_of(node.inputs[0]);
  op.axis = physical_axis(x.shape.size(), attributes.axis);
  op.k = attributes.k;
  op.flags = attributes.largest ? 0 : SGB_SORT_SMALLEST;
  context.add(op);
}

void legalise_reshape(Context& context, const ir::Node& node) {
  const ir::TensorId from = node.inputs[0];
  const ir::TensorId to = node.outputs[0];
  const ir::Shape& shape = context.tensor(from).shape;
  const ir::Shape& flat = context.tensor(to).shape;
  const ValueId value = context.value_of(from);
  const ir::TensorInfo& result = context.graph.tensor(to);
  // A flattened feature map that only meets constant integer weights: their rows change place instead.
  // (Floats, and sums that saturate, would be summed in another order, and so to another result.)
  bool only_weights = shape.size() == 4 && !orders_agree(shape) && flat.size() == 2 && flat[0] == shape[0] &&
                      !result.consumers.empty();
  for (const ir::TensorId output : context.graph.outputs()) only_weights = only_weights && output != to;
  for (const ir::NodeIndex reader : result.consumers) {
    const ir::Node& next = context.graph.node(reader);
    only_weights = only_weights && next.op == ir::OpKind::kQLinearMatMul && next.inputs[0] == to &&
                   !(next.numerics && next.numerics->saturate) && next.inputs[3] != to &&
                   context.graph.tensor(next.inputs[3]).is_constant();
  }
  // A network input stands in ONNX order: nothing to permute.
  if (only_weights && context.hw.root(value).kind != ValueKind::kInput) {
    const ValueId made = context.view(value, flat);
    context.hw.value_of_tensor[to] = made;
    context.flattened[made] = {shape[1], shape[2], shape[3]};
    return;
  }
  context.reshape_into(value, shape, to);
}

}  // namespace systole::mapper
