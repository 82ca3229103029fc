// Activation functions of floats and bytes, BatchNormalization, LRN, ReduceMean.
#include <algorithm>
#include <array>
#include <cmath>

#include "hw/numerics/dispatch.h"
#include "hw/numerics/elementwise.h"
#include "models/mapper/legalise/context.h"

namespace systole::mapper {

namespace {

bool is_byte(DType type) { return type == DType::kInt8 || type == DType::kUInt8; }

/// Complains unless a vector engine is there and the operand is float32.
bool takes_floats(Context& context, const ir::Node& node) {
  if (!context.has_engine(node, EngineKind::kVector)) return false;
  const DType type = context.tensor(node.inputs[0]).type;
  if (type == DType::kFloat32) return true;
  context.complain(node, "type " + std::string(name_of(type)) + " is not supported; float32 is");
  return false;
}

/// The 256 results of a function of floats between dequantisation and quantisation, by bit pattern.
template <typename In, typename Out, typename F>
std::vector<std::byte> byte_table(numerics::QuantParams in, numerics::QuantParams out, const F& function) {
  std::vector<std::byte> table(256);
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    const auto x = static_cast<In>(static_cast<std::uint8_t>(pattern));
    const float y = function(numerics::dequantize(x, in.scale, in.zero));
    table[pattern] = static_cast<std::byte>(numerics::quantize<Out>(y, out.scale, out.zero));
  }
  return table;
}

}  // namespace

ValueId make_table(Context& context, const std::string& name, DType in, DType out, const ByteFunction& f) {
  std::vector<std::byte> data;
  numerics::visit_byte(in, [&](auto in_tag) {
    numerics::visit_byte(out, [&](auto out_tag) {
      using In = typename decltype(in_tag)::type;
      using Out = typename decltype(out_tag)::type;
      data = byte_table<In, Out>({f.in_scale, f.in_zero}, {f.out_scale, f.out_zero}, f.function);
    });
  });
  return context.constant(name + " (table)", out, {256}, std::move(data));
}

void legalise_function(Context& context, const ir::Node& node) {
  ElementwiseOp op;
  op.out = context.define(node.outputs[0]);
  if (!takes_floats(context, node)) return;
  switch (node.op) {
    case ir::OpKind::kSigmoid:
      op.op = SGB_VECTOR_SIGMOID;
      break;
    case ir::OpKind::kTanh:
      op.op = SGB_VECTOR_TANH;
      break;
    case ir::OpKind::kLeakyRelu:
      op.op = SGB_VECTOR_LEAKY_RELU;
      break;
    case ir::OpKind::kHardSigmoid:
      op.op = SGB_VECTOR_HARD_SIGMOID;
      break;
    default:  // HardSwish's line is fixed
      op.op = SGB_VECTOR_HARD_SWISH;
      op.a_scale = 1.0F / 6.0F;
      op.b_scale = 0.5F;
  }
  if (const auto* parameters = std::get_if<ir::ActivationAttributes>(&node.attributes);
      parameters != nullptr && node.op != ir::OpKind::kHardSwish) {
    op.a_scale = parameters->alpha;
    op.b_scale = parameters->beta;
  }
  op.a = context.operand_of(node.inputs[0]);
  context.add(op);
}

void legalise_byte_function(Context& context, const ir::Node& node) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const ir::Tensor& y = context.tensor(node.outputs[0]);
  ElementwiseOp op;
  op.op = SGB_VECTOR_TABLE;
  op.out = context.define(node.outputs[0]);
  if (!context.has_engine(node, EngineKind::kVector)) return;
  if (!is_byte(x.type) || !is_byte(y.type)) {
    context.complain(node, "from " + std::string(name_of(x.type)) + " to " + std::string(name_of(y.type)) +
                               " is not supported; int8 and uint8 are");
    return;
  }
  ByteFunction f;
  f.in_scale = static_cast<float>(context.constants(node, 1, "the input's scale")[0]);
  f.in_zero = static_cast<std::int32_t>(context.scalar(node, 2, "the input's zero point", 0));
  f.out_scale = static_cast<float>(context.constants(node, 3, "the output's scale")[0]);
  f.out_zero = static_cast<std::int32_t>(context.scalar(node, 4, "the output's zero point", 0));
  if (node.op == ir::OpKind::kQLinearSigmoid) {
    f.function = numerics::sigmoid;
  } else {
    const float alpha = std::get<ir::ActivationAttributes>(node.attributes).alpha;
    f.function = [alpha](float v) { return numerics::leaky_relu(v, alpha); };
  }
  op.a = context.operand_of(node.inputs[0]);
  op.table = make_table(context, node.name, x.type, y.type, f);
  context.add(op);
}

void legalise_normalization(Context& context, const ir::Node& node, const Fusion& fusion) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  ElementwiseOp op;
  op.op = SGB_VECTOR_NORMALIZE;
  op.out = context.define(fusion.output);
  if (!takes_floats(context, node)) return;
  const std::int64_t channels = x.shape.size() > 1 ? x.shape[1] : 1;
  std::array<std::vector<double>, 4> rows;  // scale, bias, mean, variance
  constexpr std::array<const char*, 4> kNames{"the scale", "the bias", "the mean", "the variance"};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = context.constants(node, i + 1, kNames[i], channels);
    rows[i].resize(static_cast<std::size_t>(channels), rows[i][0]);
  }
  const float epsilon = std::get<ir::NormAttributes>(node.attributes).epsilon;
  std::vector<float> table;
  for (const double mean : rows[2]) table.push_back(static_cast<float>(mean));
  for (std::size_t c = 0; c < rows[0].size(); ++c) {
    table.push_back(static_cast<float>(rows[0][c]) / std::sqrt(static_cast<float>(rows[3][c]) + epsilon));
  }
  for (const double bias : rows[1]) table.push_back(static_cast<float>(bias));
  op.a = context.operand_of(node.inputs[0]);
  op.axis = x.shape.size() > 1 ? physical_axis(x.shape.size(), 1) : 0;
  if (x.shape.size() <= 1) {  // one channel: any dimension will do, with a row for each of its elements
    context.complain(node, "an input of rank " + std::to_string(x.shape.size()) + " is not supported");
    return;
  }
  op.scales =
      context.constant(node.name + " (normalisation)", DType::kFloat32, {3, channels}, *ir::make_data(table));
  op.clip = fusion.clip;
  context.add(op);
}

void legalise_lrn(Context& context, const ir::Node& node) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const auto& lrn = std::get<ir::LrnAttributes>(node.attributes);
  AxisOp op;
  op.kind = AxisOp::Kind::kLrn;
  op.out = context.define(node.outputs[0]);
  if (!takes_floats(context, node)) return;
  if (lrn.size > 65535) {
    context.complain(node, "its size " + std::to_string(lrn.size) + " is above 65535");
    return;
  }
  op.in = context.operand_of(node.inputs[0]);
  op.axis = physical_axis(x.shape.size(), 1);
  op.size = lrn.size;
  op.alpha = lrn.alpha;
  op.beta = lrn.beta;
  op.bias = lrn.bias;
  context.add(op);
}

namespace {

/// The physical dimensions that are averaged, if they stand side by side in ONNX's order; else nothing.
std::vector<int> adjacent_axes(std::size_t rank, const std::vector<std::int64_t>& axes) {
  std::vector<int> dims;
  dims.reserve(axes.size());
  for (const std::int64_t axis : axes) dims.push_back(physical_axis(rank, axis));
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (dims[i] != dims[i - 1] + 1) return {};
  }
  return dims;
}

/// Dimensions [first, first + count) as one of extent `extent`, with the strides of the last of them.
Dims merged(const Dims& dims, std::size_t first, std::size_t count, std::int64_t last) {
  Dims out(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(first));
  out.push_back(last);
  out.insert(out.end(), dims.begin() + static_cast<std::ptrdiff_t>(first + count), dims.end());
  return out;
}

}  // namespace

void legalise_mean(Context& context, const ir::Node& node) {
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const auto& reduce = std::get<ir::ReduceAttributes>(node.attributes);
  const std::size_t rank = x.shape.size();
  if (!takes_floats(context, node)) {
    context.define(node.outputs[0]);
    return;
  }
  if (reduce.axes.empty())
    return context.reshape_into(context.value_of(node.inputs[0]), x.shape, node.outputs[0]);
  ir::Shape kept = x.shape;
  std::int64_t length = 1;
  for (const std::int64_t axis : reduce.axes) {
    length *= x.shape[static_cast<std::size_t>(axis)];
    kept[static_cast<std::size_t>(axis)] = 1;
  }
  const ir::Shape& result = context.tensor(node.outputs[0]).shape;
  const bool straight = result == kept || (orders_agree(kept) && orders_agree(result));
  AxisOp op;
  op.kind = AxisOp::Kind::kMean;
  ValueId in = context.value_of(node.inputs[0]);
  const std::vector<int> dims = adjacent_axes(rank, reduce.axes);
  if (!dims.empty()) {
    const auto first = static_cast<std::size_t>(dims.front());
    const Value source = context.hw.value(in);
    const std::int64_t stride = source.dram_strides[static_cast<std::size_t>(dims.back())];
    op.in = context.view(in, merged(source.dims, first, dims.size(), length),
                         merged(source.dram_strides, first, dims.size(), stride));
    op.axis = dims.front();
    const ValueId made =
        straight ? context.define(node.outputs[0]) : context.temporary(node.name + " (means)", x.type, kept);
    const Dims physical = physical_dims(kept);
    const Dims flat = merged(physical, first, dims.size(), 1);
    op.out = result == kept ? context.view(made, flat,
                                           merged(context.hw.value(made).dram_strides, first, dims.size(),
                                                  static_cast<std::int64_t>(size_of(x.type))))
                            : context.view(made, flat);
    context.add(op);
    if (!straight) context.reshape_into(made, kept, node.outputs[0]);
    return;
  }
  // Brought into rows: what is kept, then what is averaged, each in ONNX's order.
  std::vector<std::size_t> order;
  for (std::size_t d = 0; d < rank; ++d) {
    if (std::count(reduce.axes.begin(), reduce.axes.end(), static_cast<std::int64_t>(d)) == 0)
      order.push_back(d);
  }
  for (const std::int64_t axis : reduce.axes) order.push_back(static_cast<std::size_t>(axis));
  const std::int64_t rows = x.elements() / length;
  CopyOp copy;
  copy.src = in;
  copy.dst = context.temporary(x.name + " (rows)", x.type, {rows, length});
  const Dims dense = onnx_strides(context.hw.value(in), x.shape, false);
  const Dims dram = onnx_strides(context.hw.value(in), x.shape, true);
  for (const std::size_t d : order) {
    copy.extent.push_back(x.shape[d]);
    copy.src_dense.push_back(dense[d]);
    copy.src_dram.push_back(dram[d]);
  }
  copy.dst_dense = copy.dst_dram = dense_strides(copy.extent, static_cast<std::int64_t>(size_of(x.type)));
  context.add(copy);
  op.in = copy.dst;
  op.axis = 1;
  const ir::Shape column{rows, 1};
  op.out = context.temporary(node.name + " (means)", x.type, column);
  context.add(op);
  context.reshape_into(op.out, column, node.outputs[0]);
}

}  // namespace systole::mapper
