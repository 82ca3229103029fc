#include "models/reference/quantise.h"

#include <cmath>

namespace systole::reference {

std::int32_t quantise(float value, std::int32_t zero, DType type) {
  const std::int32_t low = type == DType::kInt8 ? -128 : 0;
  const std::int32_t high = type == DType::kInt8 ? 127 : 255;
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
  } else {
    result.as<std::uint8_t>()[i] = static_cast<std::uint8_t>(value);
  }
}

}  // namespace systole::reference
