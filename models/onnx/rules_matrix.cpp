// Gemm, QGemm, MatMul, QLinearMatMul and MatMulInteger.
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

// [M, N]; `b` and `c` are the numbers of those inputs. nullopt after a failure.
std::optional<ir::Shape> gemm_shape(NodeView& node, const ir::GemmAttributes& gemm, std::size_t b_index,
                                    std::size_t c_index) {
  if (!is_matrix(node, 0) || !is_matrix(node, b_index)) return std::nullopt;
  const ir::Shape& a = node.shape(0);
  const ir::Shape& b = node.shape(b_index);
  const std::int64_t m = a[gemm.transpose_a ? 1 : 0];
  const std::int64_t n = b[gemm.transpose_b ? 0 : 1];
  if (a[gemm.transpose_a ? 0 : 1] != b[gemm.transpose_b ? 1 : 0]) {
    node.fail("the shapes do not fit one another: " + to_text(a) + (gemm.transpose_a ? " (transposed)" : "") +
              " and " + to_text(b) + (gemm.transpose_b ? " (transposed)" : ""));
    return std::nullopt;
  }
  const ir::Shape out{m, n};
  if (node.has(c_index) && broadcast(out, node.shape(c_index)) != out) {
    node.fail("input '" + node.input(c_index).name + "' of shape " + to_text(node.shape(c_index)) +
              " does not broadcast to " + to_text(out));
  }
  return out;
}

}  // namespace

Resolved resolve_gemm(NodeView& node) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (node.has(i)) node.require_type(i, {DType::kFloat32});
  }
  const ir::GemmAttributes gemm{node.real("alpha", 1.0F), node.real("beta", 1.0F), node.flag("transA", false),
                                node.flag("transB", false)};
  const auto out = gemm_shape(node, gemm, 1, 2);
  if (!out) return {};
  return {gemm, {{DType::kFloat32, *out}}};
}

// A, a_scale, a_zero, B, b_scale, b_zero, [C], [y_scale], [y_zero]; without y_scale the result is float.
Resolved resolve_qgemm(NodeView& node) {
  for (const std::size_t i : {0U, 3U}) node.require_type(i, {DType::kInt8, DType::kUInt8});
  if (node.has(6)) node.require_type(6, {DType::kInt32});
  const ir::GemmAttributes gemm{node.real("alpha", 1.0F), 1.0F, node.flag("transA", false),
                                node.flag("transB", false)};
  if (!node.ok()) return {};
  const auto out = gemm_shape(node, gemm, 3, 6);
  if (!out) return {};
  check_quantisation(node, 1, 2, node.input(0).type, 0, false);
  check_quantisation(node, 4, 5, node.input(3).type, (*out)[1], false);
  if (!node.has(7)) {
    if (node.has(8)) node.fail("y_zero_point is given without y_scale");
    return {gemm, {{DType::kFloat32, *out}}};
  }
  const DType type = node.has(8) ? node.input(8).type : DType::kUInt8;
  if (node.has(8)) node.require_type(8, {DType::kInt8, DType::kUInt8});
  check_quantisation(node, 7, 8, type, 0, true);
  return {gemm, {{type, *out}}};
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

Resolved resolve_matmul_integer(NodeView& node) {
  for (const std::size_t i : {0U, 1U}) node.require_type(i, {DType::kInt8, DType::kUInt8});
  if (!node.ok()) return {};
  const auto shape = matmul_shape(node, node.input(0), node.input(1));
  if (!shape) return {};
  check_zero_point(node, 2, node.input(0).type, 0);
  check_zero_point(node, 3, node.input(1).type, node.shape(1).size() > 1 ? node.shape(1).back() : 0);
  return {std::monostate{}, {{DType::kInt32, *shape}}};
}

}  // namespace systole::importer
