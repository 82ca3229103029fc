// Gemm, MatMul and QLinearMatMul.
#include "models/onnx/broadcast.h"
#include "models/onnx/limits.h"
#include "models/onnx/operators.h"
#include "models/onnx/quantisation.h"

namespace systole::importer {
namespace {

// numpy.matmul: the last two dimensions multiply, those before broadcast; a 1-D operand is a row (a) or a
// column (b) whose dimension of size 1 then goes away. nullopt after a failure.
std::optional<ir::Shape> matmul_shape(NodeView& node, const ir::Tensor& a, const ir::Tensor& b) {
  const std::string what =
      "'" + a.name + "' of shape " + to_text(a.shape) + " and '" + b.name + "' of shape " + to_text(b.shape);
  if (a.shape.empty() || b.shape.empty()) {
    node.fail("scalars cannot be multiplied as matrices: " + what);
    return std::nullopt;
  }
  const std::int64_t k = b.shape.size() == 1 ? b.shape[0] : b.shape[b.shape.size() - 2];
  const ir::Shape a_batch(a.shape.begin(), a.shape.end() - (a.shape.size() == 1 ? 1 : 2));
  const ir::Shape b_batch(b.shape.begin(), b.shape.end() - (b.shape.size() == 1 ? 1 : 2));
  auto shape = broadcast(a_batch, b_batch);
  if (!shape || a.shape.back() != k) {
    node.fail("the shapes do not fit one another: " + what);
    return std::nullopt;
  }
  if (a.shape.size() > 1) shape->push_back(a.shape[a.shape.size() - 2]);
  if (b.shape.size() > 1) shape->push_back(b.shape.back());
  return shape;
}

bool is_matrix(NodeView& node, std::size_t i) {
  if (node.shape(i).size() == 2) return true;
  node.fail("input '" + node.input(i).name + "' has shape " + to_text(node.shape(i)) +
            "; a matrix is needed (put a Flatten or Reshape before it)");
  return false;
}

}  // namespace

Resolved resolve_gemm(NodeView& node) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (node.has(i)) node.require_type(i, {DType::kFloat32});
  }
  const ir::GemmAttributes gemm{node.real("alpha", 1.0F), node.real("beta", 1.0F), node.flag("transA", false),
                                node.flag("transB", false)};
  if (!is_matrix(node, 0) || !is_matrix(node, 1)) return {};
  const ir::Shape& a = node.shape(0);
  const ir::Shape& b = node.shape(1);
  const std::int64_t m = a[gemm.transpose_a ? 1 : 0];
  const std::int64_t n = b[gemm.transpose_b ? 0 : 1];
  if (a[gemm.transpose_a ? 0 : 1] != b[gemm.transpose_b ? 1 : 0]) {
    node.fail("the shapes do not fit one another: " + to_text(a) + (gemm.transpose_a ? " (transposed)" : "") +
              " and " + to_text(b) + (gemm.transpose_b ? " (transposed)" : ""));
    return {};
  }
  const ir::Shape out{m, n};
  if (node.has(2) && broadcast(out, node.shape(2)) != out) {
    node.fail("input '" + node.input(2).name + "' of shape " + to_text(node.shape(2)) +
              " does not broadcast to " + to_text(out));
  }
  return {gemm, {{DType::kFloat32, out}}};
}

Resolved resolve_matmul(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  node.require_type(1, {DType::kFloat32});
  const auto shape = matmul_shape(node, node.input(0), node.input(1));
  if (!shape) return {};
  return {std::monostate{}, {{DType::kFloat32, *shape}}};
}

Resolved resolve_qlinear_matmul(NodeView& node) {
  for (const std::size_t i : {0U, 3U, 7U}) node.require_type(i, {DType::kInt8, DType::kUInt8});
  if (!node.ok()) return {};
  const auto shape = matmul_shape(node, node.input(0), node.input(3));
  if (!shape) return {};
  const std::int64_t columns = node.shape(3).size() > 1 ? node.shape(3).back() : 0;
  check_quantisation(node, 1, 2, node.input(0).type, 0, false);
  check_quantisation(node, 4, 5, node.input(3).type, columns, false);
  check_quantisation(node, 6, 7, node.input(7).type, 0, true);
  return {std::monostate{}, {{node.input(7).type, *shape}}};
}

}  // namespace systole::importer
