// MatMul, QLinearMatMul, MatMulInteger, Gemm and QGemm.
#include <algorithm>

#include "models/mapper/legalise/matrix_common.h"

namespace systole::mapper {

namespace {

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

/// The same with Gemm's transpositions; b_input: position of B.
MatrixOp gemm_op(Context& context, const ir::Node& node, std::size_t b_input, ir::TensorId result) {
  const auto& gemm = std::get<ir::GemmAttributes>(node.attributes);
  const ir::Shape& a = context.tensor(node.inputs[0]).shape;
  const ir::Shape& b = context.tensor(node.inputs[b_input]).shape;
  MatrixOp op = matmul_op(context, node, 0, b_input, result);
  if (gemm.transpose_a) {
    op.in_c = a[0];
    op.in_h = op.out_h = a[1];
    std::swap(op.a_roles.row, op.a_roles.chan);
  }
  if (gemm.transpose_b) {
    op.n = b[0];
    op.b_index = {op.in_c, 0, 0, 1, {}};
    std::swap(op.b_roles.n, op.b_roles.c);
  } else {
    op.b_index = {1, 0, 0, op.n, {}};
  }
  op.out_roles = {0, -1, 1, {}};
  return op;
}

}  // namespace

void legalise_quantised_gemm(Context& context, const ir::Node& node, const Fusion& fusion) {
  const auto& gemm = std::get<ir::GemmAttributes>(node.attributes);
  const ir::Tensor& a = context.tensor(node.inputs[0]);
  const ir::Tensor& b = context.tensor(node.inputs[3]);
  const ValueId out = context.define(fusion.output);
  if (!check_format(context, node, a.type, b.type)) return;
  if (!Context::has_input(node, 7)) {
    context.complain(node, "a result of floats is not supported: give it y_scale and y_zero_point");
    return;
  }
  MatrixOp op = gemm_op(context, node, 3, fusion.output);
  op.out = out;
  op.clip = fusion.clip;
  set_quantisation(context, node, op, op.n, 7, gemm.alpha);
  if (Context::has_input(node, 6)) {
    const ir::Tensor& c = context.tensor(node.inputs[6]);
    if (!is_bias_row(c, op.n, context.graph.tensor(node.inputs[6]).is_constant())) {
      context.complain(node, "its C must be a row of as many elements as B has columns");
      return;
    }
    set_bias(context, op, node.inputs[6], op.n);
  }
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
  if (node.op == ir::OpKind::kMatMulInteger) {
    set_zero_points(context, node, op, 2, 3, op.n);
  } else if (quantised) {
    set_quantisation(context, node, op, op.n);
  }
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
  MatrixOp op = gemm_op(context, node, 1, fusion.output);

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
