#include "models/onnx/tensor_file.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cstdio>
#include <fstream>

namespace systole {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

template <typename T>
void round_trip(DType type, const std::vector<T>& values) {
  const ir::Tensor tensor{"name", type, {static_cast<std::int64_t>(values.size()), 1}, ir::make_data(values)};
  Issues issues;
  const auto back = parse_tensor_pb(bytes_of(write_tensor_pb(tensor)), "t.pb", issues);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->name, "name");
  EXPECT_EQ(back->type, type);
  EXPECT_EQ(back->shape, tensor.shape);
  EXPECT_EQ(*back->data, *tensor.data);
  EXPECT_EQ(write_tensor_pb(*back), write_tensor_pb(tensor));
}

TEST(TensorFile, RoundTripsEveryType) {
  round_trip<float>(DType::kFloat32, {1.5F, -0.0F, 1e30F});
  round_trip<std::int8_t>(DType::kInt8, {-128, 127});
  round_trip<std::uint8_t>(DType::kUInt8, {0, 255});
  round_trip<std::int32_t>(DType::kInt32, {-2147483647 - 1, 7});
  round_trip<std::int64_t>(DType::kInt64, {INT64_MIN, INT64_MAX});
  round_trip<std::uint8_t>(DType::kBool, {0, 1});
}

TEST(TensorFile, KnownBytes) {
  // dims (1): 2; data_type (2): INT8 = 3; name (8): "t"; raw_data (9): 05 fa
  const ir::Tensor tensor{"t", DType::kInt8, {2}, ir::make_data(std::vector<std::int8_t>{5, -6})};
  EXPECT_EQ(write_tensor_pb(tensor), std::string("\x08\x02\x10\x03\x42\x01t\x4a\x02\x05\xfa", 11));
}

TEST(TensorFile, ReadsTypedFields) {
  ::onnx::TensorProto proto;
  proto.set_data_type(::onnx::TensorProto::INT8);
  proto.add_dims(3);
  for (const int value : {-1, 0, 1}) proto.add_int32_data(value);
  Issues issues;
  const auto tensor = parse_tensor_pb(bytes_of(proto.SerializeAsString()), "t.pb", issues);
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->as<std::int8_t>()[0], -1);
}

TEST(TensorFile, BadFiles) {
  Issues issues;
  EXPECT_FALSE(read_tensor_pb("no/such.pb", issues).has_value());
  EXPECT_FALSE(parse_tensor_pb(bytes_of(""), "empty.pb", issues).has_value());
  EXPECT_FALSE(parse_tensor_pb(bytes_of("hello world"), "text.pb", issues).has_value());
  ::onnx::TensorProto proto;
  proto.set_name("t");
  proto.set_data_type(::onnx::TensorProto::DOUBLE);
  EXPECT_FALSE(parse_tensor_pb(bytes_of(proto.SerializeAsString()), "double.pb", issues).has_value());
  std::vector<std::string> texts;
  for (const Issue& issue : issues.list()) texts.push_back(to_string(issue));
  EXPECT_THAT(texts, ::testing::ElementsAre("no/such.pb: cannot be read; check that the file exists",
                                            "empty.pb: is not an ONNX tensor, or is truncated",
                                            "text.pb: is not an ONNX tensor, or is truncated",
                                            ::testing::HasSubstr("double.pb: tensor 't' has type float64")));
}

TEST(TensorFile, EveryTruncationIsRefused) {
  const ir::Tensor tensor{"t", DType::kInt8, {2}, ir::make_data(std::vector<std::int8_t>{5, -6})};
  const std::string bytes = write_tensor_pb(tensor);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Issues issues;
    EXPECT_FALSE(parse_tensor_pb(bytes_of(bytes.substr(0, size)), "t.pb", issues).has_value()) << size;
  }
}

}  // namespace
}  // namespace systole
