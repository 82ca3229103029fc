#include "hw/numerics/formats/format_gemm.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "hw/numerics/cpu.h"
#include "hw/numerics/dispatch.h"
#include "hw/numerics/gemm.h"

namespace systole::numerics {

namespace {

constexpr bool is_byte(DType type) { return type == DType::kInt8 || type == DType::kUInt8; }

/// Differences to the zero points, which 16 bits hold.
void widen(const void* values, DType type, std::size_t count, std::int32_t zero, std::int16_t* out) {
  visit_type(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (sizeof(T) <= 2) {
      const T* const from = static_cast<const T*>(values);
      for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::int16_t>(from[i] - zero);
    }
  });
}

template <typename Acc>
std::vector<std::int16_t> wide_a(const FormatGemm<Acc>& g) {
  std::vector<std::int16_t> wide(g.m * g.k);
  for (std::size_t m = 0; m < g.m; ++m) {
    const auto* row = static_cast<const std::byte*>(g.a) + m * g.lda * size_of(g.a_type);
    widen(row, g.a_type, g.k, g.a_zero, wide.data() + m * g.k);
  }
  return wide;
}

template <typename Acc>
std::vector<std::int16_t> wide_b(const FormatGemm<Acc>& g) {
  std::vector<std::int16_t> zeros(g.n, static_cast<std::int16_t>(g.b_zero_table != nullptr ? 0 : g.b_zero));
  if (g.b_zero_table != nullptr) widen(g.b_zero_table, g.b_type, g.n, 0, zeros.data());
  std::vector<std::int16_t> wide(g.k * g.n);
  for (std::size_t k = 0; k < g.k; ++k) {
    const auto* row = static_cast<const std::byte*>(g.b) + k * g.ldb * size_of(g.b_type);
    std::int16_t* const to = wide.data() + k * g.n;
    widen(row, g.b_type, g.n, 0, to);
    for (std::size_t j = 0; j < g.n; ++j) to[j] = static_cast<std::int16_t>(to[j] - zeros[j]);
  }
  return wide;
}

/// sums[j] += x * b[j], modulo 2^bits of the sum.
template <typename Sum>
SYSTOLE_INLINE void add_products(std::int16_t x, const std::int16_t* b, std::size_t n, Sum* sums) {
  for (std::size_t j = 0; j < n; ++j) {
    sums[j] += static_cast<Sum>(static_cast<std::int64_t>(std::int32_t{x} * std::int32_t{b[j]}));
  }
}
template <typename Sum>
void add_baseline(std::int16_t x, const std::int16_t* b, std::size_t n, Sum* sums) {
  add_products(x, b, n, sums);
}
template <typename Sum>
SYSTOLE_AVX2 void add_avx2(std::int16_t x, const std::int16_t* b, std::size_t n, Sum* sums) {
  add_products(x, b, n, sums);
}

template <typename Acc>
void add_saturating(std::int16_t x, const std::int16_t* b, std::size_t n, unsigned bits, Acc* sums) {
  const std::int64_t high = hold(std::numeric_limits<std::int64_t>::max(), bits, Overflow::kSaturate);
  const std::int64_t low = -high - 1;
  for (std::size_t j = 0; j < n; ++j) {
    const std::int64_t sum = std::int64_t{sums[j]} + std::int32_t{x} * std::int32_t{b[j]};
    sums[j] = static_cast<Acc>(std::min(std::max(sum, low), high));
  }
}

template <typename Acc>
void multiply_wide(const FormatGemm<Acc>& g) {
  using Sum = std::make_unsigned_t<Acc>;
  const std::vector<std::int16_t> a = wide_a(g);
  const std::vector<std::int16_t> b = wide_b(g);
  const bool avx2 = kernels::isa() != kernels::Isa::kBaseline;
  for (std::size_t m = 0; m < g.m; ++m) {
    Acc* const c = g.c + m * g.ldc;
    if (!g.accumulate) std::fill_n(c, g.n, Acc{0});
    for (std::size_t k = 0; k < g.k; ++k) {
      const std::int16_t x = a[m * g.k + k];
      if (x == 0) continue;
      const std::int16_t* const row = b.data() + k * g.n;
      if (g.overflow == Overflow::kSaturate) {
        add_saturating(x, row, g.n, g.bits, c);
      } else if (avx2) {
        add_avx2(x, row, g.n, reinterpret_cast<Sum*>(c));
      } else {
        add_baseline(x, row, g.n, reinterpret_cast<Sum*>(c));
      }
    }
  }
}

/// Operands of a byte, by the fast kernels.
void multiply_bytes(const FormatGemm<std::int32_t>& g) {
  gemm(IntGemm{.m = g.m,
               .n = g.n,
               .k = g.k,
               .a = g.a,
               .a_type = g.a_type,
               .lda = g.lda,
               .a_zero = g.a_zero,
               .b = g.b,
               .b_type = g.b_type,
               .b_layout = BLayout::row_major(g.ldb),
               .b_zero = g.b_zero,
               .b_zero_table = g.b_zero_table,
               .c = g.c,
               .ldc = g.ldc,
               .accumulate = g.accumulate});
}

template <typename Acc>
void wrap(const FormatGemm<Acc>& g) {
  if (g.overflow == Overflow::kSaturate || g.bits >= 8 * sizeof(Acc)) return;
  for (std::size_t m = 0; m < g.m; ++m) {
    Acc* const c = g.c + m * g.ldc;
    for (std::size_t j = 0; j < g.n; ++j) c[j] = static_cast<Acc>(hold(c[j], g.bits, Overflow::kWrap));
  }
}

}  // namespace

void gemm(const FormatGemm<std::int32_t>& g) {
  if (g.overflow == Overflow::kWrap && is_byte(g.a_type) && is_byte(g.b_type)) {
    multiply_bytes(g);
  } else {
    multiply_wide(g);
  }
  wrap(g);
}

void gemm(const FormatGemm<std::int64_t>& g) {
  multiply_wide(g);
  wrap(g);
}

}  // namespace systole::numerics
