// Files of one tensor each: ONNX TensorProto, as ONNX's own tests and `outputs/NAME_I.pb` use them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "hw/base/issues.h"
#include "models/ir/tensor.h"

namespace systole {

/// The file's tensor with its data, or nullopt and an issue: unreadable, truncated, data that does not fit
/// the shape, an element type that is not supported.
std::optional<ir::Tensor> read_tensor_pb(const std::string& path, Issues& issues);
/// The same from memory; `file` is only the name for issues.
std::optional<ir::Tensor> parse_tensor_pb(std::span<const std::byte> bytes, const std::string& file,
                                          Issues& issues);

/// The file's bytes: name, type, dims and raw data. Equal tensors give equal bytes. The tensor has data.
std::string write_tensor_pb(const ir::Tensor& tensor);

}  // namespace systole
