// MatMul and QLinearMatMul: numpy.matmul.
#include <algorithm>

#include "models/reference/broadcast.h"
#include "models/reference/operators.h"
#include "models/reference/products.h"
#include "models/reference/quantise.h"

namespace systole::reference {
namespace {

struct Geometry {
  std::int64_t m = 1, k = 1, n = 1;
  ir::Shape a_batch, b_batch, batch;
};

// A 1-D operand is a row (a) or a column (b).
Geometry geometry_of(const ir::Shape& a, const ir::Shape& b, const ir::Shape& out) {
  Geometry g;
  g.k = a.back();
  if (a.size() > 1) g.m = a[a.size() - 2];
  if (b.size() > 1) g.n = b.back();
  g.a_batch.assign(a.begin(), a.end() - (a.size() == 1 ? 1 : 2));
  g.b_batch.assign(b.begin(), b.end() - (b.size() == 1 ? 1 : 2));
  const auto matrix_dims = (a.size() > 1 ? 1 : 0) + (b.size() > 1 ? 1 : 0);
  g.batch.assign(out.begin(), out.end() - matrix_dims);
  return g;
}

// finish(output index, column, sum) takes every result; a(i) and b(i, column) are the elements.
template <typename Sum, typename T, typename A, typename B, typename Finish>
void multiply(const Geometry& g, A a, B b, Finish finish) {
  std::vector<Sum> sums(static_cast<std::size_t>(g.n));
  std::vector<T> row(static_cast<std::size_t>(g.k));
  std::vector<T> matrix(static_cast<std::size_t>(g.k * g.n));
  BroadcastWalk a_walk(g.a_batch, g.batch);
  BroadcastWalk b_walk(g.b_batch, g.batch);
  const std::int64_t batches = ir::elements_of(g.batch);
  for (std::int64_t batch = 0; batch < batches; ++batch, a_walk.next(), b_walk.next()) {
    for (std::int64_t i = 0; i < g.k * g.n; ++i) {
      matrix[static_cast<std::size_t>(i)] = b(b_walk.offset() * g.k * g.n + i, i % g.n);
    }
    for (std::int64_t m = 0; m < g.m; ++m) {
      for (std::int64_t k = 0; k < g.k; ++k) {
        row[static_cast<std::size_t>(k)] = a((a_walk.offset() * g.m + m) * g.k + k);
      }
      std::fill(sums.begin(), sums.end(), Sum{0});
      add_products(sums, row, matrix.data());
      for (std::int64_t n = 0; n < g.n; ++n) {
        finish((batch * g.m + m) * g.n + n, n, sums[static_cast<std::size_t>(n)]);
      }
    }
  }
}

}  // namespace

void matmul(const Call& call) {
  const auto* a = call.inputs[0].as<float>();
  const auto* b = call.inputs[1].as<float>();
  auto* y = call.outputs[0]->as<float>();
  multiply<float, float>(
      geometry_of(call.inputs[0].shape(), call.inputs[1].shape(), call.outputs[0]->shape),
      [&](std::int64_t i) { return a[i]; }, [&](std::int64_t i, std::int64_t) { return b[i]; },
      [&](std::int64_t i, std::int64_t, float sum) { y[i] = sum; });
}

void qlinear_matmul(const Call& call) {
  const Operand& a = call.inputs[0];
  const Operand& b = call.inputs[3];
  const Operand& b_scale = call.inputs[4];
  const Operand& b_zero = call.inputs[5];
  Result& y = *call.outputs[0];
  const std::int32_t a_zero = integer_at(call.inputs[2], 0);
  const float a_scale = float_at(call.inputs[1], 0);
  const float y_scale = float_at(call.inputs[6], 0);
  const std::int32_t y_zero = integer_at(call.inputs[7], 0);
  multiply<std::uint32_t, std::int16_t>(
      geometry_of(a.shape(), b.shape(), y.shape),
      [&](std::int64_t i) { return static_cast<std::int16_t>(integer_at(a, i) - a_zero); },
      [&](std::int64_t i, std::int64_t n) {
        return static_cast<std::int16_t>(integer_at(b, i) - integer_at(b_zero, n));
      },
      [&](std::int64_t i, std::int64_t n, std::uint32_t sum) {
        const float multiplier = (a_scale * float_at(b_scale, n)) / y_scale;
        put(y, i, quantise(static_cast<float>(static_cast<std::int32_t>(sum)) * multiplier, y_zero, y.type));
      });
}

}  // namespace systole::reference
