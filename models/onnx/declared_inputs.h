// What a network's file asks its user to feed, before it is imported.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hw/base/dtype.h"
#include "models/ir/tensor.h"

namespace systole {

/// How a node uses an input that is not constant.
enum class InputUse : unsigned char {
  kData,       ///< computed with
  kSetting,    ///< says what to do (a target shape, axes, k): the import needs its value
  kParameter,  ///< a bound, scale, zero point or statistic: descriptors hold its value
};

/// An input without a value.
struct DeclaredInput {
  std::string name;
  std::optional<DType> type;                                      ///< none: not supported
  std::optional<std::vector<std::optional<std::int64_t>>> shape;  ///< none: not declared; by dimension
  InputUse use = InputUse::kData;                                 ///< the strictest of all its uses

  /// True if the tensor's type and shape do not contradict the declaration.
  [[nodiscard]] bool admits(const ir::Tensor& tensor) const;
};

/// The use of input number `input` of an operator of the default domain or of com.microsoft.
InputUse use_of_input(const std::string& op, std::size_t input);

/// In the file's order; empty if it is not a network that can be read.
std::vector<DeclaredInput> declared_inputs(std::span<const std::byte> model);

}  // namespace systole
