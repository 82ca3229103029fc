// The number formats of the matrix engine's operands: what its multipliers take, and how packed weights stand
// in memory. A tensor's element type is a DType; a format may be narrower than the element that holds it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "hw/base/dtype.h"

namespace systole {

/// The values are part of the descriptor ABI (sgb_matrix.a_type, b_type: SGB_TYPE_*): append only. Those that
/// a DType has too have its value.
enum class NumberFormat : std::uint8_t {
  kInt8 = 1,
  kUInt8 = 2,
  kFloat32 = 4,
  kInt16 = 7,
  kFloat16 = 8,      ///< IEEE 754 binary16
  kBFloat16 = 9,     ///< the upper half of a binary32
  kInt4 = 10,        ///< -8 .. 7
  kInt2 = 11,        ///< -2 .. 1
  kTernary = 12,     ///< -1, 0, 1 in two bits
  kBinary = 13,      ///< -1, 1 in one bit
  kPowerOfTwo = 14,  ///< 0, +-1, +-2, ... +-64 in four bits: a sign and an exponent (0: the value 0)
};

struct FormatTraits {
  NumberFormat format;
  std::string_view name;
  unsigned bits;  ///< of an operand, and of a packed weight
  bool is_float;
  DType element;     ///< holds an unpacked value: what activations of this format stand as
  std::int32_t min;  ///< integers: the least and the greatest value
  std::int32_t max;
};

inline constexpr std::array<FormatTraits, 11> kFormats{{
    {NumberFormat::kInt8, "int8", 8, false, DType::kInt8, -128, 127},
    {NumberFormat::kUInt8, "uint8", 8, false, DType::kUInt8, 0, 255},
    {NumberFormat::kFloat32, "fp32", 32, true, DType::kFloat32, 0, 0},
    {NumberFormat::kInt16, "int16", 16, false, DType::kInt16, -32768, 32767},
    {NumberFormat::kFloat16, "fp16", 16, true, DType::kFloat32, 0, 0},
    {NumberFormat::kBFloat16, "bf16", 16, true, DType::kFloat32, 0, 0},
    {NumberFormat::kInt4, "int4", 4, false, DType::kInt8, -8, 7},
    {NumberFormat::kInt2, "int2", 2, false, DType::kInt8, -2, 1},
    {NumberFormat::kTernary, "ternary", 2, false, DType::kInt8, -1, 1},
    {NumberFormat::kBinary, "binary", 1, false, DType::kInt8, -1, 1},
    {NumberFormat::kPowerOfTwo, "pow2", 4, false, DType::kInt8, -64, 64},
}};

constexpr const FormatTraits& traits_of(NumberFormat format) {
  for (const FormatTraits& traits : kFormats) {
    if (traits.format == format) return traits;
  }
  return kFormats[0];
}

constexpr std::string_view name_of(NumberFormat format) { return traits_of(format).name; }
constexpr bool is_float(NumberFormat format) { return traits_of(format).is_float; }

/// The format with this ABI value, or nullopt: descriptors come from outside.
constexpr std::optional<NumberFormat> format_from_abi(std::uint8_t value) {
  for (const FormatTraits& traits : kFormats) {
    if (static_cast<std::uint8_t>(traits.format) == value) return traits.format;
  }
  return std::nullopt;
}

/// The format of a tensor's own elements, or nullopt: nothing multiplies them.
constexpr std::optional<NumberFormat> format_of(DType type) {
  return format_from_abi(static_cast<std::uint8_t>(type));
}

}  // namespace systole
