#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/reference/one_node.h"

namespace systole {
namespace {

using ir::OpKind;

TEST(Relu, KeepsNaNAndMinusZero) {
  const auto y =
      run_node(OpKind::kRelu, {}, {floats({4}, {-1, std::numeric_limits<float>::quiet_NaN(), -0.0F, 2})},
               {{"y", DType::kFloat32, {4}, nullptr}});
  const auto values = values_of<float>(y[0]);
  EXPECT_EQ(values[0], 0);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_TRUE(std::signbit(values[2]));
  EXPECT_EQ(values[3], 2);
}

TEST(Clip, OneSidedAndCrossedBounds) {
  const ir::Tensor x = tensor<std::int8_t>(DType::kInt8, {3}, {-5, 0, 5});
  const ir::Tensor out{"y", DType::kInt8, {3}, nullptr};
  const auto bound = [](std::int8_t value) { return tensor<std::int8_t>(DType::kInt8, {}, {value}); };
  EXPECT_EQ(values_of<std::int8_t>(run_node(OpKind::kClip, {}, {x, absent(), bound(1)}, {out})[0]),
            (std::vector<std::int8_t>{-5, 0, 1}));
  EXPECT_EQ(values_of<std::int8_t>(run_node(OpKind::kClip, {}, {x, bound(-1)}, {out})[0]),
            (std::vector<std::int8_t>{-1, 0, 5}));
  // min above max: everything becomes max
  EXPECT_EQ(values_of<std::int8_t>(run_node(OpKind::kClip, {}, {x, bound(3), bound(2)}, {out})[0]),
            (std::vector<std::int8_t>{2, 2, 2}));
}

TEST(Add, BroadcastsBothOperands) {
  const auto y = run_node(OpKind::kAdd, {}, {floats({2, 1}, {10, 20}), floats({3}, {1, 2, 3})},
                          {{"y", DType::kFloat32, {2, 3}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{11, 12, 13, 21, 22, 23}));
}

TEST(Add, IntegersWrap) {
  const auto y = run_node(
      OpKind::kAdd, {},
      {tensor<std::uint8_t>(DType::kUInt8, {1}, {250}), tensor<std::uint8_t>(DType::kUInt8, {1}, {10})},
      {{"y", DType::kUInt8, {1}, nullptr}});
  EXPECT_EQ(values_of<std::uint8_t>(y[0]), std::vector<std::uint8_t>{4});
}

TEST(Reshape, KeepsTheBytes) {
  const auto y = run_node(OpKind::kReshape, {}, {tensor<std::int64_t>(DType::kInt64, {2, 2}, {1, 2, 3, 4})},
                          {{"y", DType::kInt64, {4}, nullptr}});
  EXPECT_EQ(values_of<std::int64_t>(y[0]), (std::vector<std::int64_t>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace systole
