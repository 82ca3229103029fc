#include "models/onnx/tensor_proto.h"

#include <onnx/onnx_pb.h>

#include <cstring>
#include <limits>

#include "models/onnx/limits.h"

namespace systole::importer {
namespace {

using ::onnx::TensorProto;

// One of the typed fields, whose elements may be wider than the tensor's: int8 and bool stand in int32_data.
template <typename T, typename Field>
std::optional<ir::TensorData> convert(const Field& field, std::int64_t elements, std::string& why) {
  if (field.size() != elements) {
    why = "has " + std::to_string(field.size()) + " values for " + std::to_string(elements) + " elements";
    return std::nullopt;
  }
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(elements));
  for (const auto value : field) {
    if constexpr (std::numeric_limits<T>::is_integer) {
      if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
        why = "has the value " + std::to_string(value) + ", which its type cannot hold";
        return std::nullopt;
      }
    }
    values.push_back(static_cast<T>(value));
  }
  return ir::make_data(values);
}

std::optional<ir::TensorData> typed_data(const TensorProto& proto, DType type, std::int64_t elements,
                                         std::string& why) {
  switch (type) {
    case DType::kFloat32:
      return convert<float>(proto.float_data(), elements, why);
    case DType::kInt8:
      return convert<std::int8_t>(proto.int32_data(), elements, why);
    case DType::kUInt8:
    case DType::kBool:
      return convert<std::uint8_t>(proto.int32_data(), elements, why);
    case DType::kInt16:
      return convert<std::int16_t>(proto.int32_data(), elements, why);
    case DType::kInt32:
      return convert<std::int32_t>(proto.int32_data(), elements, why);
    case DType::kInt64:
      return convert<std::int64_t>(proto.int64_data(), elements, why);
  }
  return std::nullopt;
}

}  // namespace

std::optional<DType> dtype_from_onnx(int type) {
  switch (type) {
    case TensorProto::FLOAT:
      return DType::kFloat32;
    case TensorProto::INT8:
      return DType::kInt8;
    case TensorProto::UINT8:
      return DType::kUInt8;
    case TensorProto::INT32:
      return DType::kInt32;
    case TensorProto::INT64:
      return DType::kInt64;
    case TensorProto::BOOL:
      return DType::kBool;
    default:
      return std::nullopt;
  }
}

std::string onnx_type_name(int type) {
  switch (type) {
    case TensorProto::FLOAT16:
      return "float16";
    case TensorProto::BFLOAT16:
      return "bfloat16";
    case TensorProto::DOUBLE:
      return "float64";
    case TensorProto::STRING:
      return "string";
    case TensorProto::INT16:
      return "int16";
    case TensorProto::UINT16:
      return "uint16";
    case TensorProto::UINT32:
      return "uint32";
    case TensorProto::UINT64:
      return "uint64";
    default:
      break;
  }
  const auto known = dtype_from_onnx(type);
  return known ? std::string(name_of(*known)) : "element type number " + std::to_string(type);
}

int onnx_from_dtype(DType type) {
  switch (type) {
    case DType::kFloat32:
      return TensorProto::FLOAT;
    case DType::kInt8:
      return TensorProto::INT8;
    case DType::kUInt8:
      return TensorProto::UINT8;
    case DType::kInt16:
      return TensorProto::INT16;
    case DType::kInt32:
      return TensorProto::INT32;
    case DType::kInt64:
      return TensorProto::INT64;
    case DType::kBool:
      return TensorProto::BOOL;
  }
  return TensorProto::UNDEFINED;
}

std::optional<ir::Tensor> decode_tensor(const TensorProto& proto, std::string& why, bool may_be_empty) {
  const auto type = dtype_from_onnx(proto.data_type());
  if (!type) {
    why = "has type " + onnx_type_name(proto.data_type()) +
          ", which is not supported (float32, int8, uint8, int32, int64 and bool are)";
    return std::nullopt;
  }
  if (proto.data_location() == TensorProto::EXTERNAL) {
    why = "keeps its data in another file, which is not supported; save the model with its data inside";
    return std::nullopt;
  }
  if (proto.has_segment()) {
    why = "is stored in segments, which is not supported; save the model with its data in one piece";
    return std::nullopt;
  }
  ir::Tensor tensor{proto.name(), *type, {proto.dims().begin(), proto.dims().end()}, nullptr};
  if (const auto problem = shape_problem(tensor.shape, may_be_empty)) {
    why = *problem;
    return std::nullopt;
  }
  if (!proto.has_raw_data()) {
    const auto data = typed_data(proto, *type, tensor.elements(), why);
    if (!data) return std::nullopt;
    tensor.data = *data;
    return tensor;
  }
  const std::string& raw = proto.raw_data();
  if (raw.size() != tensor.bytes()) {
    why = "has " + std::to_string(raw.size()) + " bytes of data; shape " + to_text(tensor.shape) + " of " +
          std::string(name_of(*type)) + " takes " + std::to_string(tensor.bytes());
    return std::nullopt;
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(raw.data());
  tensor.data = std::make_shared<const std::vector<std::byte>>(bytes, bytes + raw.size());
  return tensor;
}

}  // namespace systole::importer
