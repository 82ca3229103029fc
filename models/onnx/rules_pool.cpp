// MaxPool, AveragePool and GlobalAveragePool.
#include "models/onnx/operators.h"
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
  const ir::Tensor& x = node.input(0);
  const auto plane = plane_of(node, x);
  if (!plane) return {};
  ir::PoolAttributes pool;
  pool.window.kernel = *plane;
  return {pool, {{x.type, windowed_shape(x, x.shape[1], {1, 1})}}};
}

}  // namespace systole::importer
