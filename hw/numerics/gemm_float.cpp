// Float products in one order. Vectorised over columns, which leaves the order of every sum alone.
#include <algorithm>
#include <cstring>

#include "hw/numerics/cpu.h"
#include "hw/numerics/gemm.h"
#include "hw/numerics/gemm_kernels.h"

namespace systole::numerics {

namespace {

using kernels::Tile;

/// V floats in one register.
template <std::size_t V>
struct Vector {
  typedef float Type __attribute__((vector_size(V * sizeof(float))));
};

/// Where one block of C, R x columns, comes from.
struct Block {
  const float* a;
  std::size_t lda;
  const float* b;
  std::size_t ldb;
  float* c;
  std::size_t ldc;
  std::size_t k;
  bool accumulate;
};

/// R rows x (V * W) columns of C, all in registers: R * W sums that do not wait for one another.
template <std::size_t R, std::size_t V, std::size_t W>
SYSTOLE_INLINE void multiply_block(const Block& t) {
  using Vec = typename Vector<V>::Type;
  Vec sum[R][W];
  for (std::size_t i = 0; i < R; ++i) {
    for (std::size_t w = 0; w < W; ++w) {
      sum[i][w] = Vec{};
      if (t.accumulate) std::memcpy(&sum[i][w], t.c + i * t.ldc + w * V, sizeof(Vec));
    }
  }
  const float* b = t.b;
  for (std::size_t p = 0; p < t.k; ++p, b += t.ldb) {
    for (std::size_t w = 0; w < W; ++w) {
      Vec y;
      std::memcpy(&y, b + w * V, sizeof(Vec));
      for (std::size_t i = 0; i < R; ++i) sum[i][w] += y * t.a[i * t.lda + p];
    }
  }
  for (std::size_t i = 0; i < R; ++i) {
    for (std::size_t w = 0; w < W; ++w) std::memcpy(t.c + i * t.ldc + w * V, &sum[i][w], sizeof(Vec));
  }
}

/// All rows of as many blocks of V * W columns as there are from column `n` on; returns the next column.
template <std::size_t V, std::size_t W>
SYSTOLE_INLINE std::size_t multiply_columns(const FloatGemm& g, const Tile& tile, std::size_t n) {
  constexpr std::size_t kRows = 4;
  for (; n + V * W <= tile.n; n += V * W) {
    Block block{g.a, g.lda, g.b + tile.offset + n, tile.ld, g.c + tile.n0 + n, g.ldc, g.k, g.accumulate};
    std::size_t m = 0;
    for (; m + kRows <= g.m; m += kRows) {
      multiply_block<kRows, V, W>(block);
      block.a += kRows * g.lda;
      block.c += kRows * g.ldc;
    }
    for (; m < g.m; ++m) {
      multiply_block<1, V, W>(block);
      block.a += g.lda;
      block.c += g.ldc;
    }
  }
  return n;
}

/// V: floats of this machine's registers. Narrower ones take what is left, single columns the rest.
template <std::size_t V>
SYSTOLE_INLINE void multiply_tile(const FloatGemm& g, const Tile& tile) {
  std::size_t n = multiply_columns<V, 4>(g, tile, 0);
  n = multiply_columns<V, 1>(g, tile, n);
  if constexpr (V > 8) n = multiply_columns<8, 1>(g, tile, n);
  if constexpr (V > 4) n = multiply_columns<4, 1>(g, tile, n);
  multiply_columns<1, 1>(g, tile, n);
}

void multiply_baseline(const FloatGemm& g, const Tile& tile) { multiply_tile<4>(g, tile); }
SYSTOLE_AVX2 void multiply_avx2(const FloatGemm& g, const Tile& tile) { multiply_tile<8>(g, tile); }
SYSTOLE_AVX512 void multiply_avx512(const FloatGemm& g, const Tile& tile) { multiply_tile<16>(g, tile); }

}  // namespace

void gemm(const FloatGemm& g) {
  auto* multiply = &multiply_baseline;
  if (kernels::isa() == kernels::Isa::kAvx2) multiply = &multiply_avx2;
  if (kernels::isa() == kernels::Isa::kAvx512) multiply = &multiply_avx512;
  kernels::for_each_tile(g.b_layout, g.n, g.k, [&](const Tile& tile) { multiply(g, tile); });
}

}  // namespace systole::numerics
