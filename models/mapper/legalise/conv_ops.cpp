// Conv, QLinearConv and ConvInteger.
#include "models/mapper/legalise/group_blocks.h"
#include "models/mapper/legalise/matrix_common.h"

namespace systole::mapper {

namespace {

constexpr std::int64_t kMaxWindow = 32767;  // the descriptor's 16-bit fields

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

/// Where a kernel of one row (column) skips others, it reads a slice of the input: what lies between is not
/// loaded, and the buffers are smaller by as much. Columns only if a pixel's channels make a burst of their
/// own.
ValueId skip_unread(Context& context, ValueId in, const ir::Shape& shape, MatrixOp& op) {
  constexpr std::int64_t kRun = 64;  // bytes
  ir::Shape step(shape.size(), 1);
  ir::Shape extent = shape;
  for (std::size_t d = 0; d + 2 < shape.size(); ++d) {
    if (op.window.kernel[d] != 1 || op.window.stride[d] == 1 || op.window.pad[d] != 0) continue;
    if (d == 1 && shape[1] * static_cast<std::int64_t>(size_of(op.a_type)) < kRun) continue;
    step[d + 2] = op.window.stride[d];
    extent[d + 2] = (d == 0 ? op.out_h : op.out_w);
    (d == 0 ? op.in_h : op.in_w) = extent[d + 2];
    op.window.stride[d] = 1;
  }
  return extent == shape ? in : context.slice(in, shape, ir::Shape(shape.size(), 0), step, extent);
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
  op.a = skip_unread(context, context.operand_of(node.inputs[0]), x.shape, op);
  if (context.graph.tensor(node.inputs[w_input]).is_constant()) {
    op.b_data = w.data;
  } else {
    op.b = context.value_of(node.inputs[w_input]);
  }
  if (node.op == ir::OpKind::kConvInteger) {
    set_zero_points(context, node, op, 2, 3, w.shape[0]);
  } else if (quantised) {
    set_quantisation(context, node, op, w.shape[0]);
  }
  const bool has_bias = node.op != ir::OpKind::kConvInteger && context.has_input(node, bias_input);
  if (has_bias) set_bias(context, op, node.inputs[bias_input], w.shape[0]);
  op.clip = fusion.clip;
  join_groups(op, context.capability);
  finish(context, node, op);
}

}  // namespace systole::mapper
