#include "models/quantise/quantise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/quantise/fold.h"
#include "models/reference/run.h"
#include "tests/unit/quantise/graph_builder.h"

namespace systole::quantise {
namespace {

using ir::OpKind;

float scale_at(const ir::Graph& graph, const ir::Node& node, std::size_t i) {
  return graph.tensor(node.inputs[i]).value.as<float>()[0];
}

struct Small {
  ir::Graph graph;
  Ranges ranges;
};

// x -> conv -> relu -> out, with what calibration has seen on x, conv and relu.
Small small(const std::vector<float>& weights, const std::vector<float>& bias, std::array<float, 3> seen) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 1, 1, 2});
  const auto w = b.constant("w", {2, 1, 1, 1}, weights);
  const auto c = b.constant("b", {2}, bias);
  const auto y = b.node("conv", OpKind::kConv, conv(1), {x, w, c}, {1, 2, 1, 2});
  const auto z = b.node("relu", OpKind::kRelu, {}, {y}, {1, 2, 1, 2});
  Small result{b.finish({z}), {}};
  result.ranges.assign(result.graph.tensor_count(), 0.0F);
  result.ranges[x] = seen[0];
  result.ranges[y] = seen[1];
  result.ranges[z] = seen[2];
  return result;
}

ir::Graph quantise(const Small& network, const Options& options, Report* report = nullptr) {
  Issues issues;
  ir::Graph graph = quantise_network(network.graph, network.ranges, options, issues, report);
  EXPECT_TRUE(issues.empty());
  return graph;
}

// Scales by hand: x 12.7 / 127 = 0.1; relu 25.4 / 127 = 0.2 (the convolution's own 40 is cut by the Relu and
// does not count); weights 127 x 0.01 and 2 x 127 x 0.01 per channel.
TEST(Quantise, ConvolutionByHand) {
  const Small network = small({1.27F, -2.54F}, {0.5F, 1.0F}, {12.7F, 40.0F, 25.4F});
  const ir::Graph graph = quantise(network, {});
  const ir::Node* node = find_node(graph, "conv");
  ASSERT_NE(node, nullptr);
  ASSERT_EQ(node->op, OpKind::kQLinearConv);
  ASSERT_EQ(node->inputs.size(), 9U);
  EXPECT_FLOAT_EQ(scale_at(graph, *node, 1), 0.1F);
  const auto w_scale = values_of<float>(graph.tensor(node->inputs[4]).value);
  ASSERT_EQ(w_scale.size(), 2U);
  EXPECT_FLOAT_EQ(w_scale[0], 0.01F);
  EXPECT_FLOAT_EQ(w_scale[1], 0.02F);
  EXPECT_EQ(values_of<std::int8_t>(graph.tensor(node->inputs[3]).value),
            (std::vector<std::int8_t>{127, -127}));
  EXPECT_FLOAT_EQ(scale_at(graph, *node, 6), 0.2F);
  // 0.5 / (0.1 x 0.01) and 1 / (0.1 x 0.02).
  EXPECT_EQ(values_of<std::int32_t>(graph.tensor(node->inputs[8]).value),
            (std::vector<std::int32_t>{500, 500}));
  const ir::Node* relu = find_node(graph, "relu");
  ASSERT_NE(relu, nullptr);
  EXPECT_EQ(relu->op, OpKind::kRelu);
  EXPECT_EQ(graph.tensor(relu->outputs[0]).value.type, DType::kInt8);
}

// x = {10, -10}: integers {100, -100}. Channel 0: 127 x 100 + 500 = 13200, x (0.1 x 0.01 / 0.2 = 0.005) = 66;
// x 0.2 = 13.2 (exactly 13.2 in real numbers too). Channel 1 of -10: 127 x 100 + 500 = 13200, x 0.01 = 132,
// saturates at 127: 25.4, where the real result is 26.4: beyond what calibration saw.
TEST(Quantise, RunsAndSaturates) {
  const Small network = small({1.27F, -2.54F}, {0.5F, 1.0F}, {12.7F, 40.0F, 25.4F});
  const ir::Graph graph = quantise(network, {});
  ASSERT_EQ(graph.inputs().size(), 1U);
  EXPECT_EQ(graph.tensor(graph.inputs()[0]).value.name, "x");
  EXPECT_EQ(graph.tensor(graph.outputs()[0]).value.name, "relu");
  EXPECT_EQ(graph.tensor(graph.outputs()[0]).value.type, DType::kFloat32);
  const auto result =
      run_reference(graph, std::vector{ir::make_data(std::vector<float>{10.0F, -10.0F})}).outputs[0];
  const auto y = values_of<float>(result);
  ASSERT_EQ(y.size(), 4U);
  EXPECT_FLOAT_EQ(y[0], 13.2F);
  EXPECT_EQ(y[1], 0.0F);
  EXPECT_EQ(y[2], 0.0F);
  EXPECT_FLOAT_EQ(y[3], 25.4F);
}

TEST(Quantise, PerTensorHasOneScale) {
  const Small network = small({1.27F, -2.54F}, {0.5F, 1.0F}, {12.7F, 40.0F, 25.4F});
  const ir::Graph graph = quantise(network, {.per_channel = false});
  const ir::Node* node = find_node(graph, "conv");
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(graph.tensor(node->inputs[4]).value.shape, ir::Shape{});
  EXPECT_FLOAT_EQ(scale_at(graph, *node, 4), 0.02F);
  // 1.27 / 0.02 = 63.5: rounding decides; 2.54 / 0.02 = 127.
  EXPECT_EQ(values_of<std::int8_t>(graph.tensor(node->inputs[3]).value)[1], -127);
}

// 0.1 -> 1/8, 0.2 -> 1/4, 0.01 -> 1/64, 0.02 -> 1/32.
TEST(Quantise, PowersOfTwo) {
  const Small network = small({1.27F, -2.54F}, {0.5F, 1.0F}, {12.7F, 40.0F, 25.4F});
  const ir::Graph graph = quantise(network, {.power_of_two = true});
  const ir::Node* node = find_node(graph, "conv");
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(scale_at(graph, *node, 1), 0.125F);
  EXPECT_EQ(values_of<float>(graph.tensor(node->inputs[4]).value), (std::vector<float>{0.015625F, 0.03125F}));
  EXPECT_EQ(scale_at(graph, *node, 6), 0.25F);
  EXPECT_EQ(values_of<std::int32_t>(graph.tensor(node->inputs[8]).value),
            (std::vector<std::int32_t>{256, 256}));
}

// A channel whose weights are almost nothing: its scale follows from the bias, which then takes 2^29.
TEST(Quantise, BiasOfAnEmptyChannelFits) {
  const Small network = small({1e-30F, 1.27F}, {2.0F, 0.0F}, {12.7F, 40.0F, 25.4F});
  const ir::Graph graph = quantise(network, {});
  const ir::Node* node = find_node(graph, "conv");
  ASSERT_NE(node, nullptr);
  const auto bias = values_of<std::int32_t>(graph.tensor(node->inputs[8]).value);
  EXPECT_NEAR(bias[0], 536870912, 64);
  EXPECT_EQ(values_of<std::int8_t>(graph.tensor(node->inputs[3]).value)[0], 0);
}

TEST(Quantise, RefusesWeightsThatAreNotFinite) {
  Issues issues;
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    const Small network = small({1.0F, bad}, {0.0F, 0.0F}, {1.0F, 1.0F, 1.0F});
    quantise_network(network.graph, network.ranges, {}, issues);
    const Small bias = small({1.0F, 1.0F}, {0.0F, bad}, {1.0F, 1.0F, 1.0F});
    quantise_network(bias.graph, bias.ranges, {}, issues);
  }
  ASSERT_EQ(issues.size(), 4U);
  EXPECT_EQ(issues.list()[0].key, "conv");
  EXPECT_NE(issues.list()[0].message.find("\"w\""), std::string::npos);
  EXPECT_NE(issues.list()[1].message.find("\"b\""), std::string::npos);
}

// Two convolutions meet in an Add whose result a third one and a Softmax read. The Add's operands share the
// larger scale, 8 / 127; the Softmax is in float.
TEST(Quantise, AlignsAddsAndLeavesSoftmaxInFloat) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 1, 1, 1});
  const auto w = b.constant("w", {1, 1, 1, 1}, {1.0F});
  const auto y1 = b.node("conv1", OpKind::kConv, conv(1), {x, w}, {1, 1, 1, 1});
  const auto y2 = b.node("conv2", OpKind::kConv, conv(1), {x, w}, {1, 1, 1, 1});
  const auto sum = b.node("add", OpKind::kAdd, {}, {y1, y2}, {1, 1, 1, 1});
  const auto y3 = b.node("conv3", OpKind::kConv, conv(1), {sum, w}, {1, 1, 1, 1});
  ir::AxisAttributes axis;
  axis.axis = 1;
  const auto z = b.node("softmax", OpKind::kSoftmax, axis, {sum}, {1, 1, 1, 1});
  Small network{b.finish({y3, z}), {}};
  network.ranges.assign(network.graph.tensor_count(), 1.0F);
  network.ranges[y1] = 4.0F;
  network.ranges[y2] = 8.0F;
  network.ranges[sum] = 11.0F;
  Report report;
  const ir::Graph graph = quantise(network, {}, &report);
  const ir::Node* add = find_node(graph, "add");
  ASSERT_NE(add, nullptr);
  ASSERT_EQ(add->op, OpKind::kQLinearAdd);
  EXPECT_EQ(scale_at(graph, *add, 1), 8.0F / 127.0F);
  EXPECT_EQ(scale_at(graph, *add, 4), 8.0F / 127.0F);
  EXPECT_EQ(scale_at(graph, *add, 6), 11.0F / 127.0F);
  EXPECT_EQ(scale_at(graph, *find_node(graph, "conv1"), 6), 8.0F / 127.0F);
  EXPECT_EQ(report.int8_nodes, (std::vector<std::string>{"conv1", "conv2", "add", "conv3"}));
  EXPECT_EQ(report.float_nodes, (std::vector<std::string>{"softmax"}));
  // x is quantised once; the sum and conv3's result are dequantised.
  EXPECT_EQ(report.conversions, 3U);
  EXPECT_EQ(report.weights, 3U);
  const ir::Node* softmax = find_node(graph, "softmax");
  EXPECT_EQ(graph.node(*graph.tensor(softmax->inputs[0]).producer).op, OpKind::kDequantizeLinear);
}

// All inputs and the result of a Concat share the largest scale, and it stays a plain Concat.
TEST(Quantise, AlignsConcats) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 1, 1, 1});
  const auto w = b.constant("w", {1, 1, 1, 1}, {1.0F});
  const auto y1 = b.node("conv1", OpKind::kConv, conv(1), {x, w}, {1, 1, 1, 1});
  const auto y2 = b.node("conv2", OpKind::kConv, conv(1), {x, w}, {1, 1, 1, 1});
  ir::AxisAttributes axis;
  axis.axis = 1;
  const auto z = b.node("concat", OpKind::kConcat, axis, {y1, y2, x}, {1, 3, 1, 1});
  Small network{b.finish({z}), {}};
  network.ranges.assign(network.graph.tensor_count(), 0.0F);
  network.ranges[x] = 2.0F;
  network.ranges[y1] = 4.0F;
  network.ranges[y2] = 8.0F;
  network.ranges[z] = 8.0F;
  const ir::Graph graph = quantise(network, {});
  const ir::Node* concat = find_node(graph, "concat");
  ASSERT_NE(concat, nullptr);
  EXPECT_EQ(concat->op, OpKind::kConcat);
  for (const ir::TensorId id : concat->inputs) EXPECT_EQ(graph.tensor(id).value.type, DType::kInt8);
  EXPECT_EQ(scale_at(graph, *find_node(graph, "conv1"), 6), 8.0F / 127.0F);
  EXPECT_EQ(scale_at(graph, *find_node(graph, "conv2"), 6), 8.0F / 127.0F);
  EXPECT_EQ(scale_at(graph, *find_node(graph, "conv1"), 1), 8.0F / 127.0F);  // x is in the same concat
}

// Bounds 0 and 6 with 6 / 127 become 0 and 127; alpha and beta of a Gemm go into weights and bias.
TEST(Quantise, ClipAndGemm) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 2});
  const auto w = b.constant("w", {2, 1}, {0.5F, 1.27F});
  const auto c = b.constant("c", {1}, {0.25F});
  ir::GemmAttributes gemm;
  gemm.alpha = 2.0F;
  gemm.beta = 4.0F;
  const auto y = b.node("gemm", OpKind::kGemm, gemm, {x, w, c}, {1, 1});
  const auto low = b.constant("low", {}, {0.0F});
  const auto high = b.constant("high", {}, {6.0F});
  const auto z = b.node("clip", OpKind::kClip, {}, {y, low, high}, {1, 1});
  Small network{b.finish({z}), {}};
  network.ranges.assign(network.graph.tensor_count(), 0.0F);
  network.ranges[x] = 1.27F;
  network.ranges[y] = 100.0F;
  network.ranges[z] = 6.0F;
  const ir::Graph graph = quantise(network, {});
  const ir::Node* node = find_node(graph, "gemm");
  ASSERT_NE(node, nullptr);
  ASSERT_EQ(node->op, OpKind::kQGemm);
  // Real weights {1, 2.54}: scale 0.02, integers {50, 127}; bias 1 / (0.01 x 0.02) = 5000.
  EXPECT_FLOAT_EQ(scale_at(graph, *node, 4), 0.02F);
  EXPECT_EQ(values_of<std::int8_t>(graph.tensor(node->inputs[3]).value), (std::vector<std::int8_t>{50, 127}));
  EXPECT_EQ(values_of<std::int32_t>(graph.tensor(node->inputs[6]).value), std::vector<std::int32_t>{5000});
  EXPECT_EQ(std::get<ir::GemmAttributes>(node->attributes).alpha, 1.0F);
  const ir::Node* clip = find_node(graph, "clip");
  ASSERT_NE(clip, nullptr);
  EXPECT_EQ(values_of<std::int8_t>(graph.tensor(clip->inputs[1]).value), std::vector<std::int8_t>{0});
  EXPECT_EQ(values_of<std::int8_t>(graph.tensor(clip->inputs[2]).value), std::vector<std::int8_t>{127});
}

// Averages have a scale of their own; a mean over the image is a global average, and its shape follows.
TEST(Quantise, AveragesAreRescaled) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 1, 2, 2});
  const auto w = b.constant("w", {1, 1, 1, 1}, {1.0F});
  const auto y = b.node("conv", OpKind::kConv, conv(1), {x, w}, {1, 1, 2, 2});
  ir::ReduceAttributes reduce;
  reduce.axes = {2, 3};
  reduce.keep_dims = false;
  const auto z = b.node("mean", OpKind::kReduceMean, reduce, {y}, {1, 1});
  Small network{b.finish({z}), {}};
  network.ranges.assign(network.graph.tensor_count(), 0.0F);
  network.ranges[x] = 4.0F;
  network.ranges[y] = 4.0F;
  network.ranges[z] = 1.0F;
  const ir::Graph graph = quantise(network, {});
  const ir::Node* mean = find_node(graph, "mean");
  ASSERT_NE(mean, nullptr);
  EXPECT_EQ(mean->op, OpKind::kQLinearGlobalAveragePool);
  EXPECT_EQ(scale_at(graph, *mean, 1), 4.0F / 127.0F);
  EXPECT_EQ(scale_at(graph, *mean, 3), 1.0F / 127.0F);
  EXPECT_EQ(graph.tensor(mean->outputs[0]).value.shape, (ir::Shape{1, 1, 1, 1}));
  EXPECT_NE(find_node(graph, "mean_Squeeze"), nullptr);
  EXPECT_EQ(graph.tensor(graph.outputs()[0]).value.shape, (ir::Shape{1, 1}));
}

// Without ranges the network has the same nodes and shapes, and no scale but 1.
TEST(Quantise, WithoutRangesTheFormIsTheSame) {
  const Small network = small({1.27F, -2.54F}, {0.5F, 1.0F}, {12.7F, 40.0F, 25.4F});
  const ir::Graph with = quantise(network, {});
  const ir::Graph without = quantise({network.graph, {}}, {});
  ASSERT_EQ(with.node_count(), without.node_count());
  for (ir::NodeIndex i = 0; i < with.node_count(); ++i) {
    EXPECT_EQ(with.node(i).name, without.node(i).name);
    EXPECT_EQ(with.node(i).op, without.node(i).op);
    ASSERT_EQ(with.node(i).inputs.size(), without.node(i).inputs.size());
    for (std::size_t j = 0; j < with.node(i).inputs.size(); ++j) {
      EXPECT_EQ(with.tensor(with.node(i).inputs[j]).value.shape,
                without.tensor(without.node(i).inputs[j]).value.shape);
    }
  }
  EXPECT_EQ(scale_at(without, *find_node(without, "conv"), 1), 1.0F);
}

// A convolution and a normalisation whose parameters are made on demand stay so: folding scales them on
// demand, and the integers come from the source. Without ranges nothing is ever made.
TEST(Quantise, WeightsThatStandNowhereStaySo) {
  GraphBuilder b;
  const auto x = b.input("x", {1, 8, 4, 4});
  const auto w = b.lazy("w", {16, 8, 3, 3}, 0.25);
  const auto y = b.node("conv", OpKind::kConv, conv(3, 1, 1), {x, w}, {1, 16, 4, 4});
  const auto c = [&](const char* name, float value) {
    return b.constant(name, {16}, std::vector<float>(16, value));
  };
  const auto z = b.node("norm", OpKind::kBatchNormalization, ir::NormAttributes{.epsilon = 1e-5F},
                        {y, c("scale", 1.0F), c("B", 0.0F), c("mean", 0.0F), c("var", 1.0F)}, {1, 16, 4, 4});
  const ir::Graph folded = fold_batch_norms(b.finish({z}));
  const ir::Tensor& scaled_weights = folded.tensor(folded.node(0).inputs[1]).value;
  ASSERT_NE(scaled_weights.data.source(), nullptr);
  // 1 / sqrt(1.00001), rounded, times the weight; element by element as all at once.
  const float factor = 1.0F / std::sqrt(1.0F + 1e-5F);
  const auto plain = values_of<float>(folded.tensor(folded.node(0).inputs[1]).value);
  float one = 0;
  scaled_weights.data.fill(700, 1, sizeof(float), reinterpret_cast<std::byte*>(&one));
  EXPECT_EQ(one, plain[700]);
  EXPECT_NE(factor, 1.0F);

  const std::vector<std::vector<ir::TensorData>> inputs{{ir::make_data(std::vector<float>(128, 0.5F))}};
  Issues issues;
  const Ranges ranges = calibrate(folded, inputs, 2, issues);
  const ir::Graph graph = quantise_network(folded, ranges, {}, issues);
  ASSERT_TRUE(issues.empty());
  const ir::Node* node = find_node(graph, "conv");
  ASSERT_NE(node, nullptr);
  EXPECT_NE(graph.tensor(node->inputs[3]).value.data.source(), nullptr);
  // Integers x scale is the weight within half a step (and what quotients of scales round).
  const auto integers = values_of<std::int8_t>(graph.tensor(node->inputs[3]).value);
  const float scale = graph.tensor(node->inputs[4]).value.as<float>()[0];
  for (std::size_t i = 0; i < integers.size(); ++i) {
    ASSERT_NEAR(static_cast<float>(integers[i]) * scale, plain[i], 0.501F * scale) << i;
  }
}

TEST(Quantise, KnowsFloatNetworks) {
  const Small network = small({1.0F, 1.0F}, {0.0F, 0.0F}, {1.0F, 1.0F, 1.0F});
  EXPECT_TRUE(is_float_network(network.graph));
  EXPECT_FALSE(is_float_network(quantise(network, {})));
}

}  // namespace
}  // namespace systole::quantise
