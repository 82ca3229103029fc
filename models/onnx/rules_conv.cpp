// Conv, QLinearConv and ConvInteger.
#include "models/onnx/limits.h"
#include "models/onnx/operators.h"
#include "models/onnx/quantisation.h"
#include "models/onnx/windows.h"

namespace systole::importer {
namespace {

// x [N, C, (H,) W], w [M, C / groups, (kh,) kw], bias [M].
Resolved resolve(NodeView& node, std::size_t x_index, std::size_t w_index, std::size_t bias_index,
                 DType type) {
  const ir::Tensor& x = node.input(x_index);
  const ir::Tensor& w = node.input(w_index);
  if (!plane_of(node, x)) return {};
  if (w.shape.size() != x.shape.size()) {
    node.fail("weights '" + w.name + "' of shape " + to_text(w.shape) + " do not fit an input of shape " +
              to_text(x.shape));
    return {};
  }
  const auto window = resolve_window(node, x, &w, false);
  const std::int64_t groups = node.integer("group", 1);
  const std::int64_t maps = w.shape[0];
  if (groups < 1 || x.shape[1] % groups != 0 || maps % groups != 0) {
    node.fail("group " + std::to_string(groups) + " does not divide " + std::to_string(x.shape[1]) +
              " input and " + std::to_string(maps) + " output channels");
    return {};
  }
  if (w.shape[1] != x.shape[1] / groups) {
    node.fail("weights '" + w.name + "' of shape " + to_text(w.shape) + " do not fit " +
              std::to_string(x.shape[1]) + " input channels in " + std::to_string(groups) + " groups");
  }
  if (node.has(bias_index) && node.shape(bias_index) != ir::Shape{maps}) {
    node.fail("bias '" + node.input(bias_index).name + "' has shape " + to_text(node.shape(bias_index)) +
              " instead of " + to_text({maps}));
  }
  if (!window || !node.ok()) return {};
  return {ir::ConvAttributes{window->window, groups}, {{type, windowed_shape(x, maps, window->output)}}};
}

}  // namespace

Resolved resolve_conv(NodeView& node) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (node.has(i)) node.require_type(i, {DType::kFloat32});
  }
  return resolve(node, 0, 1, 2, DType::kFloat32);
}

Resolved resolve_qlinear_conv(NodeView& node) {
  for (const std::size_t i : {0U, 3U, 7U}) node.require_type(i, {DType::kInt8, DType::kUInt8});
  if (node.has(8)) node.require_type(8, {DType::kInt32});
  if (!node.ok()) return {};
  Resolved resolved = resolve(node, 0, 3, 8, node.input(7).type);
  if (!node.ok()) return {};
  check_quantisation(node, 1, 2, node.input(0).type, 0, false);
  check_quantisation(node, 4, 5, node.input(3).type, node.shape(3)[0], false);
  check_quantisation(node, 6, 7, node.input(7).type, 0, true);
  return resolved;
}

Resolved resolve_conv_integer(NodeView& node) {
  for (const std::size_t i : {0U, 1U}) node.require_type(i, {DType::kInt8, DType::kUInt8});
  if (!node.ok()) return {};
  check_zero_point(node, 2, node.input(0).type, 0);
  check_zero_point(node, 3, node.input(1).type, node.shape(1).empty() ? 0 : node.shape(1)[0]);
  return resolve(node, 0, 1, 4, DType::kInt32);
}

}  // namespace systole::importer
