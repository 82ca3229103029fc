// Quantisation: rounding, saturation, and the operators that are nothing but that.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/reference/one_node.h"

namespace systole {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

ir::AxisAttributes axis(std::int64_t number) {
  ir::AxisAttributes attributes;
  attributes.axis = number;
  return attributes;
}

TEST(QuantizeLinear, RoundsHalvesToEvenAndSaturates) {
  const auto y =
      run_node(ir::OpKind::kQuantizeLinear, axis(0),
               {floats({10}, {0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 300, -300, kInfinity, -kInfinity, kNaN}),
                floats({}, {1.0F}), tensor<std::int8_t>(DType::kInt8, {}, {3})},
               {{"y", DType::kInt8, {10}, nullptr}});
  // 0 + 3, 2 + 3, 2 + 3, -0 + 3, -2 + 3; NaN becomes the zero point
  EXPECT_EQ(values_of<std::int8_t>(y[0]), (std::vector<std::int8_t>{3, 5, 5, 3, 1, 127, -128, 127, -128, 3}));
}

TEST(QuantizeLinear, SaturatesAfterTheZeroPoint) {
  // 130 + (-10) = 120 fits; 138 + (-10) = 128 does not.
  const auto y = run_node(
      ir::OpKind::kQuantizeLinear, axis(0),
      {floats({3}, {130, 137, 138}), floats({}, {1.0F}), tensor<std::int8_t>(DType::kInt8, {}, {-10})},
      {{"y", DType::kInt8, {3}, nullptr}});
  EXPECT_EQ(values_of<std::int8_t>(y[0]), (std::vector<std::int8_t>{120, 127, 127}));
}

TEST(QuantizeLinear, DividesAndDoesNotMultiplyByTheReciprocal) {
  // In float: 1.55 / 0.1 = 15.499999 -> 15, but 1.55 * (1 / 0.1) = 15.5 -> 16.
  const auto y = run_node(ir::OpKind::kQuantizeLinear, axis(0), {floats({1}, {1.55F}), floats({}, {0.1F})},
                          {{"y", DType::kUInt8, {1}, nullptr}});
  EXPECT_EQ(values_of<std::uint8_t>(y[0]), std::vector<std::uint8_t>{15});
}

TEST(QuantizeLinear, PerAxis) {
  const auto y = run_node(ir::OpKind::kQuantizeLinear, axis(1),
                          {floats({1, 2, 2}, {1, 2, 1, 2}), floats({2}, {1.0F, 0.5F}),
                           tensor<std::uint8_t>(DType::kUInt8, {2}, {10, 20})},
                          {{"y", DType::kUInt8, {1, 2, 2}, nullptr}});
  EXPECT_EQ(values_of<std::uint8_t>(y[0]), (std::vector<std::uint8_t>{11, 12, 22, 24}));
}

TEST(DequantizeLinear, Int32WithoutZeroPointAndUint8WithOne) {
  const auto wide = run_node(ir::OpKind::kDequantizeLinear, axis(0),
                             {tensor<std::int32_t>(DType::kInt32, {2}, {-7, 16777217}), floats({}, {0.5F})},
                             {{"y", DType::kFloat32, {2}, nullptr}});
  EXPECT_EQ(values_of<float>(wide[0]), (std::vector<float>{-3.5F, 8388608.0F}));  // 2^24 + 1 rounds to 2^24
  const auto narrow = run_node(ir::OpKind::kDequantizeLinear, axis(0),
                               {tensor<std::uint8_t>(DType::kUInt8, {2}, {0, 255}), floats({}, {0.25F}),
                                tensor<std::uint8_t>(DType::kUInt8, {}, {128})},
                               {{"y", DType::kFloat32, {2}, nullptr}});
  EXPECT_EQ(values_of<float>(narrow[0]), (std::vector<float>{-32.0F, 31.75F}));
}

std::vector<ir::Tensor> qlinear_add(const ir::Tensor& a, const ir::Tensor& b, bool zero_points) {
  const auto zero = [&](std::int8_t value) {
    return zero_points ? tensor<std::int8_t>(DType::kInt8, {}, {value}) : absent();
  };
  return run_node(
      ir::OpKind::kQLinearAdd, {},
      {a, floats({}, {0.5F}), zero(1), b, floats({}, {0.25F}), zero(-2), floats({}, {1.0F}), zero(5)},
      {{"y", DType::kInt8, a.shape, nullptr}});
}

TEST(QLinearAdd, ByHand) {
  // (3 - 1) * 0.5 + (4 + 2) * 0.25 = 2.5 -> 2 (even) + 5 = 7
  // (-1 - 1) * 0.5 + (0 + 2) * 0.25 = -0.5 -> -0 + 5 = 5
  // (127 - 1) * 0.5 + (127 + 2) * 0.25 = 95.25 -> 95 + 5 = 100
  const auto y = qlinear_add(tensor<std::int8_t>(DType::kInt8, {3}, {3, -1, 127}),
                             tensor<std::int8_t>(DType::kInt8, {3}, {4, 0, 127}), true);
  EXPECT_EQ(values_of<std::int8_t>(y[0]), (std::vector<std::int8_t>{7, 5, 100}));
}

TEST(QLinearAdd, BroadcastsAndTakesAbsentZeroPointsAsZero) {
  // 2 * 0.5 + 2 * 0.25 = 1.5 -> 2; 4 * 0.5 + 0.5 = 2.5 -> 2; -128 * 0.5 + 0.5 = -63.5 -> -64
  const auto y = qlinear_add(tensor<std::int8_t>(DType::kInt8, {3, 1}, {2, 4, -128}),
                             tensor<std::int8_t>(DType::kInt8, {1, 1}, {2}), false);
  EXPECT_EQ(values_of<std::int8_t>(y[0]), (std::vector<std::int8_t>{2, 2, -64}));
}

TEST(QLinearAdd, Saturates) {
  const auto y = run_node(
      ir::OpKind::kQLinearAdd, {},
      {tensor<std::uint8_t>(DType::kUInt8, {2}, {255, 0}), floats({}, {1.0F}),
       tensor<std::uint8_t>(DType::kUInt8, {}, {10}), tensor<std::uint8_t>(DType::kUInt8, {2}, {255, 0}),
       floats({}, {1.0F}), tensor<std::uint8_t>(DType::kUInt8, {}, {10}), floats({}, {1.0F}),
       tensor<std::uint8_t>(DType::kUInt8, {}, {0})},
      {{"y", DType::kUInt8, {2}, nullptr}});
  EXPECT_EQ(values_of<std::uint8_t>(y[0]), (std::vector<std::uint8_t>{255, 0}));
}

}  // namespace
}  // namespace systole
