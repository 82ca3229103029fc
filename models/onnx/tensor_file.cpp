#include "models/onnx/tensor_file.h"

#include <onnx/onnx_pb.h>

#include <fstream>
#include <iterator>

#include "hw/base/assert.h"
#include "models/onnx/tensor_proto.h"

namespace systole {

std::optional<ir::Tensor> read_tensor_pb(const std::string& path, Issues& issues) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  if (file) bytes.assign(std::istreambuf_iterator<char>(file), {});
  if (!file || file.bad()) {
    issues.add({path}, "", "cannot be read; check that the file exists");
    return std::nullopt;
  }
  return parse_tensor_pb(std::as_bytes(std::span(bytes)), path, issues);
}

std::optional<ir::Tensor> parse_tensor_pb(std::span<const std::byte> bytes, const std::string& file,
                                          Issues& issues) {
  ::onnx::TensorProto proto;
  if (bytes.empty() || bytes.size() > std::numeric_limits<int>::max() ||
      !proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    issues.add({file}, "", "is not an ONNX tensor, or is truncated");
    return std::nullopt;
  }
  std::string why;
  auto tensor = importer::decode_tensor(proto, why, true);
  if (!tensor) issues.add({file}, "", "tensor '" + proto.name() + "' " + why);
  return tensor;
}

std::string write_tensor_pb(const ir::Tensor& tensor) {
  SYSTOLE_ASSERT(tensor.data != nullptr && tensor.data->size() == tensor.bytes(),
                 "tensor " + tensor.name + " has no data that fits its shape");
  ::onnx::TensorProto proto;
  proto.set_name(tensor.name);
  proto.set_data_type(importer::onnx_from_dtype(tensor.type));
  for (const std::int64_t dim : tensor.shape) proto.add_dims(dim);
  proto.set_raw_data(tensor.data->data(), tensor.data->size());
  return proto.SerializeAsString();  // no maps in a TensorProto, so the order of the bytes is fixed
}

}  // namespace systole
