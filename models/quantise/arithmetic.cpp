#include "models/quantise/arithmetic.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace systole::quantise {

float scale_of(float max_abs, bool power_of_two) {
  if (max_abs == 0.0F) return 1.0F;
  const float scale = std::max(max_abs / kLargestInteger, std::numeric_limits<float>::min());
  if (!power_of_two) return scale;
  int exponent = 0;
  const float fraction = std::frexp(scale, &exponent);  // scale = fraction x 2^exponent, fraction in [0.5, 1)
  return std::ldexp(1.0F, fraction == 0.5F ? exponent - 1 : exponent);
}

float largest_magnitude(std::span<const float> values) {
  // The bits of magnitudes are ordered as the magnitudes are, infinity and NaN above all.
  std::int32_t largest = 0;
  for (const float x : values) largest = std::max(largest, std::bit_cast<std::int32_t>(x) & 0x7fffffff);
  return std::bit_cast<float>(largest);
}

void quantise_values(std::span<const float> values, float scale, std::int8_t* out) {
  // A NaN, which nobody should bring, becomes the lowest integer: std::max keeps its first operand then.
  // Adding 1.5 x 2^23 pushes the fraction out of the significand, where the addition rounds to even.
  constexpr float kIntegersOnly = 12582912.0F;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float bounded = std::min(std::max(-kLargestInteger, values[i] / scale), kLargestInteger);
    out[i] = static_cast<std::int8_t>(static_cast<std::int32_t>((bounded + kIntegersOnly) - kIntegersOnly));
  }
}

std::int8_t quantise_value(float x, float scale) {
  std::int8_t result = 0;
  quantise_values({&x, 1}, scale, &result);
  return result;
}

std::int32_t quantise_bias(float bias, float x_scale, float w_scale) {
  constexpr double kLimit = std::numeric_limits<std::int32_t>::max();
  const double exact =
      static_cast<double>(bias) / (static_cast<double>(x_scale) * static_cast<double>(w_scale));
  return static_cast<std::int32_t>(std::clamp(std::nearbyint(exact), -kLimit, kLimit));
}

float smallest_scale_for_bias(float bias, float x_scale) {
  constexpr double kRoom = 536870912.0;  // 2^29
  return static_cast<float>(std::abs(static_cast<double>(bias)) / (static_cast<double>(x_scale) * kRoom));
}

}  // namespace systole::quantise
