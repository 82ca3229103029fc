// Portable integer products: the fallback, and what oneDNN's self test is held against.
#include "hw/base/assert.h"
#include "hw/numerics/gemm.h"
#include "hw/numerics/gemm_kernels.h"

namespace systole::numerics {

namespace {

using kernels::Tile;

/// acc[j] += a * (b[j] - zero[j]) for one row of a tile, modulo 2^32.
template <typename B>
void add_row(std::uint32_t* acc, std::uint32_t a, const B* b, const B* zero_table, std::uint32_t zero,
             std::size_t n) {
  if (zero_table != nullptr) {
    for (std::size_t j = 0; j < n; ++j) {
      acc[j] += a * (static_cast<std::uint32_t>(b[j]) - static_cast<std::uint32_t>(zero_table[j]));
    }
  } else {
    for (std::size_t j = 0; j < n; ++j) acc[j] += a * (static_cast<std::uint32_t>(b[j]) - zero);
  }
}

template <typename A, typename B>
void multiply(const IntGemm& g) {
  const auto* a = static_cast<const A*>(g.a);
  const auto* b = static_cast<const B*>(g.b);
  const auto* zeros = static_cast<const B*>(g.b_zero_table);
  kernels::for_each_tile(g.b_layout, g.n, g.k, [&](const Tile& tile) {
    for (std::size_t m = 0; m < g.m; ++m) {
      // Unsigned arithmetic: overflow wraps, and is defined to.
      auto* acc = reinterpret_cast<std::uint32_t*>(g.c + m * g.ldc + tile.n0);
      if (!g.accumulate) std::fill_n(acc, tile.n, 0U);
      for (std::size_t k = 0; k < g.k; ++k) {
        const std::uint32_t value =
            static_cast<std::uint32_t>(a[m * g.lda + k]) - static_cast<std::uint32_t>(g.a_zero);
        add_row(acc, value, b + tile.offset + k * tile.ld, zeros != nullptr ? zeros + tile.n0 : nullptr,
                static_cast<std::uint32_t>(g.b_zero), tile.n);
      }
    }
  });
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
