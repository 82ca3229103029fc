#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/reference/one_node.h"

namespace systole {
namespace {

using ir::OpKind;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

ir::AxisAttributes axis(std::int64_t number) {
  ir::AxisAttributes attributes;
  attributes.axis = number;
  return attributes;
}

TEST(Softmax, AlongAnInnerAxis) {
  // Columns of [[0, 0], [0, log 3]]: 1/2, 1/2 and 1/4, 3/4.
  const auto y = run_node(OpKind::kSoftmax, axis(0), {floats({2, 2}, {0, 0, 0, std::log(3.0F)})},
                          {{"y", DType::kFloat32, {2, 2}, nullptr}});
  const auto values = values_of<float>(y[0]);
  EXPECT_EQ(values[0], 0.5F);
  EXPECT_EQ(values[2], 0.5F);
  EXPECT_NEAR(values[1], 0.25F, 1e-7);
  EXPECT_NEAR(values[3], 0.75F, 1e-7);
}

TEST(Softmax, OldFormFlattens) {
  auto attributes = axis(1);
  attributes.flatten_at_axis = true;
  const auto y = run_node(OpKind::kSoftmax, attributes, {floats({1, 2, 2}, {5, 5, 5, 5})},
                          {{"y", DType::kFloat32, {1, 2, 2}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{0.25F, 0.25F, 0.25F, 0.25F}));
}

TEST(Softmax, LargeValuesDoNotOverflow) {
  const auto y = run_node(OpKind::kSoftmax, axis(0), {floats({2}, {1e30F, 1e30F})},
                          {{"y", DType::kFloat32, {2}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{0.5F, 0.5F}));
}

TEST(ArgMax, TiesAndNaN) {
  const ir::Tensor x = floats({2, 4}, {1, 7, 7, 0, 3, kNaN, 9, kNaN});
  const ir::Tensor out{"y", DType::kInt64, {2, 1}, nullptr};
  auto attributes = axis(1);
  EXPECT_EQ(values_of<std::int64_t>(run_node(OpKind::kArgMax, attributes, {x}, {out})[0]),
            (std::vector<std::int64_t>{1, 1}));
  attributes.select_last_index = true;
  EXPECT_EQ(values_of<std::int64_t>(run_node(OpKind::kArgMax, attributes, {x}, {out})[0]),
            (std::vector<std::int64_t>{2, 3}));
}

TEST(ArgMax, AlongTheFirstAxis) {
  const auto y =
      run_node(OpKind::kArgMax, axis(0), {tensor<std::int8_t>(DType::kInt8, {2, 2}, {-1, 5, -2, 6})},
               {{"y", DType::kInt64, {1, 2}, nullptr}});
  EXPECT_EQ(values_of<std::int64_t>(y[0]), (std::vector<std::int64_t>{0, 1}));
}

TEST(TopK, LowerIndexFirstAmongEquals) {
  auto attributes = axis(0);
  attributes.k = 3;
  const ir::Tensor x = floats({5}, {2, 9, 2, 9, 1});
  const std::vector<ir::Tensor> out{{"v", DType::kFloat32, {3}, nullptr}, {"i", DType::kInt64, {3}, nullptr}};
  const auto largest = run_node(OpKind::kTopK, attributes, {x}, out);
  EXPECT_EQ(values_of<float>(largest[0]), (std::vector<float>{9, 9, 2}));
  EXPECT_EQ(values_of<std::int64_t>(largest[1]), (std::vector<std::int64_t>{1, 3, 0}));
  attributes.largest = false;
  const auto smallest = run_node(OpKind::kTopK, attributes, {x}, out);
  EXPECT_EQ(values_of<float>(smallest[0]), (std::vector<float>{1, 2, 2}));
  EXPECT_EQ(values_of<std::int64_t>(smallest[1]), (std::vector<std::int64_t>{4, 0, 2}));
}

TEST(TopK, AlongAnOuterAxis) {
  auto attributes = axis(0);
  attributes.k = 1;
  const auto y = run_node(OpKind::kTopK, attributes, {floats({3, 2}, {1, 6, 3, 5, 2, 4})},
                          {{"v", DType::kFloat32, {1, 2}, nullptr}, {"i", DType::kInt64, {1, 2}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{3, 6}));
  EXPECT_EQ(values_of<std::int64_t>(y[1]), (std::vector<std::int64_t>{1, 0}));
}

}  // namespace
}  // namespace systole
