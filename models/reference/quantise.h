// Rounding and saturation of quantised numbers. Private to models/reference.
#pragma once

#include <cstdint>
#include <span>

#include "hw/base/dtype.h"
#include "models/reference/operands.h"

namespace systole::reference {

/// saturate(round_half_even(value) + zero) to int8, uint8 or int16; NaN becomes the zero point.
std::int32_t quantise(float value, std::int32_t zero, DType type);

/// Element i of an int8, uint8, int16 or int32 tensor. An absent tensor, as zero points may be, reads as 0. A
/// tensor of one element repeats.
std::int32_t integer_at(const Operand& operand, std::int64_t i);
/// Element i of a float tensor; a tensor of one element repeats.
float float_at(const Operand& operand, std::int64_t i);
/// Writes an int8, uint8 or int16 element.
void put(Result& result, std::int64_t i, std::int32_t value);

/// Writes quantise(float(sums[i] + bias) * multiplier, zero) from element `first` of the result on.
void requantise(std::span<const std::int32_t> sums, std::int32_t bias, float multiplier, std::int32_t zero,
                Result& result, std::int64_t first);

}  // namespace systole::reference
