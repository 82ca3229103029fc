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

/// Whether int8 or uint8 has this value.
[[nodiscard]] constexpr bool fits(DType byte_type, std::int32_t value) {
  return byte_type == DType::kInt8 ? value >= -128 && value <= 127 : value >= 0 && value <= 255;
}

}  // namespace systole::engine
