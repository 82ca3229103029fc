// MatMul, QLinearMatMul and MatMulInteger: numpy.matmul.
#include <algorithm>

#include "hw/base/parallel.h"
#include "hw/numerics/gemm.h"
#include "models/reference/broadcast.h"
#include "models/reference/operators.h"
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

// Every matrix of the batch: multiply(offsets of a, b and the product in elements).
template <typename Multiply>
void for_batches(const Geometry& g, Multiply multiply) {
  BroadcastWalk a_walk(g.a_batch, g.batch);
  BroadcastWalk b_walk(g.b_batch, g.batch);
  const std::int64_t batches = ir::elements_of(g.batch);
  for (std::int64_t batch = 0; batch < batches; ++batch, a_walk.next(), b_walk.next()) {
    multiply(a_walk.offset() * g.m * g.k, b_walk.offset() * g.k * g.n, batch * g.m * g.n);
  }
}

std::size_t size(std::int64_t value) { return static_cast<std::size_t>(value); }

// The int32 sums of the product of a and b; zero points may be absent, that of b may be one per column.
void multiply(const Geometry& g, const Operand& a, const Operand& a_zero, const Operand& b,
              const Operand& b_zero, std::int32_t* sums) {
  const bool per_column = b_zero.given() && b_zero.elements() > 1;
  for_batches(g, [&](std::int64_t a_at, std::int64_t b_at, std::int64_t at) {
    numerics::gemm(numerics::IntGemm{.m = size(g.m),
                                     .n = size(g.n),
                                     .k = size(g.k),
                                     .a = a.data + a_at,
                                     .a_type = a.type(),
                                     .lda = size(g.k),
                                     .a_zero = integer_at(a_zero, 0),
                                     .b = b.data + b_at,
                                     .b_type = b.type(),
                                     .b_layout = numerics::BLayout::row_major(size(g.n)),
                                     .b_zero = per_column ? 0 : integer_at(b_zero, 0),
                                     .b_zero_table = per_column ? b_zero.data : nullptr,
                                     .c = sums + at,
                                     .ldc = size(g.n)});
  });
}

}  // namespace

void matmul(const Call& call) {
  const Geometry g = geometry_of(call.inputs[0].shape(), call.inputs[1].shape(), call.outputs[0]->shape);
  for_batches(g, [&](std::int64_t a_at, std::int64_t b_at, std::int64_t at) {
    numerics::gemm(numerics::FloatGemm{.m = size(g.m),
                                       .n = size(g.n),
                                       .k = size(g.k),
                                       .a = call.inputs[0].as<float>() + a_at,
                                       .lda = size(g.k),
                                       .b = call.inputs[1].as<float>() + b_at,
                                       .b_layout = numerics::BLayout::row_major(size(g.n)),
                                       .c = call.outputs[0]->as<float>() + at,
                                       .ldc = size(g.n),
                                       .threads = worker_threads()});
  });
}

void matmul_integer(const Call& call) {
  multiply(geometry_of(call.inputs[0].shape(), call.inputs[1].shape(), call.outputs[0]->shape),
           call.inputs[0], call.has(2) ? call.inputs[2] : Operand{}, call.inputs[1],
           call.has(3) ? call.inputs[3] : Operand{}, call.outputs[0]->as<std::int32_t>());
}

void qlinear_matmul(const Call& call) {
  const Operand& b_scale = call.inputs[4];
  Result& y = *call.outputs[0];
  const Geometry g = geometry_of(call.inputs[0].shape(), call.inputs[3].shape(), y.shape);
  std::vector<std::int32_t> sums(size(y.elements()));
  multiply(g, call.inputs[0], call.inputs[2], call.inputs[3], call.inputs[5], sums.data());
  const float a_scale = float_at(call.inputs[1], 0);
  const float y_scale = float_at(call.inputs[6], 0);
  const std::int32_t y_zero = integer_at(call.inputs[7], 0);
  if (b_scale.elements() == 1) {
    return requantise(sums, 0, (a_scale * float_at(b_scale, 0)) / y_scale, y_zero, y, 0);
  }
  for (std::int64_t i = 0; i < y.elements(); ++i) {
    const float multiplier = (a_scale * float_at(b_scale, i % g.n)) / y_scale;
    put(y, i, quantise(static_cast<float>(sums[size(i)]) * multiplier, y_zero, y.type));
  }
}

}  // namespace systole::reference
