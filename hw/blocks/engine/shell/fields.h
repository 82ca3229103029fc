// Checks that the decoders of all engines share. Descriptors come from the guest: nothing here asserts.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "hw/base/dtype.h"

namespace systole::engine {

/// An operand cannot be larger than the largest scratchpad of the memory map.
inline constexpr std::uint64_t kMaxOperandBytes = std::uint64_t{1} << 28U;

/// The product, or nullopt if a factor is 0 or the product is above `limit`.
[[nodiscard]] std::optional<std::uint64_t> product(std::initializer_list<std::uint64_t> factors,
                                                   std::uint64_t limit);

[[nodiscard]] constexpr bool is_byte(DType type) { return type == DType::kInt8 || type == DType::kUInt8; }

/// The integers that quantised tensors are made of.
[[nodiscard]] constexpr bool is_quantised(DType type) { return is_byte(type) || type == DType::kInt16; }

/// Whether int8, uint8 or int16 has this value.
[[nodiscard]] constexpr bool fits(DType type, std::int32_t value) {
  if (type == DType::kInt16) return value >= -32768 && value <= 32767;
  return type == DType::kInt8 ? value >= -128 && value <= 127 : value >= 0 && value <= 255;
}

}  // namespace systole::engine
