#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/reference/one_node.h"

namespace systole {
namespace {

using ir::OpKind;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

ir::PoolAttributes pool(std::int64_t kernel, std::int64_t stride, std::int64_t begin, std::int64_t end) {
  ir::PoolAttributes attributes;
  attributes.window.kernel = {1, kernel};
  attributes.window.stride = {1, stride};
  attributes.window.pad_begin = {0, begin};
  attributes.window.pad_end = {0, end};
  return attributes;
}

TEST(MaxPool, PaddingNeverWinsAndNaNDoes) {
  const auto y = run_node(OpKind::kMaxPool, pool(2, 1, 1, 1), {floats({1, 1, 4}, {-3, kNaN, -1, -2})},
                          {{"y", DType::kFloat32, {1, 1, 5}, nullptr}});
  const auto values = values_of<float>(y[0]);
  EXPECT_EQ(values[0], -3);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(values[3], -1);
  EXPECT_EQ(values[4], -2);
}

TEST(MaxPool, Int8IsSigned) {
  const auto y = run_node(OpKind::kMaxPool, pool(2, 2, 0, 0),
                          {tensor<std::int8_t>(DType::kInt8, {1, 1, 4}, {-128, -127, 5, -5})},
                          {{"y", DType::kInt8, {1, 1, 2}, nullptr}});
  EXPECT_EQ(values_of<std::int8_t>(y[0]), (std::vector<std::int8_t>{-127, 5}));
}

TEST(AveragePool, DividesByTheElementsOrByTheWindow) {
  const auto input = floats({1, 1, 3}, {3, 6, 9});
  auto attributes = pool(2, 1, 1, 1);
  const ir::Tensor out{"y", DType::kFloat32, {1, 1, 4}, nullptr};
  EXPECT_EQ(values_of<float>(run_node(OpKind::kAveragePool, attributes, {input}, {out})[0]),
            (std::vector<float>{3, 4.5F, 7.5F, 9}));
  attributes.count_include_pad = true;
  EXPECT_EQ(values_of<float>(run_node(OpKind::kAveragePool, attributes, {input}, {out})[0]),
            (std::vector<float>{1.5F, 4.5F, 7.5F, 4.5F}));
}

TEST(AveragePool, WhatCeilModeAddsDoesNotCount) {
  // 4 elements and a pad of 1 at the end, kernel 3, stride 2: ceil((4 + 1 - 3) / 2) + 1 = 2 windows:
  // 0..2, 2..4. 5 elements without pads, kernel 2, stride 2, ceil: 3 windows; the last covers element 4 and
  // one beyond.
  auto attributes = pool(2, 2, 0, 0);
  attributes.count_include_pad = true;
  const auto y = run_node(OpKind::kAveragePool, attributes, {floats({1, 1, 5}, {2, 4, 6, 8, 10})},
                          {{"y", DType::kFloat32, {1, 1, 3}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{3, 7, 10}));
}

TEST(AveragePool, SumsInOrder) {
  // 1e8 + 1 - 1e8 = 0 in this order.
  const auto y = run_node(OpKind::kAveragePool, pool(3, 1, 0, 0), {floats({1, 1, 3}, {1e8F, 1, -1e8F})},
                          {{"y", DType::kFloat32, {1, 1, 1}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), std::vector<float>{0});
}

TEST(GlobalAveragePool, AveragesPlanes) {
  ir::PoolAttributes attributes;
  attributes.window.kernel = {2, 2};
  const auto y =
      run_node(OpKind::kGlobalAveragePool, attributes, {floats({1, 2, 2, 2}, {1, 2, 3, 4, 10, 10, 10, 20})},
               {{"y", DType::kFloat32, {1, 2, 1, 1}, nullptr}});
  EXPECT_EQ(values_of<float>(y[0]), (std::vector<float>{2.5F, 12.5F}));
}

}  // namespace
}  // namespace systole
