#include "models/compress/prune.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/unit/quantise/graph_builder.h"

namespace systole::compress {
namespace {

using ir::OpKind;
using quantise::GraphBuilder;

std::vector<float> floats(const ir::Graph& graph, const std::string& name) {
  const ir::Tensor& tensor = graph.tensor(*graph.find_tensor(name)).value;
  return {tensor.as<float>(), tensor.as<float>() + tensor.elements()};
}

/// x (1 x K) times w (K x N).
ir::Graph product(const std::vector<float>& weights, std::int64_t k, std::int64_t n) {
  GraphBuilder builder;
  const ir::TensorId x = builder.input("x", {1, k});
  const ir::TensorId w = builder.constant("w", {k, n}, weights);
  return builder.finish({builder.node("y", OpKind::kMatMul, {}, {x, w}, {1, n})});
}

TEST(Prune, RowsOfTheLeastNormGo) {
  // Norms squared of the rows: 25, 2, 0.25, 2, 9. Three of five stay: 0.5 x 5 = 2.5, rounded up. Of the two
  // equal ones the later goes.
  ir::Graph graph = product({3, -4, 1, 1, 0.5F, 0, -1, 1, 0, 3}, 5, 2);
  const auto layers = prune(graph, {.columns = 0.5});
  EXPECT_EQ(floats(graph, "w"), (std::vector<float>{3, -4, 1, 1, 0, 0, 0, 0, 0, 3}));
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_EQ(layers[0].rows, 5);
  EXPECT_EQ(layers[0].kept, 3);
  EXPECT_EQ(layers[0].weights, 10);
  EXPECT_EQ(layers[0].left, 5);
}

TEST(Prune, SharesThatAreWholeRowsAreNotRoundedUp) {
  std::vector<float> weights(45);
  std::iota(weights.begin(), weights.end(), 1.0F);
  for (const auto& [share, kept] : {std::pair{0.4, 18}, {0.2, 9}, {0.41, 19}, {0.001, 1}}) {
    ir::Graph graph = product(weights, 45, 1);
    EXPECT_EQ(prune(graph, {.columns = share})[0].kept, kept) << share;
  }
}

TEST(Prune, TheLargestOfEveryGroupStay) {
  // One column of K = 6, 2 of 4: of 1, -5, 5, 2 stay -5 and 5; of the short group 0.5, 0.25 both.
  ir::Graph graph = product({1, -5, 5, 2, 0.5F, 0.25F}, 6, 1);
  prune(graph, {.structured_n = 2, .structured_m = 4});
  EXPECT_EQ(floats(graph, "w"), (std::vector<float>{0, -5, 5, 0, 0.5F, 0.25F}));
}

TEST(Prune, GroupsAreOfTheRowsThatStay) {
  // Half of eight rows stay: 8, 7, 6, 5 at k = 0, 2, 5, 7. One of two of these: 8 and 6.
  ir::Graph graph = product({8, 1, 7, 2, 3, 6, 4, 5}, 8, 1);
  prune(graph, {.columns = 0.5, .structured_n = 1, .structured_m = 2});
  EXPECT_EQ(floats(graph, "w"), (std::vector<float>{8, 0, 0, 0, 0, 6, 0, 0}));
}

TEST(Prune, AConvolutionsRowsAreInChannelsLastOrder) {
  // 8 channels, 1 x 2 kernel, one output: ONNX has (c, kx), the rows are (kx, c). 1 of 8 of each kx.
  GraphBuilder builder;
  const ir::TensorId x = builder.input("x", {1, 8, 1, 2});
  std::vector<float> weights(16);
  std::iota(weights.begin(), weights.end(), 1.0F);
  ir::ConvAttributes conv;
  conv.window.kernel = {1, 2};
  const ir::TensorId w = builder.constant("w", {1, 8, 1, 2}, weights);
  ir::Graph graph = builder.finish({builder.node("y", OpKind::kConv, conv, {x, w}, {1, 1, 1, 1})});
  prune(graph, {.structured_n = 1, .structured_m = 8});
  std::vector<float> expected(16, 0.0F);
  expected[14] = 15;  // the last channel of kx = 0
  expected[15] = 16;
  EXPECT_EQ(floats(graph, "w"), expected);
}

TEST(Prune, IntegersCountFromTheirZeroPointInTheirScale) {
  // Column 0: scale 1, zero point 10; column 1: scale 100, zero point 0. Row 0: 1 and 100; row 1: 3 and 0;
  // row 2: 0 and 0.
  GraphBuilder builder;
  const ir::TensorId x = builder.integers("x", DType::kInt8, {1, 3}, {0, 0, 0});
  const ir::TensorId one = builder.constant("one", {}, {1});
  const ir::TensorId zero = builder.integers("zero", DType::kInt8, {}, {0});
  const ir::TensorId w = builder.integers("w", DType::kInt8, {3, 2}, {11, 1, 13, 0, 10, 0});
  const ir::TensorId scales = builder.constant("scales", {2}, {1, 100});
  const ir::TensorId zeros = builder.integers("zeros", DType::kInt8, {2}, {10, 0});
  ir::Graph graph = builder.finish({builder.node(
      "y", OpKind::kQLinearMatMul, {}, {x, one, zero, w, scales, zeros, one, zero}, {1, 2}, DType::kInt8)});
  EXPECT_EQ(prune(graph, {.columns = 0.3})[0].left, 2);
  const ir::Tensor& pruned = graph.tensor(w).value;
  const std::vector<std::int8_t> values(pruned.as<std::int8_t>(), pruned.as<std::int8_t>() + 6);
  EXPECT_EQ(values, (std::vector<std::int8_t>{11, 1, 10, 0, 10, 0}));
}

TEST(Prune, SomeLayersAreLeftAlone) {
  GraphBuilder builder;
  const ir::TensorId image = builder.input("image", {1, 3, 4, 4});
  const std::vector<float> ones(3 * 9 * 8, 1.0F);
  const ir::TensorId first = builder.constant("first", {8, 3, 3, 3}, ones);
  const ir::TensorId a =
      builder.node("a", OpKind::kConv, quantise::conv(3, 1, 1), {image, first}, {1, 8, 4, 4});
  const ir::TensorId depthwise = builder.constant("depthwise", {8, 1, 3, 3}, std::vector<float>(72, 1.0F));
  const ir::TensorId b =
      builder.node("b", OpKind::kConv, quantise::conv(3, 8, 1), {a, depthwise}, {1, 8, 4, 4});
  const ir::TensorId shared = builder.constant("shared", {8, 8, 1, 1}, std::vector<float>(64, 1.0F));
  const ir::TensorId c = builder.node("c", OpKind::kConv, quantise::conv(1), {b, shared}, {1, 8, 4, 4});
  const ir::TensorId d = builder.node("d", OpKind::kConv, quantise::conv(1), {c, shared}, {1, 8, 4, 4});
  ir::Graph graph = builder.finish({d});
  EXPECT_TRUE(prune(graph, {.columns = 0.5}).empty());
  EXPECT_EQ(floats(graph, "depthwise"), std::vector<float>(72, 1.0F));
}

}  // namespace
}  // namespace systole::compress
