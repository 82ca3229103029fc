#include "models/quantise/fold.h"

#include <gtest/gtest.h>

#include "models/reference/run.h"
#include "tests/unit/quantise/graph_builder.h"

namespace systole::quantise {
namespace {

using ir::OpKind;

/// Two channels with epsilon 0: factors 3 / sqrt(4) = 1.5 and 2 / sqrt(16) = 0.5.
std::vector<ir::TensorId> norm_operands(GraphBuilder& b, ir::TensorId x) {
  return {x, b.constant("scale", {2}, {3.0F, 2.0F}), b.constant("B", {2}, {10.0F, 20.0F}),
          b.constant("mean", {2}, {1.0F, -1.0F}), b.constant("var", {2}, {4.0F, 16.0F})};
}
constexpr ir::NormAttributes kNorm{.epsilon = 0.0F};

std::vector<float> run(const ir::Graph& graph, const std::vector<float>& x) {
  const std::vector<ir::TensorData> inputs{ir::make_data(x)};
  return values_of<float>(run_reference(graph, inputs).outputs[0]);
}

// w' = {7 x 1.5, 8 x 0.5}; b' = {(5 - 1) x 1.5 + 10, (6 + 1) x 0.5 + 20}. At x = 2: {21 + 16, 8 + 23.5}.
TEST(FoldBatchNorms, IntoAConvolution) {
  for (const bool biased : {true, false}) {
    GraphBuilder b;
    const auto x = b.input("x", {1, 1, 1, 1});
    const auto w = b.constant("w", {2, 1, 1, 1}, {7.0F, 8.0F});
    std::vector<ir::TensorId> operands{x, w};
    if (biased) operands.push_back(b.constant("b", {2}, {5.0F, 6.0F}));
    const auto y = b.node("conv", OpKind::kConv, conv(1), operands, {1, 2, 1, 1});
    const auto z = b.node("norm", OpKind::kBatchNormalization, kNorm, norm_operands(b, y), {1, 2, 1, 1});
    const ir::Graph graph = fold_batch_norms(b.finish({z}));
    ASSERT_EQ(graph.node_count(), 1U);
    EXPECT_EQ(graph.node(0).name, "conv");
    EXPECT_EQ(graph.tensor(graph.outputs()[0]).value.name, "norm");
    // Without a bias of its own: (0 - 1) x 1.5 + 10 = 8.5 and (0 + 1) x 0.5 + 20 = 20.5.
    EXPECT_EQ(run(graph, {2.0F}),
              biased ? (std::vector<float>{37.0F, 31.5F}) : (std::vector<float>{29.5F, 28.5F}));
  }
}

// B[K, N] scales by columns, B transposed [N, K] by rows; beta goes into the new bias.
TEST(FoldBatchNorms, IntoAGemm) {
  for (const bool transposed : {false, true}) {
    GraphBuilder b;
    const auto x = b.input("x", {1, 2});
    const auto w = transposed ? b.constant("w", {2, 2}, {7.0F, 1.0F, 8.0F, 2.0F})
                              : b.constant("w", {2, 2}, {7.0F, 8.0F, 1.0F, 2.0F});
    const auto c = b.constant("c", {2}, {2.5F, 3.0F});
    ir::GemmAttributes gemm;
    gemm.transpose_b = transposed;
    gemm.beta = 2.0F;
    const auto y = b.node("gemm", OpKind::kGemm, gemm, {x, w, c}, {1, 2});
    const auto z = b.node("norm", OpKind::kBatchNormalization, kNorm, norm_operands(b, y), {1, 2});
    const ir::Graph graph = fold_batch_norms(b.finish({z}));
    ASSERT_EQ(graph.node_count(), 1U);
    // x = {2, 4}: sums {18, 24}, + {5, 6} = {23, 30}; normalised (22 x 1.5) + 10 and (31 x 0.5) + 20.
    EXPECT_EQ(run(graph, {2.0F, 4.0F}), (std::vector<float>{43.0F, 35.5F}));
  }
}

// Somebody else reads the convolution's result, or it is an output: the normalisation stands alone.
TEST(FoldBatchNorms, AloneAsADepthwiseConvolution) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 2, 1, 2});
  const auto z = b.node("norm", OpKind::kBatchNormalization, kNorm, norm_operands(b, x), {1, 2, 1, 2});
  const ir::Graph graph = fold_batch_norms(b.finish({z}));
  ASSERT_EQ(graph.node_count(), 1U);
  EXPECT_EQ(graph.node(0).op, OpKind::kConv);
  EXPECT_EQ(graph.node(0).name, "norm");
  EXPECT_EQ(std::get<ir::ConvAttributes>(graph.node(0).attributes).groups, 2);
  // Offsets 10 - 1 x 1.5 = 8.5 and 20 + 1 x 0.5 = 20.5.
  EXPECT_EQ(run(graph, {2.0F, 4.0F, 6.0F, 8.0F}), (std::vector<float>{11.5F, 14.5F, 23.5F, 24.5F}));
}

TEST(FoldBatchNorms, LeavesAConvolutionThatOthersRead) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 1, 1, 1});
  const auto w = b.constant("w", {2, 1, 1, 1}, {7.0F, 8.0F});
  const auto y = b.node("conv", OpKind::kConv, conv(1), {x, w}, {1, 2, 1, 1});
  const auto z = b.node("norm", OpKind::kBatchNormalization, kNorm, norm_operands(b, y), {1, 2, 1, 1});
  const ir::Graph graph = fold_batch_norms(b.finish({z, y}));
  ASSERT_EQ(graph.node_count(), 2U);
  EXPECT_EQ(run(graph, {2.0F}), (std::vector<float>{29.5F, 28.5F}));
  EXPECT_EQ(values_of<float>(run_reference(graph, std::vector{ir::make_data(std::vector{2.0F})}).outputs[1]),
            (std::vector<float>{14.0F, 16.0F}));
}

// Factors of exactly 1 leave the weights' tensor as it was, data and name.
TEST(FoldBatchNorms, SharesWeightsThatDoNotChange) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 1, 1, 1});
  const auto w = b.constant("w", {1, 1, 1, 1}, {7.0F});
  const auto y = b.node("conv", OpKind::kConv, conv(1), {x, w}, {1, 1, 1, 1});
  const auto one = b.constant("one", {1}, {1.0F});
  const auto none = b.constant("none", {1}, {0.0F});
  const auto z = b.node("norm", OpKind::kBatchNormalization, kNorm, {y, one, none, none, one}, {1, 1, 1, 1});
  const ir::Graph before = b.finish({z});
  const ir::Graph graph = fold_batch_norms(before);
  ASSERT_EQ(graph.node_count(), 1U);
  EXPECT_EQ(graph.tensor(graph.node(0).inputs[1]).value.name, "w");
  EXPECT_EQ(graph.tensor(graph.node(0).inputs[1]).value.data, before.tensor(w).value.data);
}

}  // namespace
}  // namespace systole::quantise
