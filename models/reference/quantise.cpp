#include "models/reference/quantise.h"

#include <cmath>
#include <limits>

namespace systole::reference {

std::int32_t quantise(float value, std::int32_t zero, DType type) {
  const std::int32_t low = type == DType::kInt16 ? -32768 : type == DType::kInt8 ? -128 : 0;
  const std::int32_t high = type == DType::kInt16 ? 32767 : type == DType::kInt8 ? 127 : 255;
  if (std::isnan(value)) return zero;
  const float rounded = std::nearbyint(value);  // the default mode: halves to even
  // Compare before converting: the float may be far outside of int32.
  if (rounded <= static_cast<float>(low - zero)) return low;
  if (rounded >= static_cast<float>(high - zero)) return high;
  return static_cast<std::int32_t>(rounded) + zero;
}

std::int32_t integer_at(const Operand& operand, std::int64_t i) {
  if (!operand.given()) return 0;
  const std::int64_t index = operand.elements() == 1 ? 0 : i;
  switch (operand.type()) {
    case DType::kInt8:
      return operand.as<std::int8_t>()[index];
    case DType::kUInt8:
      return operand.as<std::uint8_t>()[index];
    case DType::kInt16:
      return operand.as<std::int16_t>()[index];
    default:
      return operand.as<std::int32_t>()[index];
  }
}

float float_at(const Operand& operand, std::int64_t i) {
  return operand.as<float>()[operand.elements() == 1 ? 0 : i];
}

void put(Result& result, std::int64_t i, std::int32_t value) {
  if (result.type == DType::kInt8) {
    result.as<std::int8_t>()[i] = static_cast<std::int8_t>(value);
  } else if (result.type == DType::kInt16) {
    result.as<std::int16_t>()[i] = static_cast<std::int16_t>(value);
  } else {
    result.as<std::uint8_t>()[i] = static_cast<std::uint8_t>(value);
  }
}

namespace {

// The same as quantise(), in a form that becomes vector instructions: the value is clamped before it is
// rounded (the bounds are integers, so that the order does not matter), and rounded by an addition that
// leaves no bits for a fraction.
template <typename T>
void requantise_as(std::span<const std::int32_t> sums, std::int32_t bias, float multiplier, std::int32_t zero,
                   T* out) {
  constexpr float kNoFraction = 12582912.0F;  // 1.5 * 2^23
  const auto low = static_cast<float>(std::numeric_limits<T>::min() - zero);
  const auto high = static_cast<float>(std::numeric_limits<T>::max() - zero);
  const std::int32_t* sum = sums.data();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto total =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(sum[i]) + static_cast<std::uint32_t>(bias));
    float value = static_cast<float>(total) * multiplier;
    value = value == value ? value : 0.0F;  // NaN, of a scale that is too large
    value = value < low ? low : value;
    value = value > high ? high : value;
    const float rounded = (value + kNoFraction) - kNoFraction;
    out[i] = static_cast<T>(static_cast<std::int32_t>(rounded) + zero);
  }
}

}  // namespace

void requantise(std::span<const std::int32_t> sums, std::int32_t bias, float multiplier, std::int32_t zero,
                Result& result, std::int64_t first) {
  if (result.type == DType::kInt8) {
    requantise_as(sums, bias, multiplier, zero, result.as<std::int8_t>() + first);
  } else if (result.type == DType::kInt16) {
    requantise_as(sums, bias, multiplier, zero, result.as<std::int16_t>() + first);
  } else {
    requantise_as(sums, bias, multiplier, zero, result.as<std::uint8_t>() + first);
  }
}

}  // namespace systole::reference
