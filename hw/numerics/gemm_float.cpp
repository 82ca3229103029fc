// Float products in one order. Vectorised over columns, which leaves the order of every sum alone.
#include <algorithm>

#include "hw/numerics/gemm.h"
#include "hw/numerics/gemm_kernels.h"

namespace systole::numerics {

namespace {

constexpr std::size_t kRows = 4;      // rows of C at once: their sums do not wait for one another
constexpr std::size_t kColumns = 32;  // columns of C at once

/// R rows x kColumns columns of C, all in registers. The inner loops have constant bounds: the compiler
/// unrolls them into vector operations.
template <std::size_t R>
[[gnu::always_inline]] inline void block(const float* a, std::size_t lda, const float* b, std::size_t ldb,
                                         float* c, std::size_t ldc, std::size_t k, bool accumulate) {
  float sum[R][kColumns];
  for (std::size_t i = 0; i < R; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) sum[i][j] = accumulate ? c[i * ldc + j] : 0.0F;
  }
  for (std::size_t p = 0; p < k; ++p, b += ldb) {
    for (std::size_t i = 0; i < R; ++i) {
      const float x = a[i * lda + p];
      for (std::size_t j = 0; j < kColumns; ++j) sum[i][j] += x * b[j];
    }
  }
  for (std::size_t i = 0; i < R; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) c[i * ldc + j] = sum[i][j];
  }
}

/// One row, fewer than kColumns columns.
[[gnu::always_inline]] inline void edge(const float* a, const float* b, std::size_t ldb, float* c,
                                        std::size_t n, std::size_t k, bool accumulate) {
  float sum[kColumns];
  for (std::size_t j = 0; j < n; ++j) sum[j] = accumulate ? c[j] : 0.0F;
  for (std::size_t p = 0; p < k; ++p, b += ldb) {
    const float x = a[p];
    for (std::size_t j = 0; j < n; ++j) sum[j] += x * b[j];
  }
  std::copy_n(sum, n, c);
}

[[gnu::always_inline]] inline void multiply_tile(const FloatGemm& g, const kernels::Tile& tile) {
  const float* b = g.b + tile.offset;
  for (std::size_t n = 0; n < tile.n; n += kColumns) {
    const std::size_t columns = std::min(kColumns, tile.n - n);
    float* c = g.c + tile.n0 + n;
    std::size_t m = 0;
    if (columns == kColumns) {
      for (; m + kRows <= g.m; m += kRows) {
        block<kRows>(g.a + m * g.lda, g.lda, b + n, tile.ld, c + m * g.ldc, g.ldc, g.k, g.accumulate);
      }
      for (; m < g.m; ++m) {
        block<1>(g.a + m * g.lda, g.lda, b + n, tile.ld, c + m * g.ldc, g.ldc, g.k, g.accumulate);
      }
    }
    for (; m < g.m; ++m) {
      edge(g.a + m * g.lda, b + n, tile.ld, c + m * g.ldc, columns, g.k, g.accumulate);
    }
  }
}

}  // namespace

void gemm(const FloatGemm& g) {
  kernels::for_each_tile(g.b_layout, g.n, g.k, [&](const kernels::Tile& tile) { multiply_tile(g, tile); });
}

}  // namespace systole::numerics
