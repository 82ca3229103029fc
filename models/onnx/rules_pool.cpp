// MaxPool, AveragePool, and their global forms.
#include "models/onnx/operators.h"
#include "models/onnx/quantisation.h"
#include "models/onnx/windows.h"

namespace systole::importer {
namespace {

Resolved resolve(NodeView& node, bool count_include_pad) {
  const ir::Tensor& x = node.input(0);
  const auto window = resolve_window(node, x, nullptr, true);
  if (!window) return {};
  return {ir::PoolAttributes{window->window, count_include_pad},
          {{x.type, windowed_shape(x, x.shape[1], window->output)}}};
}

// One window over the whole plane.
Resolved resolve_global(NodeView& node) {
  const ir::Tensor& x = node.input(0);
  const auto plane = plane_of(node, x);
  if (!plane) return {};
  ir::PoolAttributes pool;
  pool.window.kernel = *plane;
  return {pool, {{x.type, windowed_shape(x, x.shape[1], {1, 1})}}};
}

// x, x_scale, x_zero, y_scale, y_zero.
void check_pool_quantisation(NodeView& node) {
  if (!node.require_type(0, {DType::kInt8, DType::kUInt8})) return;
  check_quantisation(node, 1, 2, node.input(0).type, 0, false);
  check_quantisation(node, 3, 4, node.input(0).type, 0, true);
  if (node.flag("channels_last", false)) node.fail("channels_last is not supported; ONNX is channels-first");
}

}  // namespace

Resolved resolve_max_pool(NodeView& node) {
  node.require_type(0, {DType::kFloat32, DType::kInt8, DType::kUInt8});
  if (node.wants_output(1)) node.fail("the output Indices is not supported");
  if (node.integer("storage_order", 0) != 0) node.fail("storage_order 1 (column-major) is not supported");
  return resolve(node, false);
}

Resolved resolve_average_pool(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  return resolve(node, node.flag("count_include_pad", false));
}

Resolved resolve_global_average_pool(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  return resolve_global(node);
}

Resolved resolve_global_max_pool(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  return resolve_global(node);
}

Resolved resolve_qlinear_average_pool(NodeView& node) {
  check_pool_quantisation(node);
  return resolve(node, node.flag("count_include_pad", false));
}

Resolved resolve_qlinear_global_average_pool(NodeView& node) {
  check_pool_quantisation(node);
  return resolve_global(node);
}

}  // namespace systole::importer
