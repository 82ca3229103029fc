// Conv, MatMul, Gemm and their QLinear forms.
#include <algorithm>
#include <bit>
#include <cmath>

#include "models/mapper/legalise/context.h"

namespace systole::mapper {

namespace {

constexpr std::int64_t kMaxWindow = 32767;  // the descriptor's 16-bit fields

bool is_byte(DType type) { return type == DType::kInt8 || type == DType::kUInt8; }

/// The array computes in one format; the operands must have it.
bool check_format(Context& context, const ir::Node& node, DType a, DType b) {
  if (!context.has_engine(node, EngineKind::kMatrix)) return false;
  const bool is_float = a == DType::kFloat32 && b == DType::kFloat32;
  if (!is_float && !(is_byte(a) && is_byte(b))) {
    context.complain(node, "operands of type " + std::string(name_of(a)) + " and " + std::string(name_of(b)) +
                               " are not supported; float32, or int8 and uint8, are");
    return false;
  }
  const DType format = context.capability.array_format;
  if (is_float && format != DType::kFloat32) {
    context.complain(node, "the operands are float32 but the matrix format is " +
                               std::string(name_of(format)) +
                               ": quantise the network or set soc.engines.matrix.format=float32");
    return false;
  }
  if (!is_float && format == DType::kFloat32) {
    context.complain(node, "the operands are " + std::string(name_of(a)) +
                               " but the matrix format is float32: use the float network or set "
                               "soc.engines.matrix.format=int8");
    return false;
  }
  return true;
}

/// Scales and zero points of a QLinear operator, whose first three operands and last two before the bias are
/// laid out alike: x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero.
void set_quantisation(Context& context, const ir::Node& node, MatrixOp& op, std::int64_t columns) {
  const auto a_scale = static_cast<float>(context.constants(node, 1, "the input's scale")[0]);
  op.a_zero = static_cast<std::int32_t>(context.scalar(node, 2, "the input's zero point", 0));
  std::vector<double> b_scale = context.constants(node, 4, "the weights' scale", columns);
  if (context.has_input(node, 5)) {
    for (const double zero : context.constants(node, 5, "the weights' zero point", columns)) {
      op.b_zero.push_back(static_cast<std::int32_t>(zero));
    }
  } else {
    op.b_zero = {0};
  }
  const bool all_equal =
      std::all_of(op.b_zero.begin(), op.b_zero.end(), [&](auto z) { return z == op.b_zero[0]; });
  if (all_equal) op.b_zero.resize(1);
  const auto y_scale = static_cast<float>(context.constants(node, 6, "the output's scale")[0]);
  op.out_zero = static_cast<std::int32_t>(context.scalar(node, 7, "the output's zero point", 0));
  for (std::int64_t n = 0; n < columns; ++n) {
    const auto scale = static_cast<float>(b_scale[b_scale.size() == 1 ? 0 : static_cast<std::size_t>(n)]);
    op.scale.push_back((a_scale * scale) / y_scale);
  }
}

/// Constant bias or the value of a computed one. times: factor of a float bias (Gemm's beta).
void set_bias(Context& context, MatrixOp& op, ir::TensorId id, std::int64_t columns, float times = 1.0F) {
  if (!context.graph.tensor(id).is_constant()) {
    op.bias_value = context.value_of(id);
    return;
  }
  const ir::Tensor& bias = context.tensor(id);
  for (std::int64_t n = 0; n < columns; ++n) {
    const auto i = static_cast<std::size_t>(bias.elements() == 1 ? 0 : n);
    if (bias.type == DType::kInt32) {
      op.bias.push_back(static_cast<std::uint32_t>(bias.as<std::int32_t>()[i]));
    } else {
      const float value = bias.as<float>()[i];
      op.bias.push_back(std::bit_cast<std::uint32_t>(times == 1.0F ? value : times * value));
    }
  }
}

/// The last step: a value for the constants of the operation, which packing fills.
void finish(Context& context, const ir::Node& node, MatrixOp& op) {
  if (op.b_zero.empty()) op.b_zero = {0};
  if (op.b_data || !op.bias.empty() || !op.scale.empty() || op.b_zero.size() > 1) {
    op.pack = context.constant(node.name + " (weights)", DType::kUInt8, {0}, {});
    context.hw.values[op.pack].is_pack = true;
  }
  context.add(op);
}

void set_conv_shape(const ir::Node& node, MatrixOp& op, const ir::Tensor& x, const ir::Tensor& w,
                    const ir::Shape& y) {
  const auto& conv = std::get<ir::ConvAttributes>(node.attributes);
  const ir::Window& window = conv.window;
  const bool is_1d = x.shape.size() == 3;
  op.groups = conv.groups;
  op.batch = {x.shape[0]};
  op.in_c = x.shape[1] / conv.groups;
  op.n = w.shape[0] / conv.groups;
  op.in_h = x.shape[2];
  op.out_h = y[2];
  if (is_1d) {  // (N, C, L): L plays the rows
    op.a_roles = op.out_roles = {2, -1, 1, {0}};
    op.window = {{window.kernel[1], 1},
                 {window.stride[1], 1},
                 {window.dilation[1], 1},
                 {window.pad_begin[1], 0},
                 {window.pad_end[1], 0}};
  } else {
    op.in_w = x.shape[3];
    op.out_w = y[3];
    op.a_roles = op.out_roles = {1, 2, 3, {0}};
    op.window = {window.kernel, window.stride, window.dilation, window.pad_begin, window.pad_end};
  }
  const std::int64_t kh = op.window.kernel[0];
  const std::int64_t kw = op.window.kernel[1];
  op.b_index = {op.in_c * kh * kw, kw, 1, kh * kw, {0}};
  op.b_roles = is_1d ? WeightRoles{0, 2, -1, 1, {-1}} : WeightRoles{0, 1, 2, 3, {-1}};
}

bool window_fits(Context& context, const ir::Node& node, const WindowShape& window) {
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t reach = (window.kernel[d] - 1) * window.dilation[d] + 1;
    if (reach > kMaxWindow || window.stride[d] > kMaxWindow || window.pad[d] > kMaxWindow) {
      context.complain(node, "its window does not fit the descriptor's 16-bit fields: kernel " +
                                 std::to_string(window.kernel[d]) + ", stride " +
                                 std::to_string(window.stride[d]) + ", dilation " +
                                 std::to_string(window.dilation[d]) + ", padding " +
                                 std::to_string(window.pad[d]));
      return false;
    }
  }
  return true;
}

/// Product of the extents of dimensions [first, last).
std::int64_t product(const ir::Shape& shape, std::size_t first, std::size_t last) {
  std::int64_t result = 1;
  for (std::size_t d = first; d < last; ++d) result *= shape[d];
  return result;
}

/// Roles of a matrix operand of numpy's matmul. batch_rank: batch dimensions of the result.
Roles matmul_roles(const ir::Shape& shape, bool is_left, std::size_t batch_rank, const ir::Shape& out_batch) {
  const std::size_t rank = shape.size();
  const auto axis = [&](std::size_t d) { return physical_axis(rank, static_cast<std::int64_t>(d)); };
  Roles roles;
  if (rank == 1) {
    (is_left ? roles.chan : roles.row) = axis(0);  // left: k; right: k as "row"
  } else {
    roles.row = axis(rank - 2);
    roles.chan = axis(rank - 1);
  }
  const std::size_t own = rank >= 2 ? rank - 2 : 0;
  for (std::size_t b = 0; b < batch_rank; ++b) {
    const bool present = b + own >= batch_rank;
    const std::size_t d = present ? b + own - batch_rank : 0;
    roles.batch.push_back(present && shape[d] == out_batch[b] ? axis(d) : -1);
  }
  return roles;
}

/// A matmul whose right side is one matrix for all batches: the batches become rows of one long matrix.
void fold_batches(Context& context, MatrixOp& op) {
  const bool shared_b =
      std::all_of(op.b_roles.batch.begin(), op.b_roles.batch.end(), [](int d) { return d < 0; });
  const Value a = context.hw.value(op.a);
  const Value out = context.hw.value(op.out);
  if (op.batch.empty() || !shared_b || a.dims.size() == 4 || out.dims.size() == 4 || a.dims.size() < 3 ||
      out.dims.size() != a.dims.size()) {
    return;
  }
  const std::int64_t rows = a.elements() / op.in_c;
  if (out.elements() / op.n != rows) return;  // A repeats over some batches
  op.a = context.view(op.a, {rows, op.in_c});
  op.out = context.view(op.out, {rows, op.n});
  op.in_h = op.out_h = rows;
  op.batch.clear();
  op.b_index.batch.clear();
  op.b_roles.batch.clear();
  op.a_roles = op.out_roles = {0, -1, 1, {}};
}

/// Shapes, roles and the right side of a matmul; a and b are positions among the node's inputs.
MatrixOp matmul_op(Context& context, const ir::Node& node, std::size_t a_input, std::size_t b_input,
                   ir::TensorId result) {
  const ir::Tensor& a = context.tensor(node.inputs[a_input]);
  const ir::Tensor& b = context.tensor(node.inputs[b_input]);
  const std::size_t batch_rank =
      std::max(a.shape.size(), b.shape.size()) > 2 ? std::max(a.shape.size(), b.shape.size()) - 2 : 0;
  MatrixOp op;
  const ir::Shape& y = context.tensor(result).shape;
  op.batch.assign(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(batch_rank));
  op.in_c = a.shape.back();
  op.in_h = op.out_h = a.shape.size() == 1 ? 1 : a.shape[a.shape.size() - 2];
  op.n = b.shape.size() == 1 ? 1 : b.shape.back();
  op.a_type = a.type;
  op.b_type = b.type;
  op.out_type = context.tensor(result).type;
  op.a_roles = matmul_roles(a.shape, true, batch_rank, op.batch);
  const Roles right = matmul_roles(b.shape, false, batch_rank, op.batch);
  op.b_roles = {right.chan, -1, -1, right.row, right.batch};
  if (context.graph.tensor(node.inputs[b_input]).is_constant()) {
    op.b_data = b.data;
    op.b_index = {b.shape.size() == 1 ? 0 : 1, 0, 0, op.n, {}};
    for (std::size_t i = 0; i < batch_rank; ++i) {
      const std::size_t own = b.shape.size() >= 2 ? b.shape.size() - 2 : 0;
      const bool repeats = right.batch[i] < 0;
      const std::size_t d = i + own - batch_rank;
      op.b_index.batch.push_back(repeats ? 0 : product(b.shape, d + 1, b.shape.size()));
    }
  } else {
    op.b = context.value_of(node.inputs[b_input]);
  }
  op.a = context.value_of(node.inputs[a_input]);
  if (const auto flat = context.flattened.find(op.a); flat != context.flattened.end()) {
    const auto [c, h, w] = flat->second;
    for (std::int64_t pixel = 0; pixel < h * w; ++pixel) {
      for (std::int64_t channel = 0; channel < c; ++channel) {
        op.b_channel_order.push_back(channel * h * w + pixel);
      }
    }
  }
  // The result's roles: its batch dimensions, then m and n where A and B have them.
  const std::size_t rank = y.size();
  std::size_t next = batch_rank;
  for (std::size_t d = 0; d < batch_rank; ++d) {
    op.out_roles.batch.push_back(physical_axis(rank, static_cast<std::int64_t>(d)));
  }
  if (a.shape.size() > 1) op.out_roles.row = physical_axis(rank, static_cast<std::int64_t>(next++));
  if (b.shape.size() > 1) op.out_roles.chan = physical_axis(rank, static_cast<std::int64_t>(next));
  return op;
}

/// C of a Gemm as a row of N elements that the matrix engine adds by itself?
bool is_bias_row(const ir::Tensor& c, std::int64_t n, bool constant) {
  const bool is_row = c.elements() == n && (c.shape.empty() || c.shape.back() == n);
  return is_row || (constant && c.elements() == 1);
}

}  // namespace

void legalise_conv(Context& context, const ir::Node& node, const Fusion& fusion) {
  const bool quantised = node.op == ir::OpKind::kQLinearConv;
  const std::size_t w_input = quantised ? 3 : 1;
  const std::size_t bias_input = quantised ? 8 : 2;
  const ir::Tensor& x = context.tensor(node.inputs[0]);
  const ir::Tensor& w = context.tensor(node.inputs[w_input]);
  const ir::Tensor& y = context.tensor(fusion.output);
  const ValueId out = context.define(fusion.output);
  if (x.shape.size() != 3 && x.shape.size() != 4) {
    context.complain(node, "an input of rank " + std::to_string(x.shape.size()) +
                               " is not supported; 1-D and 2-D convolutions (rank 3 and 4) are");
    return;
  }
  if (!check_format(context, node, x.type, w.type)) return;
  MatrixOp op;
  op.out = out;
  op.a_type = x.type;
  op.b_type = w.type;
  op.out_type = y.type;
  set_conv_shape(node, op, x, w, y.shape);
  if (!window_fits(context, node, op.window)) return;
  op.a = context.value_of(node.inputs[0]);
  if (context.graph.tensor(node.inputs[w_input]).is_constant()) {
    op.b_data = w.data;
  } else {
    op.b = context.value_of(node.inputs[w_input]);
  }
  if (quantised) set_quantisation(context, node, op, w.shape[0]);
  if (context.has_input(node, bias_input)) set_bias(context, op, node.inputs[bias_input], w.shape[0]);
  op.clip = fusion.clip;
  finish(context, node, op);
}

void legalise_matmul(Context& context, const ir::Node& node, const Fusion& fusion) {
  const bool quantised = node.op == ir::OpKind::kQLinearMatMul;
  const std::size_t b_input = quantised ? 3 : 1;
  const ValueId out = context.define(fusion.output);
  if (!check_format(context, node, context.tensor(node.inputs[0]).type,
                    context.tensor(node.inputs[b_input]).type)) {
    return;
  }
  MatrixOp op = matmul_op(context, node, 0, b_input, fusion.output);
  op.out = out;
  if (quantised) set_quantisation(context, node, op, op.n);
  if (fusion.bias != ir::kNoTensor) set_bias(context, op, fusion.bias, op.n);
  op.clip = fusion.clip;
  fold_batches(context, op);
  finish(context, node, op);
}

void legalise_gemm(Context& context, const ir::Node& node, const Fusion& fusion) {
  const auto& gemm = std::get<ir::GemmAttributes>(node.attributes);
  const ir::Tensor& a = context.tensor(node.inputs[0]);
  const ir::Tensor& b = context.tensor(node.inputs[1]);
  const ir::Tensor& y = context.tensor(fusion.output);
  const ValueId out = context.define(fusion.output);
  if (!check_format(context, node, a.type, b.type)) return;
  if (a.type != DType::kFloat32) {
    context.complain(node, "integer Gemm is not supported; QLinearMatMul is");
    return;
  }
  MatrixOp op = matmul_op(context, node, 0, 1, fusion.output);
  if (gemm.transpose_a) {
    op.in_c = a.shape[0];
    op.in_h = op.out_h = a.shape[1];
    std::swap(op.a_roles.row, op.a_roles.chan);
  }
  if (gemm.transpose_b) {
    op.n = b.shape[0];
    op.b_index = {op.in_c, 0, 0, 1, {}};
    std::swap(op.b_roles.n, op.b_roles.c);
  } else {
    op.b_index = {1, 0, 0, op.n, {}};
  }
  op.out_roles = {0, -1, 1, {}};

  const bool has_c = context.has_input(node, 2) && gemm.beta != 0.0F;
  const bool constant_c = has_c && context.graph.tensor(node.inputs[2]).is_constant();
  const bool row_c = has_c && is_bias_row(context.tensor(node.inputs[2]), op.n, constant_c) &&
                     (constant_c || gemm.beta == 1.0F);
  // (sum * alpha) + (beta * C): the engine adds C itself if there is no alpha.
  const bool fused_c = row_c && gemm.alpha == 1.0F;
  if (fused_c) set_bias(context, op, node.inputs[2], op.n, gemm.beta);
  const bool scale_after = gemm.alpha != 1.0F;
  const bool add_after = has_c && !fused_c;

  ValueId sum = scale_after || add_after ? context.temporary(y.name + " (sum)", y.type, y.shape) : out;
  op.out = sum;
  if (sum == out) op.clip = fusion.clip;
  finish(context, node, op);
  if (!scale_after && !add_after) return;
  if (!context.has_engine(node, EngineKind::kVector)) return;
  const auto factor = [&](float value) {
    const auto data = ir::make_data(std::vector<float>{value});
    return context.constant(node.name + " (factor)", DType::kFloat32, {1}, *data);
  };
  if (scale_after) {
    ElementwiseOp scale;
    scale.op = SGB_VECTOR_MUL;
    scale.a = sum;
    scale.b = factor(gemm.alpha);
    scale.out = sum = add_after ? context.temporary(y.name + " (scaled)", y.type, y.shape) : out;
    if (sum == out) scale.clip = fusion.clip;
    context.add(scale);
  }
  if (!add_after) return;
  ElementwiseOp add;
  add.op = SGB_VECTOR_ADD;
  add.a = sum;
  add.out = out;
  add.clip = fusion.clip;
  const ir::Tensor& c = context.tensor(node.inputs[2]);
  ValueId addend = context.value_of(node.inputs[2]);
  if (gemm.beta != 1.0F) {
    ElementwiseOp scale;
    scale.op = SGB_VECTOR_MUL;
    scale.a = addend;
    scale.b = factor(gemm.beta);
    scale.out = context.temporary(c.name + " (scaled)", c.type, c.shape);
    context.add(scale);
    addend = scale.out;
  }
  add.b = broadcast_operand(context, addend, c.shape, y.shape, false, c.name);
  context.add(add);
}

}  // namespace systole::mapper
