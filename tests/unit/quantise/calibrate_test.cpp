#include "models/quantise/calibrate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "models/reference/run.h"
#include "tests/unit/quantise/graph_builder.h"

namespace systole::quantise {
namespace {

using ir::OpKind;

std::vector<float> normal_values(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& x : values) x = normal(random);
  return values;
}

// Every kind of product that the fast executor takes over, and others around them.
ir::Graph products() {
  GraphBuilder b;
  const auto x = b.input("x", {1, 6, 9, 9});
  const auto w1 = b.constant("w1", {10, 6, 3, 3}, normal_values(540, 1));
  const auto b1 = b.constant("b1", {10}, normal_values(10, 2));
  auto y = b.node("conv", OpKind::kConv, conv(3, 1, 1), {x, w1, b1}, {1, 10, 9, 9});
  y = b.node("relu", OpKind::kRelu, {}, {y}, {1, 10, 9, 9});
  const auto w2 = b.constant("w2", {10, 1, 3, 3}, normal_values(90, 3));
  y = b.node("depthwise", OpKind::kConv, conv(3, 10), {y, w2}, {1, 10, 7, 7});
  const auto w3 = b.constant("w3", {10, 5, 1, 1}, normal_values(50, 4));
  y = b.node("grouped", OpKind::kConv, conv(1, 2), {y, w3}, {1, 10, 7, 7});
  ir::AxisAttributes axis;
  axis.axis = 1;
  y = b.node("flatten", OpKind::kFlatten, axis, {y}, {1, 490});
  const auto w4 = b.constant("w4", {40, 490}, normal_values(19600, 5));
  const auto b4 = b.constant("b4", {40}, normal_values(40, 6));
  ir::GemmAttributes gemm;
  gemm.transpose_b = true;
  gemm.alpha = 0.5F;
  gemm.beta = 3.0F;
  y = b.node("gemm", OpKind::kGemm, gemm, {y, w4, b4}, {1, 40});
  const auto w5 = b.constant("w5", {40, 8}, normal_values(320, 7));
  const auto b5 = b.constant("b5", {1, 1}, {2.0F});
  y = b.node("gemm2", OpKind::kGemm, ir::GemmAttributes{}, {y, w5, b5}, {1, 8});
  const auto w6 = b.constant("w6", {8, 5}, normal_values(40, 8));
  y = b.node("matmul", OpKind::kMatMul, {}, {y, w6}, {1, 5});
  return b.finish({y});
}

TEST(Calibrate, ComputesTheReferencesBits) {
  const ir::Graph graph = products();
  const std::vector<ir::TensorData> input{ir::make_data(normal_values(6 * 81, 9))};
  const auto expected = run_reference(graph, input);
  for (const unsigned threads : {1U, 2U}) {
    EXPECT_EQ(*run_float(graph, input, threads)[0].data, *expected.outputs[0].data);
  }
}

TEST(Calibrate, KeepsTheLargestMagnitudeOfAllInputs) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 1, 1, 2});
  const auto w = b.constant("w", {1, 1, 1, 1}, {2.0F});
  const auto y = b.node("conv", OpKind::kConv, conv(1), {x, w}, {1, 1, 1, 2});
  const auto z = b.node("relu", OpKind::kRelu, {}, {y}, {1, 1, 1, 2});
  const ir::Graph graph = b.finish({z});
  const std::vector<std::vector<ir::TensorData>> inputs{{ir::make_data(std::vector<float>{1.0F, -5.0F})},
                                                        {ir::make_data(std::vector<float>{3.0F, 0.0F})}};
  Issues issues;
  const Ranges ranges = calibrate(graph, inputs, 1, issues);
  EXPECT_TRUE(issues.empty());
  EXPECT_EQ(ranges[x], 5.0F);
  EXPECT_EQ(ranges[w], 0.0F);
  EXPECT_EQ(ranges[y], 10.0F);
  EXPECT_EQ(ranges[z], 6.0F);
}

TEST(Calibrate, NamesTheNodeWhoseResultIsNotFinite) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 1, 1, 1});
  const auto w = b.constant("w", {1, 1, 1, 1}, {3e38F});
  auto y = b.node("too large", OpKind::kConv, conv(1), {x, w}, {1, 1, 1, 1});
  y = b.node("relu", OpKind::kRelu, {}, {y}, {1, 1, 1, 1});
  const ir::Graph graph = b.finish({y});
  const std::vector<std::vector<ir::TensorData>> inputs{{ir::make_data(std::vector<float>{2.0F})}};
  Issues issues;
  calibrate(graph, inputs, 1, issues);
  ASSERT_FALSE(issues.empty());
  EXPECT_EQ(issues.list()[0].key, "too large");
}

}  // namespace
}  // namespace systole::quantise
