// Integer products by plain loops: for small operands, for machines on which oneDNN is not exact, and as what
// oneDNN's self test is held against.
#include <algorithm>

#include "hw/numerics/cpu.h"
#include "hw/numerics/gemm.h"
#include "hw/numerics/gemm_kernels.h"

namespace systole::numerics {

namespace {

using kernels::Tile;

// Sums are unsigned: they wrap modulo 2^32, and are defined to.
constexpr std::size_t kColumns = 16;  // sums at once, in registers

/// The `count` <= kColumns sums of one row from column `n` of the tile on. A constant count is unrolled.
template <typename A, typename B>
SYSTOLE_INLINE void multiply_row(const A* a, std::uint32_t a_zero, const B* b, std::size_t ldb,
                                 const std::uint32_t* b_zero, std::size_t k, std::size_t count,
                                 std::uint32_t* sum) {
  for (std::size_t p = 0; p < k; ++p, b += ldb) {
    const std::uint32_t x = static_cast<std::uint32_t>(a[p]) - a_zero;
    for (std::size_t j = 0; j < count; ++j) sum[j] += x * (static_cast<std::uint32_t>(b[j]) - b_zero[j]);
  }
}

template <typename A, typename B>
SYSTOLE_INLINE void multiply_tile(const IntGemm& g, const Tile& tile) {
  const auto* zeros = static_cast<const B*>(g.b_zero_table);
  for (std::size_t n = 0; n < tile.n; n += kColumns) {
    const std::size_t columns = std::min(kColumns, tile.n - n);
    const B* b = static_cast<const B*>(g.b) + tile.offset + n;
    std::uint32_t b_zero[kColumns] = {};
    for (std::size_t j = 0; j < columns; ++j) {
      b_zero[j] = static_cast<std::uint32_t>(zeros != nullptr ? zeros[tile.n0 + n + j] : g.b_zero);
    }
    for (std::size_t m = 0; m < g.m; ++m) {
      const A* a = static_cast<const A*>(g.a) + m * g.lda;
      std::int32_t* c = g.c + m * g.ldc + tile.n0 + n;
      std::uint32_t sum[kColumns] = {};
      if (g.accumulate) std::copy_n(c, columns, sum);
      const auto a_zero = static_cast<std::uint32_t>(g.a_zero);
      if (columns == kColumns) {
        multiply_row(a, a_zero, b, tile.ld, b_zero, g.k, kColumns, sum);
      } else {
        multiply_row(a, a_zero, b, tile.ld, b_zero, g.k, columns, sum);
      }
      std::copy_n(sum, columns, c);
    }
  }
}

template <typename A, typename B>
void multiply_baseline(const IntGemm& g, const Tile& tile) {
  multiply_tile<A, B>(g, tile);
}
template <typename A, typename B>
SYSTOLE_AVX2 void multiply_avx2(const IntGemm& g, const Tile& tile) {
  multiply_tile<A, B>(g, tile);
}
template <typename A, typename B>
SYSTOLE_AVX512 void multiply_avx512(const IntGemm& g, const Tile& tile) {
  multiply_tile<A, B>(g, tile);
}

template <typename A, typename B>
void multiply(const IntGemm& g) {
  auto* tile_product = &multiply_baseline<A, B>;
  if (kernels::isa() == kernels::Isa::kAvx2) tile_product = &multiply_avx2<A, B>;
  if (kernels::isa() == kernels::Isa::kAvx512) tile_product = &multiply_avx512<A, B>;
  kernels::for_each_tile(g.b_layout, g.n, g.k, [&](const Tile& tile) { tile_product(g, tile); });
}

}  // namespace

void gemm_portable(const IntGemm& g) {
  const bool a_signed = kernels::is_signed(g.a_type);
  const bool b_signed = kernels::is_signed(g.b_type);
  if (a_signed && b_signed) return multiply<std::int8_t, std::int8_t>(g);
  if (a_signed) return multiply<std::int8_t, std::uint8_t>(g);
  if (b_signed) return multiply<std::uint8_t, std::int8_t>(g);
  return multiply<std::uint8_t, std::uint8_t>(g);
}

}  // namespace systole::numerics
