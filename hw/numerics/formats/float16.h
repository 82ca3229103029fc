// The 16-bit floats: IEEE 754 binary16 and bfloat16, from and to binary32.
#pragma once

#include <bit>
#include <cstdint>

namespace systole::numerics {

/// The value of a binary16, exactly. NaNs stay NaNs, with their payload's upper bits.
constexpr float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  std::uint32_t exponent = (half >> 10U) & 0x1fU;
  std::uint32_t fraction = half & 0x3ffU;
  if (exponent == 0x1fU) return std::bit_cast<float>(sign | 0x7f800000U | (fraction << 13U));
  if (exponent == 0) {
    if (fraction == 0) return std::bit_cast<float>(sign);
    // Subnormal: fraction * 2^-24, normal as a binary32.
    exponent = 1;
    while ((fraction & 0x400U) == 0) {
      fraction <<= 1U;
      --exponent;  // wraps below 0, and is taken modulo 2^32 again
    }
    fraction &= 0x3ffU;
  }
  return std::bit_cast<float>(sign | ((exponent + 112U) << 23U) | (fraction << 13U));
}

/// To the nearest binary16, ties to even. 65520 and more is infinity; below 2^-14 the results are subnormal.
/// A NaN becomes a quiet one.
constexpr std::uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) {
    return static_cast<std::uint16_t>(sign | 0x7e00U | ((magnitude >> 13U) & 0x3ffU));
  }
  if (magnitude >= 0x477ff000U) return static_cast<std::uint16_t>(sign | 0x7c00U);  // 65520
  // Bits that fall off the end, and what is left before rounding: a carry goes into the exponent by itself.
  std::uint32_t kept = 0;
  std::uint32_t lost = 0;
  std::uint32_t half_way = 0;
  if (magnitude >= 0x38800000U) {  // 2^-14: normal
    kept = (magnitude - 0x38000000U) >> 13U;
    lost = magnitude & 0x1fffU;
    half_way = 0x1000U;
  } else {
    const std::uint32_t exponent = magnitude >> 23U;
    if (exponent < 102U) return static_cast<std::uint16_t>(sign);  // below 2^-25
    const std::uint32_t shift = 126U - exponent;                   // 14 to 24
    const std::uint32_t significand = (magnitude & 0x7fffffU) | 0x800000U;
    kept = significand >> shift;
    lost = significand & ((1U << shift) - 1U);
    half_way = 1U << (shift - 1U);
  }
  if (lost > half_way || (lost == half_way && (kept & 1U) != 0)) ++kept;
  return static_cast<std::uint16_t>(sign | kept);
}

constexpr float bfloat_to_float(std::uint16_t bfloat) {
  return std::bit_cast<float>(std::uint32_t{bfloat} << 16U);
}

/// To the nearest bfloat16, ties to even; overflow to infinity. A NaN becomes a quiet one.
constexpr std::uint16_t float_to_bfloat(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>((bits >> 16U) | 0x40U);
  return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
}

}  // namespace systole::numerics
