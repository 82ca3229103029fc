#include "hw/numerics/gemm_float_panel.h"

#include <cstring>

#include "hw/numerics/cpu.h"

namespace systole::numerics::kernels {

namespace {

/// V floats in one register.
template <std::size_t V>
struct Vector {
  typedef float Type __attribute__((vector_size(V * sizeof(float))));
};

/// R rows x (V * W) columns of C, all in registers: R * W sums that do not wait for one another. A sum and
/// the next product are 4 cycles each on today's cores, two units wide: 8 sums keep them busy.
template <std::size_t R, std::size_t V, std::size_t W>
SYSTOLE_INLINE void multiply_rows(const PanelProduct& p, const float* a, float* c) {
  using Vec = typename Vector<V>::Type;
  Vec sum[R][W];
  for (std::size_t i = 0; i < R; ++i) {
    for (std::size_t w = 0; w < W; ++w) {
      sum[i][w] = Vec{};
      if (p.accumulate) std::memcpy(&sum[i][w], c + i * p.ldc + w * V, sizeof(Vec));
    }
  }
  const float* b = p.b;
  for (std::size_t k = 0; k < p.k; ++k, b += p.ldb) {
    Vec y[W];
    for (std::size_t w = 0; w < W; ++w) std::memcpy(&y[w], b + w * V, sizeof(Vec));
    for (std::size_t i = 0; i < R; ++i) {
      for (std::size_t w = 0; w < W; ++w) sum[i][w] += y[w] * a[i * p.lda + k];
    }
  }
  for (std::size_t i = 0; i < R; ++i) {
    for (std::size_t w = 0; w < W; ++w) std::memcpy(c + i * p.ldc + w * V, &sum[i][w], sizeof(Vec));
  }
}

/// R: rows at a time, as the registers allow; what is left by 4, 2 and 1.
template <std::size_t R, std::size_t V, std::size_t W>
SYSTOLE_INLINE void multiply_panel(const PanelProduct& p) {
  std::size_t m = 0;
  for (; m + R <= p.m; m += R) multiply_rows<R, V, W>(p, p.a + m * p.lda, p.c + m * p.ldc);
  if constexpr (R > 4) {
    for (; m + 4 <= p.m; m += 4) multiply_rows<4, V, W>(p, p.a + m * p.lda, p.c + m * p.ldc);
  }
  for (; m + 2 <= p.m; m += 2) multiply_rows<2, V, W>(p, p.a + m * p.lda, p.c + m * p.ldc);
  for (; m < p.m; ++m) multiply_rows<1, V, W>(p, p.a + m * p.lda, p.c + m * p.ldc);
}

void narrow_baseline(const PanelProduct& p) { multiply_panel<4, 4, 1>(p); }
void wide_baseline(const PanelProduct& p) { multiply_panel<4, 4, 2>(p); }
SYSTOLE_AVX2 void narrow_avx2(const PanelProduct& p) { multiply_panel<4, 8, 1>(p); }
SYSTOLE_AVX2 void wide_avx2(const PanelProduct& p) { multiply_panel<4, 8, 2>(p); }
SYSTOLE_AVX512 void narrow_avx512(const PanelProduct& p) { multiply_panel<8, 16, 1>(p); }
SYSTOLE_AVX512 void wide_avx512(const PanelProduct& p) { multiply_panel<8, 16, 2>(p); }

constexpr FloatKernel kBaseline{4, narrow_baseline, wide_baseline};
constexpr FloatKernel kAvx2{8, narrow_avx2, wide_avx2};
constexpr FloatKernel kAvx512{16, narrow_avx512, wide_avx512};

}  // namespace

const FloatKernel& float_kernel(Isa isa) {
  if (isa == Isa::kAvx512) return kAvx512;
  return isa == Isa::kAvx2 ? kAvx2 : kBaseline;
}

}  // namespace systole::numerics::kernels
