#include "models/quantise/arithmetic.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "hw/numerics/formats/packed.h"

namespace systole::quantise {

float scale_of(float max_abs, bool power_of_two, float largest) {
  if (max_abs == 0.0F) return 1.0F;
  const float scale = std::max(max_abs / largest, std::numeric_limits<float>::min());
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

std::int32_t quantise_value(NumberFormat format, float x, float scale) {
  const float value = x / scale;
  if (format == NumberFormat::kBinary) return value < 0.0F ? -1 : 1;
  if (format == NumberFormat::kPowerOfTwo) return numerics::nearest_power_of_two(value);
  const float largest = largest_of(format);
  return static_cast<std::int32_t>(std::nearbyint(std::min(std::max(-largest, value), largest)));
}

float nearest_scale(NumberFormat format, std::span<const float> values, bool power_of_two) {
  const float largest = largest_magnitude(values);
  if (largest == 0.0F) return 1.0F;
  if (format == NumberFormat::kBinary) {
    double sum = 0;
    for (const float x : values) sum += std::fabs(static_cast<double>(x));
    return scale_of(static_cast<float>(sum / static_cast<double>(values.size())), power_of_two, 1.0F);
  }
  float best = 1.0F;
  double least = std::numeric_limits<double>::infinity();
  for (int share = 20; share >= 1; --share) {
    const float scale =
        scale_of(largest * static_cast<float>(share) / 20.0F, power_of_two, largest_of(format));
    double error = 0;
    for (const float x : values) {
      const double difference =
          static_cast<double>(x) -
          static_cast<double>(scale) * static_cast<double>(quantise_value(format, x, scale));
      error += difference * difference;
    }
    if (error < least) {
      least = error;
      best = scale;
    }
  }
  return best;
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
