// Element types of tensors, shared by the descriptor ABI, the numerics and the network side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace systole {

/// The values are part of the descriptor ABI (hw/abi/descriptor.h, SGB_TYPE_*): append only.
enum class DType : std::uint8_t {
  kInt8 = 1,
  kUInt8 = 2,
  kInt32 = 3,
  kFloat32 = 4,
  kInt64 = 5,
  kBool = 6,
  kInt16 = 7
};

constexpr std::size_t size_of(DType type) {
  switch (type) {
    case DType::kInt8:
    case DType::kUInt8:
    case DType::kBool:
      return 1;
    case DType::kInt16:
      return 2;
    case DType::kInt32:
    case DType::kFloat32:
      return 4;
    case DType::kInt64:
      return 8;
  }
  return 0;
}

constexpr std::string_view name_of(DType type) {
  switch (type) {
    case DType::kInt8:
      return "int8";
    case DType::kUInt8:
      return "uint8";
    case DType::kInt32:
      return "int32";
    case DType::kFloat32:
      return "float32";
    case DType::kInt64:
      return "int64";
    case DType::kBool:
      return "bool";
    case DType::kInt16:
      return "int16";
  }
  return "?";
}

/// The type with this ABI value, or nullopt: descriptors come from outside.
constexpr std::optional<DType> dtype_from_abi(std::uint8_t value) {
  if (value < 1 || value > 7) return std::nullopt;
  return static_cast<DType>(value);
}

}  // namespace systole
