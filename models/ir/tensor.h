// A tensor of the network: its type, shape and, where it is known, its data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "hw/base/dtype.h"
#include "models/ir/tensor_data.h"

namespace systole::ir {

using Shape = std::vector<std::int64_t>;

/// Elements of a shape; 1 for a scalar (rank 0).
inline std::int64_t elements_of(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// A tensor with a value: a network's input or output, a constant.
struct Tensor {
  std::string name;
  DType type = DType::kFloat32;
  Shape shape;
  TensorData data;

  [[nodiscard]] std::int64_t elements() const { return elements_of(shape); }
  [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(elements()) * size_of(type); }
  /// The elements as T, made and kept if they stand nowhere yet. T's size must be that of `type`; data must
  /// not be null.
  template <typename T>
  [[nodiscard]] const T* as() const {
    return reinterpret_cast<const T*>(data->data());
  }
};

/// The values in order, as tensor data.
template <typename T>
TensorData make_data(const std::vector<T>& values) {
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  return std::make_shared<const std::vector<std::byte>>(bytes, bytes + values.size() * sizeof(T));
}

}  // namespace systole::ir
