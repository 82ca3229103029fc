// Gemm and QGemm.
#include <algorithm>

#include "hw/base/parallel.h"
#include "hw/numerics/gemm.h"
#include "models/reference/operators.h"
#include "models/reference/quantise.h"

namespace systole::reference {
namespace {

// `matrix` [rows][cols], transposed, in blocks that fit the cache.
template <typename T>
std::vector<T> transpose(const T* matrix, std::int64_t rows, std::int64_t cols) {
  constexpr std::int64_t kBlock = 32;
  std::vector<T> result(static_cast<std::size_t>(rows * cols));
  for (std::int64_t r0 = 0; r0 < rows; r0 += kBlock) {
    const std::int64_t r1 = std::min(r0 + kBlock, rows);
    for (std::int64_t c = 0; c < cols; ++c) {
      for (std::int64_t r = r0; r < r1; ++r)
        result[static_cast<std::size_t>(c * rows + r)] = matrix[r * cols + c];
    }
  }
  return result;
}

// C broadcasts to [M, N] from [], [1], [N], [1, N], [M, 1] or [M, N].
template <typename T>
T addend(const Operand& c, std::int64_t m, std::int64_t n) {
  const ir::Shape& shape = c.shape();
  const std::int64_t cols = shape.empty() ? 1 : shape.back();
  const std::int64_t rows = shape.size() < 2 ? 1 : shape[0];
  return c.as<T>()[(rows == 1 ? 0 : m) * cols + (cols == 1 ? 0 : n)];
}

// The operands as row-major [M, K] and [K, N], and the size of the product.
template <typename T>
struct Operands {
  std::int64_t m = 0, n = 0, k = 0;
  const T* a = nullptr;
  const T* b = nullptr;
  std::vector<T> turned_a, turned_b;

  Operands(const Call& call, const Operand& a_operand, const Operand& b_operand) {
    const auto& attributes = std::get<ir::GemmAttributes>(call.node.attributes);
    m = call.outputs[0]->shape[0];
    n = call.outputs[0]->shape[1];
    k = a_operand.shape()[attributes.transpose_a ? 0 : 1];
    a = a_operand.as<T>();
    b = b_operand.as<T>();
    if (attributes.transpose_a) {
      turned_a = transpose(a, k, m);
      a = turned_a.data();
    }
    if (attributes.transpose_b) {
      turned_b = transpose(b, n, k);
      b = turned_b.data();
    }
  }
};

std::size_t size(std::int64_t value) { return static_cast<std::size_t>(value); }

}  // namespace

void gemm(const Call& call) {
  const auto& attributes = std::get<ir::GemmAttributes>(call.node.attributes);
  const Operands<float> of(call, call.inputs[0], call.inputs[1]);
  auto* y = call.outputs[0]->as<float>();
  numerics::gemm(numerics::FloatGemm{.m = size(of.m),
                                     .n = size(of.n),
                                     .k = size(of.k),
                                     .a = of.a,
                                     .lda = size(of.k),
                                     .b = of.b,
                                     .b_layout = numerics::BLayout::row_major(size(of.n)),
                                     .c = y,
                                     .ldc = size(of.n),
                                     .threads = worker_threads()});
  for (std::int64_t m = 0; m < of.m; ++m) {
    for (std::int64_t n = 0; n < of.n; ++n) {
      float value = y[m * of.n + n];
      if (attributes.alpha != 1.0F) value = value * attributes.alpha;
      if (call.has(2)) {
        const auto c = addend<float>(call.inputs[2], m, n);
        value = value + (attributes.beta == 1.0F ? c : attributes.beta * c);
      }
      y[m * of.n + n] = value;
    }
  }
}

void qgemm(const Call& call) {
  const float alpha = std::get<ir::GemmAttributes>(call.node.attributes).alpha;
  const Operands<std::uint8_t> of(call, call.inputs[0], call.inputs[3]);
  const Operand& b_zero = call.inputs[5];
  std::vector<std::int32_t> sums(size(of.m * of.n));
  const bool per_column = b_zero.given() && b_zero.elements() > 1;
  numerics::gemm(numerics::IntGemm{.m = size(of.m),
                                   .n = size(of.n),
                                   .k = size(of.k),
                                   .a = of.a,
                                   .a_type = call.inputs[0].type(),
                                   .lda = size(of.k),
                                   .a_zero = integer_at(call.inputs[2], 0),
                                   .b = of.b,
                                   .b_type = call.inputs[3].type(),
                                   .b_layout = numerics::BLayout::row_major(size(of.n)),
                                   .b_zero = per_column ? 0 : integer_at(b_zero, 0),
                                   .b_zero_table = per_column ? b_zero.data : nullptr,
                                   .c = sums.data(),
                                   .ldc = size(of.n)});
  Result& y = *call.outputs[0];
  const std::int32_t y_zero = call.has(8) ? integer_at(call.inputs[8], 0) : 0;
  for (std::int64_t m = 0; m < of.m; ++m) {
    for (std::int64_t n = 0; n < of.n; ++n) {
      auto sum = static_cast<std::uint32_t>(sums[size(m * of.n + n)]);
      if (call.has(6)) sum += static_cast<std::uint32_t>(addend<std::int32_t>(call.inputs[6], m, n));
      const auto total = static_cast<float>(static_cast<std::int32_t>(sum));
      float multiplier = float_at(call.inputs[1], 0) * float_at(call.inputs[4], n);
      if (alpha != 1.0F) multiplier = multiplier * alpha;
      if (!call.has(7)) {
        y.as<float>()[m * of.n + n] = total * multiplier;
      } else {
        put(y, m * of.n + n, quantise(total * (multiplier / float_at(call.inputs[7], 0)), y_zero, y.type));
      }
    }
  }
}

}  // namespace systole::reference
