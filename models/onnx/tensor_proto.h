// Decoding of protobuf tensors. Private to models/onnx.
#pragma once

#include <optional>
#include <string>

#include "models/ir/tensor.h"

namespace onnx {
class TensorProto;
}

namespace systole::importer {

/// The tensor with its data; or nullopt, and `why` says what is wrong with it.
std::optional<ir::Tensor> decode_tensor(const ::onnx::TensorProto& proto, std::string& why,
                                        bool may_be_empty = false);

/// ONNX's element type number as ours; nullopt for one that is not supported.
std::optional<DType> dtype_from_onnx(int type);
/// Its name ("float16"), for messages.
std::string onnx_type_name(int type);
int onnx_from_dtype(DType type);

}  // namespace systole::importer
