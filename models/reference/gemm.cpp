// Gemm.
#include <algorithm>

#include "models/reference/operators.h"
#include "models/reference/products.h"

namespace systole::reference {
namespace {

// `matrix` [rows][cols], transposed.
std::vector<float> transpose(const float* matrix, std::int64_t rows, std::int64_t cols) {
  std::vector<float> result;
  result.reserve(static_cast<std::size_t>(rows * cols));
  for (std::int64_t c = 0; c < cols; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) result.push_back(matrix[r * cols + c]);
  }
  return result;
}

// C broadcasts to [M, N] from [], [1], [N], [1, N], [M, 1] or [M, N].
float addend(const Operand& c, std::int64_t m, std::int64_t n) {
  const ir::Shape& shape = c.shape();
  const std::int64_t cols = shape.empty() ? 1 : shape.back();
  const std::int64_t rows = shape.size() < 2 ? 1 : shape[0];
  return c.as<float>()[(rows == 1 ? 0 : m) * cols + (cols == 1 ? 0 : n)];
}

}  // namespace

void gemm(const Call& call) {
  const auto& attributes = std::get<ir::GemmAttributes>(call.node.attributes);
  const ir::Shape& a_shape = call.inputs[0].shape();
  const ir::Shape& b_shape = call.inputs[1].shape();
  const float* a = call.inputs[0].as<float>();
  const float* b = call.inputs[1].as<float>();
  const std::int64_t m_count = call.outputs[0]->shape[0];
  const std::int64_t n_count = call.outputs[0]->shape[1];
  const auto k_count = static_cast<std::size_t>(a_shape[attributes.transpose_a ? 0 : 1]);
  std::vector<float> a_turned;
  std::vector<float> b_turned;
  if (attributes.transpose_a) {
    a_turned = transpose(a, a_shape[0], a_shape[1]);
    a = a_turned.data();
  }
  if (attributes.transpose_b) {
    b_turned = transpose(b, b_shape[0], b_shape[1]);
    b = b_turned.data();
  }
  auto* y = call.outputs[0]->as<float>();
  std::vector<float> sums(static_cast<std::size_t>(n_count));
  for (std::int64_t m = 0; m < m_count; ++m) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    add_products(sums, std::span(a + m * static_cast<std::int64_t>(k_count), k_count), b);
    for (std::int64_t n = 0; n < n_count; ++n) {
      float value = sums[static_cast<std::size_t>(n)];
      if (attributes.alpha != 1.0F) value = value * attributes.alpha;
      if (call.has(2)) {
        const float c = addend(call.inputs[2], m, n);
        value = value + (attributes.beta == 1.0F ? c : attributes.beta * c);
      }
      y[m * n_count + n] = value;
    }
  }
}

}  // namespace systole::reference
