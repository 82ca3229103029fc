// Conv, Gemm, MatMul and their quantised forms.
#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/reference/one_node.h"

namespace systole {
namespace {

using ir::OpKind;

TEST(Conv, FloatSumHasOneOrder) {
  // A 1 x 3 window over one row: 1e8 + 1 - 1e8 in this order is 0 in float; any other order gives 1.
  ir::ConvAttributes conv;
  conv.window.kernel = {1, 3};
  const auto y = run_node(OpKind::kConv, conv,
                          {floats({1, 1, 1, 3}, {1e8F, 1.0F, -1e8F}), floats({1, 1, 1, 3}, {1, 1, 1})},
                          {{"y", DType::kFloat32, {1, 1, 1, 1}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), std::vector<float>{0.0F});
}

TEST(Conv, ChannelsAreTheInnermostOfTheSum) {
  // 2 channels, 1 x 2 window: order (kx, c) = x[0][0], x[1][0], x[0][1], x[1][1] = 1e8, 1, -1e8, 1 -> 1.
  // Channel by channel it would be (1e8 - 1e8) + 1 + 1 = 2.
  ir::ConvAttributes conv;
  conv.window.kernel = {1, 2};
  const auto y =
      run_node(OpKind::kConv, conv,
               {floats({1, 2, 1, 2}, {1e8F, -1e8F, 1.0F, 1.0F}), floats({1, 2, 1, 2}, {1, 1, 1, 1})},
               {{"y", DType::kFloat32, {1, 1, 1, 1}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), std::vector<float>{1.0F});
}

TEST(Conv, PaddingTakesPartAsZero) {
  // An infinite weight over padding: 0 * inf = NaN.
  ir::ConvAttributes conv;
  conv.window.kernel = {1, 2};
  conv.window.pad_begin = {0, 1};
  const auto y = run_node(
      OpKind::kConv, conv,
      {floats({1, 1, 1, 1}, {2.0F}), floats({1, 1, 1, 2}, {std::numeric_limits<float>::infinity(), 3.0F})},
      {{"y", DType::kFloat32, {1, 1, 1, 1}, nullptr}});
  EXPECT_TRUE(std::isnan(values_of<float>(y[0])[0]));
}

TEST(Conv, GroupsStridesAndDilationIn1D) {
  // 2 groups of 1 channel, kernel 2, dilation 2, stride 2 over 5 elements: positions (0, 2) and (2, 4).
  ir::ConvAttributes conv;
  conv.window.kernel = {1, 2};
  conv.window.stride = {1, 2};
  conv.window.dilation = {1, 2};
  conv.groups = 2;
  const auto y = run_node(OpKind::kConv, conv,
                          {floats({1, 2, 5}, {1, 2, 3, 4, 5, 10, 20, 30, 40, 50}),
                           floats({2, 1, 2}, {1, 10, 1, -1}), floats({2}, {100, 0})},
                          {{"y", DType::kFloat32, {1, 2, 2}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{131, 153, -20, -20}));
}

// One pixel, one channel in, two out; per-channel weight scales and zero points.
std::vector<ir::Tensor> qconv(const std::vector<std::int8_t>& weights,
                              const std::vector<std::int32_t>& bias) {
  return run_node(
      OpKind::kQLinearConv, ir::ConvAttributes{},
      {tensor<std::uint8_t>(DType::kUInt8, {1, 1, 1, 1}, {138}), floats({}, {0.5F}),
       tensor<std::uint8_t>(DType::kUInt8, {}, {128}),
       tensor<std::int8_t>(DType::kInt8, {2, 1, 1, 1}, weights), floats({2}, {0.5F, 0.25F}),
       tensor<std::int8_t>(DType::kInt8, {2}, {0, 1}), floats({}, {1.0F}),
       tensor<std::int8_t>(DType::kInt8, {}, {-1}), tensor<std::int32_t>(DType::kInt32, {2}, bias)},
      {{"y", DType::kInt8, {1, 2, 1, 1}, nullptr}});
}

TEST(QLinearConv, RequantisesPerChannel) {
  // x - zero = 10. Channel 0: (10 * 3 + 0) * (0.5 * 0.5 / 1) = 7.5 -> 8 - 1 = 7.
  // Channel 1: (10 * (6 - 1) + 2) * 0.125 = 6.5 -> 6 - 1 = 5.
  EXPECT_EQ(values_of<std::int8_t>(qconv({3, 6}, {0, 2})[0]), (std::vector<std::int8_t>{7, 5}));
}

TEST(QLinearConv, Saturates) {
  EXPECT_EQ(values_of<std::int8_t>(qconv({0, 1}, {std::numeric_limits<std::int32_t>::max(), -2000000000})[0]),
            (std::vector<std::int8_t>{127, -128}));
}

TEST(QLinearConv, PaddingIsTheZeroPoint) {
  // x = zero point everywhere: with padding as the number 0 the corners would differ.
  ir::ConvAttributes conv;
  conv.window.kernel = {3, 3};
  conv.window.pad_begin = {1, 1};
  conv.window.pad_end = {1, 1};
  const auto y = run_node(OpKind::kQLinearConv, conv,
                          {tensor<std::uint8_t>(DType::kUInt8, {1, 1, 1, 1}, {128}), floats({}, {1.0F}),
                           tensor<std::uint8_t>(DType::kUInt8, {}, {128}),
                           tensor<std::int8_t>(DType::kInt8, {1, 1, 3, 3}, std::vector<std::int8_t>(9, 1)),
                           floats({}, {1.0F}), tensor<std::int8_t>(DType::kInt8, {}, {0}), floats({}, {1.0F}),
                           tensor<std::uint8_t>(DType::kUInt8, {}, {7})},
                          {{"y", DType::kUInt8, {1, 1, 1, 1}, nullptr}});
  EXPECT_EQ(values_of<std::uint8_t>(y[0]), std::vector<std::uint8_t>{7});
}

TEST(QLinearMatMul, PerColumnScales) {
  // [1, 2] x [[1, 2], [3, 4]] = [7, 10]; * 0.5 = 3.5 -> 4; * 0.25 = 2.5 -> 2.
  const auto y = run_node(
      OpKind::kQLinearMatMul, {},
      {tensor<std::int8_t>(DType::kInt8, {1, 2}, {1, 2}), floats({}, {1.0F}),
       tensor<std::int8_t>(DType::kInt8, {}, {0}), tensor<std::int8_t>(DType::kInt8, {2, 2}, {1, 2, 3, 4}),
       floats({2}, {0.5F, 0.25F}), tensor<std::int8_t>(DType::kInt8, {}, {0}), floats({}, {1.0F}),
       tensor<std::int8_t>(DType::kInt8, {}, {0})},
      {{"y", DType::kInt8, {1, 2}, nullptr}});
  EXPECT_EQ(values_of<std::int8_t>(y[0]), (std::vector<std::int8_t>{4, 2}));
}

TEST(Gemm, AlphaBetaAndTransposition) {
  // A^T = [[1, 3], [2, 4]], B^T = [[5, 7], [6, 8]]: A^T B^T = [[23, 31], [34, 46]]; * 2 + 10 * [1, 2]
  const ir::GemmAttributes gemm{2.0F, 10.0F, true, true};
  const auto y = run_node(OpKind::kGemm, gemm,
                          {floats({2, 2}, {1, 2, 3, 4}), floats({2, 2}, {5, 6, 7, 8}), floats({2}, {1, 2})},
                          {{"y", DType::kFloat32, {2, 2}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{56, 82, 78, 112}));
}

TEST(Gemm, AddendAsAColumn) {
  const auto y = run_node(OpKind::kGemm, ir::GemmAttributes{},
                          {floats({2, 1}, {1, 2}), floats({1, 2}, {1, 1}), floats({2, 1}, {10, 20})},
                          {{"y", DType::kFloat32, {2, 2}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{11, 11, 22, 22}));
}

TEST(MatMul, BatchesBroadcast) {
  // A [2, 1, 1, 2], B [2, 2, 1]: four products of a row and a column.
  const auto y =
      run_node(OpKind::kMatMul, {}, {floats({2, 1, 1, 2}, {1, 2, 3, 4}), floats({2, 2, 1}, {1, 1, 10, 1})},
               {{"y", DType::kFloat32, {2, 2, 1, 1}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{3, 12, 7, 34}));
}

TEST(MatMul, Vectors) {
  const auto y = run_node(OpKind::kMatMul, {}, {floats({3}, {1, 2, 3}), floats({3}, {4, 5, 6})},
                          {{"y", DType::kFloat32, {}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), std::vector<float>{32});
  const auto row = run_node(OpKind::kMatMul, {}, {floats({2}, {1, 2}), floats({2, 2}, {1, 2, 3, 4})},
                            {{"y", DType::kFloat32, {2}, nullptr}});
  EXPECT_EQ(values_of<float>(row[0]), (std::vector<float>{7, 10}));
}

}  // namespace
}  // namespace systole
