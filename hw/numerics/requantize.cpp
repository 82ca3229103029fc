#include "hw/numerics/requantize.h"

#include <algorithm>
#include <limits>

#include "hw/numerics/cpu.h"

namespace systole::numerics {

namespace {

// round_to<T> and a clip without branches. What lies beyond +-2^20 saturates with any zero point of a type of
// 8 or 16 bits, so it may be cut there before it is rounded; below 2^22 adding 1.5 * 2^23 rounds to an even
// integer.
template <typename T>
SYSTOLE_INLINE T finish(float x, std::int32_t zero, std::int32_t low, std::int32_t high) {
  constexpr float kFar = 1048576.0F;
  constexpr float kRound = 12582912.0F;
  x = x == x ? x : 0.0F;
  x = x < -kFar ? -kFar : x;
  x = kFar < x ? kFar : x;
  std::int32_t q = static_cast<std::int32_t>((x + kRound) - kRound) + zero;
  static_assert(sizeof(T) <= 2);
  constexpr std::int32_t kMin = +std::numeric_limits<T>::min();
  constexpr std::int32_t kMax = +std::numeric_limits<T>::max();
  q = q < kMin ? kMin : q;
  q = kMax < q ? kMax : q;
  q = q < low ? low : q;
  q = high < q ? high : q;
  q = q < kMin ? kMin : q;
  q = kMax < q ? kMax : q;
  return static_cast<T>(q);
}

template <typename T>
SYSTOLE_INLINE float real(T x, const QuantParams& params) {
  const auto difference =
      static_cast<std::uint32_t>(static_cast<std::int32_t>(x)) - static_cast<std::uint32_t>(params.zero);
  return static_cast<float>(static_cast<std::int32_t>(difference)) * params.scale;
}

template <typename T>
SYSTOLE_INLINE void requantize_loop(const std::int32_t* acc, const float* multipliers, const RowRange& range,
                                    T* out, std::size_t count) {
  const RowRange r = range;
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = finish<T>(static_cast<float>(acc[i]) * multipliers[i], r.zero, r.low, r.high);
  }
}

template <typename T>
SYSTOLE_INLINE void add_loop(const T* a, const QuantParams& a_params, const T* b, const QuantParams& b_params,
                             float out_scale, const RowRange& range, T* out, std::size_t count) {
  const RowRange r = range;
  const QuantParams pa = a_params;
  const QuantParams pb = b_params;
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = finish<T>((real(a[i], pa) + real(b[i], pb)) / out_scale, r.zero, r.low, r.high);
  }
}

// NOLINTBEGIN(bugprone-macro-parentheses): an attribute has none
#define SYSTOLE_ROW_KERNELS(SUFFIX, ATTRIBUTE)                                                             \
  template <typename T>                                                                                    \
  ATTRIBUTE void requantize_##SUFFIX(const std::int32_t* acc, const float* multipliers,                    \
                                     const RowRange& range, T* out, std::size_t count) {                   \
    requantize_loop(acc, multipliers, range, out, count);                                                  \
  }                                                                                                        \
  template <typename T>                                                                                    \
  ATTRIBUTE void add_##SUFFIX(const T* a, const QuantParams& a_params, const T* b,                         \
                              const QuantParams& b_params, float out_scale, const RowRange& range, T* out, \
                              std::size_t count) {                                                         \
    add_loop(a, a_params, b, b_params, out_scale, range, out, count);                                      \
  }

// NOLINTEND(bugprone-macro-parentheses)
SYSTOLE_ROW_KERNELS(baseline, )
SYSTOLE_ROW_KERNELS(avx2, SYSTOLE_AVX2)
SYSTOLE_ROW_KERNELS(avx512, SYSTOLE_AVX512)
#undef SYSTOLE_ROW_KERNELS

}  // namespace

template <Quantised T>
void requantize_row(const std::int32_t* acc, const float* multipliers, const RowRange& range, T* out,
                    std::size_t count) {
  switch (kernels::isa()) {
    case kernels::Isa::kAvx512:
      return requantize_avx512(acc, multipliers, range, out, count);
    case kernels::Isa::kAvx2:
      return requantize_avx2(acc, multipliers, range, out, count);
    case kernels::Isa::kBaseline:
      return requantize_baseline(acc, multipliers, range, out, count);
  }
}

template <Quantised T>
void add_row(const T* a, QuantParams a_params, const T* b, QuantParams b_params, float out_scale,
             const RowRange& range, T* out, std::size_t count) {
  switch (kernels::isa()) {
    case kernels::Isa::kAvx512:
      return add_avx512(a, a_params, b, b_params, out_scale, range, out, count);
    case kernels::Isa::kAvx2:
      return add_avx2(a, a_params, b, b_params, out_scale, range, out, count);
    case kernels::Isa::kBaseline:
      return add_baseline(a, a_params, b, b_params, out_scale, range, out, count);
  }
}

template void requantize_row(const std::int32_t*, const float*, const RowRange&, std::int8_t*, std::size_t);
template void requantize_row(const std::int32_t*, const float*, const RowRange&, std::uint8_t*, std::size_t);
template void requantize_row(const std::int32_t*, const float*, const RowRange&, std::int16_t*, std::size_t);
template void add_row(const std::int16_t*, QuantParams, const std::int16_t*, QuantParams, float,
                      const RowRange&, std::int16_t*, std::size_t);
template void add_row(const std::int8_t*, QuantParams, const std::int8_t*, QuantParams, float,
                      const RowRange&, std::int8_t*, std::size_t);
template void add_row(const std::uint8_t*, QuantParams, const std::uint8_t*, QuantParams, float,
                      const RowRange&, std::uint8_t*, std::size_t);

}  // namespace systole::numerics
