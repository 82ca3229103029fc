// Rounding, saturation and (re)quantisation: the scalar arithmetic that all engines share.
//
// Sources: ONNX QuantizeLinear, DequantizeLinear, QLinearConv (round half to even, saturate).
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace systole::numerics {

/// The 8-bit integers that quantised tensors are made of.
template <typename T>
concept Int8Like = std::same_as<T, std::int8_t> || std::same_as<T, std::uint8_t>;
/// These and the 16-bit one.
template <typename T>
concept Quantised = Int8Like<T> || std::same_as<T, std::int16_t>;

/// The nearest integer as a float, ties to even; NaN and infinities are themselves. Equal to std::nearbyint
/// in the default rounding mode, but inline and vectorisable: adding 2^23 pushes the fraction out of the
/// significand, where the addition itself rounds to even.
inline float round_half_even(float x) {
  constexpr float kIntegersOnly = 8388608.0F;  // 2^23: floats from here on have no fraction
  const float magic = std::copysign(kIntegersOnly, x);
  const float rounded = std::copysign((x + magic) - magic, x);
  return std::fabs(x) < kIntegersOnly ? rounded : x;
}

/// False for integers.
template <typename T>
constexpr bool is_nan(T x) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::isnan(x);
  } else {
    return false;
  }
}

/// The nearest value of T.
template <std::integral T>
constexpr T saturate(std::int64_t value) {
  return static_cast<T>(
      std::clamp<std::int64_t>(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

/// saturate(round_half_even(x) + zero); zero in the range of T. NaN gives the zero point.
template <Quantised T>
T round_to(float x, std::int32_t zero) {
  // Clamped before the conversion, which could not represent the value otherwise. The limit is the largest
  // float below 2^31: far beyond what a zero point could bring back into the range of T.
  constexpr float kLimit = 2147483520.0F;
  const float rounded = round_half_even(x);
  const float finite = is_nan(rounded) ? 0.0F : std::min(std::max(rounded, -kLimit), kLimit);
  return saturate<T>(static_cast<std::int64_t>(static_cast<std::int32_t>(finite)) + zero);
}

/// An int32 accumulator as an 8- or 16-bit result: m = (a_scale * b_scale) / y_scale.
template <Quantised T>
T requantize(std::int32_t acc, float m, std::int32_t zero) {
  return round_to<T>(static_cast<float>(acc) * m, zero);
}

template <Quantised T>
T quantize(float x, float scale, std::int32_t zero) {
  return round_to<T>(x / scale, zero);
}

/// (x - zero) * scale; the difference wraps like the int32 hardware that computes it.
template <std::integral T>
float dequantize(T x, float scale, std::int32_t zero) {
  const auto difference =
      static_cast<std::uint32_t>(static_cast<std::int32_t>(x)) - static_cast<std::uint32_t>(zero);
  return static_cast<float>(static_cast<std::int32_t>(difference)) * scale;
}

}  // namespace systole::numerics
