// A node's tensors as the operators see them. Private to models/reference.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "hw/base/assert.h"
#include "models/ir/graph.h"

namespace systole::reference {

/// An input: null data where it is absent.
struct Operand {
  const ir::Tensor* tensor = nullptr;
  const std::byte* data = nullptr;

  [[nodiscard]] bool given() const { return tensor != nullptr; }
  [[nodiscard]] const ir::Shape& shape() const { return tensor->shape; }
  [[nodiscard]] std::int64_t elements() const { return tensor->elements(); }
  [[nodiscard]] DType type() const { return tensor->type; }
  template <typename T>
  [[nodiscard]] const T* as() const {
    return reinterpret_cast<const T*>(data);
  }
};

/// An output to fill; every node has all of its outputs, wanted or not.
struct Result {
  DType type = DType::kFloat32;
  ir::Shape shape;
  std::vector<std::byte> bytes;

  [[nodiscard]] std::int64_t elements() const { return ir::elements_of(shape); }
  template <typename T>
  [[nodiscard]] T* as() {
    return reinterpret_cast<T*>(bytes.data());
  }
};

struct Call {
  const ir::Node& node;
  std::vector<Operand> inputs;
  std::vector<Result*> outputs;  ///< null where nobody wants it

  [[nodiscard]] bool has(std::size_t i) const { return i < inputs.size() && inputs[i].given(); }
};

/// Calls function.template operator()<T>() with the C++ type of the elements.
template <typename Function>
void with_type(DType type, Function&& function) {
  switch (type) {
    case DType::kInt8:
      return function.template operator()<std::int8_t>();
    case DType::kUInt8:
    case DType::kBool:
      return function.template operator()<std::uint8_t>();
    case DType::kInt16:
      return function.template operator()<std::int16_t>();
    case DType::kInt32:
      return function.template operator()<std::int32_t>();
    case DType::kInt64:
      return function.template operator()<std::int64_t>();
    case DType::kFloat32:
      return function.template operator()<float>();
  }
}

}  // namespace systole::reference
