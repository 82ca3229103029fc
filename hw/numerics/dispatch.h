// From a run-time element type to a C++ type.
#pragma once

#include <cstdint>
#include <type_traits>

#include "hw/base/dtype.h"

namespace systole::numerics {

/// Calls f(std::type_identity<T>{}) with the element's C++ type; kBool is std::uint8_t. Returns what f
/// returns. Typical use: visit_type(type, [&](auto tag) { using T = typename decltype(tag)::type; ... });
template <typename F>
decltype(auto) visit_type(DType type, F&& f) {
  switch (type) {
    case DType::kInt8:
      return f(std::type_identity<std::int8_t>{});
    case DType::kUInt8:
    case DType::kBool:
      return f(std::type_identity<std::uint8_t>{});
    case DType::kInt16:
      return f(std::type_identity<std::int16_t>{});
    case DType::kInt32:
      return f(std::type_identity<std::int32_t>{});
    case DType::kInt64:
      return f(std::type_identity<std::int64_t>{});
    case DType::kFloat32:
      break;
  }
  return f(std::type_identity<float>{});
}

/// The same for the types of quantised tensors: int8, uint8 and int16 (any other is taken as uint8).
template <typename F>
void visit_quantised(DType type, F&& f) {
  if (type == DType::kInt8) {
    f(std::type_identity<std::int8_t>{});
  } else if (type == DType::kInt16) {
    f(std::type_identity<std::int16_t>{});
  } else {
    f(std::type_identity<std::uint8_t>{});
  }
}

/// The same for the two 8-bit types (any other is taken as uint8).
template <typename F>
void visit_byte(DType type, F&& f) {
  if (type == DType::kInt8) {
    f(std::type_identity<std::int8_t>{});
  } else {
    f(std::type_identity<std::uint8_t>{});
  }
}

}  // namespace systole::numerics
