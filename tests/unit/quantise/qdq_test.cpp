// The QDQ form against what it is rewritten to, both run by the reference executor.
#include "models/quantise/qdq.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "models/reference/run.h"
#include "tests/unit/quantise/graph_builder.h"

namespace systole::quantise {
namespace {

using ir::OpKind;

struct Scale {
  float scale = 1;
  std::int32_t zero = 0;
  DType type = DType::kInt8;
};

/// Networks whose every operator stands between dequantisation and quantisation.
class QdqBuilder : public GraphBuilder {
public:
  ir::TensorId quantise(ir::TensorId x, const std::string& name, ir::Shape shape, const Scale& s) {
    return node(name, OpKind::kQuantizeLinear, ir::AxisAttributes{}, {x, scale_of(name, s), zero_of(name, s)},
                std::move(shape), s.type);
  }
  ir::TensorId dequantise(ir::TensorId x, const std::string& name, ir::Shape shape, const Scale& s) {
    return node(name, OpKind::kDequantizeLinear, ir::AxisAttributes{},
                {x, scale_of(name, s), zero_of(name, s)}, std::move(shape));
  }
  /// A float input as dequantised integers.
  ir::TensorId feature_map(const std::string& name, const ir::Shape& shape, const Scale& s) {
    const ir::TensorId x = input(name, shape);
    return dequantise(quantise(x, name + "_q", shape, s), name + "_dq", shape, s);
  }
  /// Random int8 weights, dequantised with one scale per output.
  ir::TensorId weights(const ir::Shape& shape, std::int64_t axis, const std::vector<float>& scales,
                       int most = 127) {
    std::mt19937 engine(7);
    std::vector<std::int32_t> values(static_cast<std::size_t>(ir::elements_of(shape)));
    for (std::int32_t& value : values) {
      value = static_cast<std::int32_t>(engine() % static_cast<unsigned>(2 * most + 1)) - most;
    }
    const auto count = static_cast<std::int64_t>(scales.size());
    ir::AxisAttributes attributes;
    attributes.axis = axis;
    return node("w_dq", OpKind::kDequantizeLinear, attributes,
                {integers("w", DType::kInt8, shape, values), constant("w_scale", {count}, scales)}, shape);
  }
  ir::TensorId bias(const std::vector<std::int32_t>& values, const std::vector<float>& scales) {
    const auto count = static_cast<std::int64_t>(values.size());
    return node("b_dq", OpKind::kDequantizeLinear, ir::AxisAttributes{},
                {integers("b", DType::kInt32, {count}, values),
                 constant("b_scale", {static_cast<std::int64_t>(scales.size())}, scales)},
                {count});
  }
  /// The network whose output is y, quantised and dequantised.
  ir::Graph end(ir::TensorId y, const ir::Shape& shape, const Scale& s) {
    return finish({dequantise(quantise(y, "y_q", shape, s), "out", shape, s)});
  }

private:
  ir::TensorId scale_of(const std::string& name, const Scale& s) {
    return constant(name + "_s", {}, {s.scale});
  }
  ir::TensorId zero_of(const std::string& name, const Scale& s) {
    return integers(name + "_z", s.type, {}, {s.zero});
  }
};

std::vector<float> run(const ir::Graph& graph) {
  std::mt19937 engine(3);
  std::vector<ir::TensorData> inputs;
  for (const ir::TensorId id : graph.inputs()) {
    std::vector<float> values(static_cast<std::size_t>(graph.tensor(id).value.elements()));
    for (float& value : values) value = static_cast<float>(engine() % 2001) / 500.0F - 2.0F;
    inputs.push_back(ir::make_data(values));
  }
  const auto outputs = run_reference(graph, inputs).outputs;
  return values_of<float>(outputs[0]);
}

std::size_t count_of(const ir::Graph& graph, OpKind op) {
  std::size_t count = 0;
  for (ir::NodeIndex i = 0; i < graph.node_count(); ++i) count += graph.node(i).op == op ? 1 : 0;
  return count;
}

/// The operator has become `op`; between the network's ends nothing is float any more; all bits are the same.
void expect_exact(const ir::Graph& graph, OpKind op, std::size_t inputs = 1) {
  QdqReport report;
  const ir::Graph fused = fuse_qdq(graph, QdqScope::kExact, &report);
  EXPECT_EQ(report.rewritten, 1U);
  EXPECT_EQ(report.exact, 1U);
  EXPECT_EQ(count_of(fused, op), 1U);
  EXPECT_EQ(count_of(fused, OpKind::kQuantizeLinear), inputs);
  EXPECT_EQ(count_of(fused, OpKind::kDequantizeLinear), 1U);
  EXPECT_EQ(run(fused), run(graph));
}

const ir::Shape kImage{1, 4, 6, 6};
constexpr Scale kX{0.03125F, 3};
constexpr Scale kUnsigned{0.0625F, 128, DType::kUInt8};

// Every operator whose integer form is defined through its float form: any scales.
TEST(Qdq, ElementwiseOperatorsAreExactInAnyScale) {
  const Scale a{0.0317F, -5};
  const Scale b{0.0713F, 12};
  const Scale y{0.0529F, 2};
  for (const auto& [from, to] : std::vector<std::pair<OpKind, OpKind>>{{OpKind::kAdd, OpKind::kQLinearAdd},
                                                                       {OpKind::kMul, OpKind::kQLinearMul}}) {
    QdqBuilder net;
    const auto left = net.feature_map("a", kImage, a);
    const auto right = net.feature_map("b", kImage, b);
    expect_exact(net.end(net.node("op", from, {}, {left, right}, kImage), kImage, y), to, 2);
  }
  QdqBuilder sigmoid;
  const auto x = sigmoid.feature_map("x", kImage, a);
  expect_exact(sigmoid.end(sigmoid.node("op", OpKind::kSigmoid, {}, {x}, kImage), kImage, y),
               OpKind::kQLinearSigmoid);
  QdqBuilder leaky;
  const auto z = leaky.feature_map("x", kImage, a);
  const ir::ActivationAttributes slope{0.1F, 0.0F};
  expect_exact(leaky.end(leaky.node("op", OpKind::kLeakyRelu, slope, {z}, kImage), kImage, y),
               OpKind::kQLinearLeakyRelu);
}

TEST(Qdq, ConcatIsExactInAnyScale) {
  QdqBuilder net;
  const auto a = net.feature_map("a", kImage, {0.0317F, -5});
  const auto b = net.feature_map("b", kImage, {0.0713F, 12});
  ir::AxisAttributes axis;
  axis.axis = 1;
  const ir::Shape shape{1, 8, 6, 6};
  expect_exact(net.end(net.node("op", OpKind::kConcat, axis, {a, b}, shape), shape, {0.0529F, 2}),
               OpKind::kQLinearConcat, 2);
}

TEST(Qdq, WhatKeepsItsScaleMovesIntegers) {
  const Scale s{0.0317F, -5};
  QdqBuilder pool;
  ir::PoolAttributes window;
  window.window.kernel = window.window.stride = {2, 2};
  const ir::Shape half{1, 4, 3, 3};
  const auto x = pool.feature_map("x", kImage, s);
  expect_exact(pool.end(pool.node("op", OpKind::kMaxPool, window, {x}, half), half, s), OpKind::kMaxPool);
  // With another scale behind it there is no integer form.
  QdqBuilder other;
  const auto y = other.feature_map("x", kImage, s);
  const ir::Graph graph = other.end(other.node("op", OpKind::kMaxPool, window, {y}, half), half, {0.05F, 0});
  QdqReport report;
  const ir::Graph same = fuse_qdq(graph, QdqScope::kAll, &report);
  EXPECT_EQ(report.rewritten, 0U);
  EXPECT_EQ(same.node_count(), graph.node_count());
  EXPECT_EQ(run(same), run(graph));
}

// Powers of two and small sums: float does not round.
TEST(Qdq, ConvolutionInPowersOfTwo) {
  const ir::Shape out{1, 3, 6, 6};
  const std::vector<float> w_scales{0.25F, 0.0078125F, 0.03125F};
  std::vector<float> b_scales;
  b_scales.reserve(w_scales.size());
  for (const float scale : w_scales) b_scales.push_back(kX.scale * scale);
  for (const Scale& y : {Scale{0.5F, 0}, Scale{0.25F, -128}, kUnsigned}) {
    for (const bool relu : {false, true}) {
      QdqBuilder net;
      const auto x = net.feature_map("x", kImage, kX);
      const auto w = net.weights({3, 4, 3, 3}, 0, w_scales);
      const auto b = net.bias({1000, -20000, 77}, b_scales);
      auto at = net.node("conv", OpKind::kConv, conv(3, 1, 1), {x, w, b}, out);
      if (relu) at = net.node("relu", OpKind::kRelu, {}, {at}, out);
      const ir::Graph graph = net.end(at, out, y);
      expect_exact(graph, OpKind::kQLinearConv);
      const ir::Graph fused = fuse_qdq(graph, QdqScope::kExact);
      // A zero point at the end of the range clips by itself.
      EXPECT_EQ(count_of(fused, OpKind::kRelu), relu && y.zero == 0 ? 1U : 0U);
      EXPECT_EQ(count_of(fused, OpKind::kClip), relu && y.zero == 128 ? 1U : 0U);
      EXPECT_NE(find_node(fused, "conv"), nullptr);
    }
  }
}

TEST(Qdq, ProductsInPowersOfTwo) {
  for (const bool transposed : {false, true}) {
    QdqBuilder net;
    const auto x = net.feature_map("x", {2, 20}, kUnsigned);
    const auto w = net.weights(transposed ? ir::Shape{5, 20} : ir::Shape{20, 5}, transposed ? 0 : 1,
                               {0.5F, 0.5F, 0.25F, 2.0F, 1.0F});
    ir::GemmAttributes gemm;
    gemm.transpose_b = transposed;
    const auto y = net.node("fc", OpKind::kGemm, gemm, {x, w}, {2, 5});
    expect_exact(net.end(y, {2, 5}, {4.0F, 1}), OpKind::kQGemm);
  }
  QdqBuilder net;
  const auto x = net.feature_map("x", {2, 20}, kX);
  const auto w = net.weights({20, 5}, 1, {0.5F, 0.5F, 0.25F, 2.0F, 1.0F});
  expect_exact(net.end(net.node("fc", OpKind::kMatMul, {}, {x, w}, {2, 5}), {2, 5}, {4.0F, 1}),
               OpKind::kQLinearMatMul);
  QdqBuilder computed;
  const auto a = computed.feature_map("a", {2, 20}, kX);
  const auto b = computed.feature_map("b", {20, 5}, kX);
  expect_exact(computed.end(computed.node("fc", OpKind::kMatMul, {}, {a, b}, {2, 5}), {2, 5}, {0.5F, 1}),
               OpKind::kQLinearMatMul, 2);
}

TEST(Qdq, AveragesOfWindowsInPowersOfTwo) {
  ir::PoolAttributes pool;
  pool.window.kernel = pool.window.stride = {2, 2};
  const ir::Shape half{1, 4, 3, 3};
  QdqBuilder net;
  const auto x = net.feature_map("x", kImage, kX);
  expect_exact(net.end(net.node("op", OpKind::kAveragePool, pool, {x}, half), half, {0.0625F, 1}),
               OpKind::kQLinearAveragePool);
  // 36 elements: float rounds the quotient.
  QdqBuilder global;
  const auto y = global.feature_map("x", kImage, kX);
  pool.window.kernel = {6, 6};
  const ir::Graph graph = global.end(global.node("op", OpKind::kGlobalAveragePool, pool, {y}, {1, 4, 1, 1}),
                                     {1, 4, 1, 1}, {0.0625F, 1});
  QdqReport report;
  EXPECT_EQ(count_of(fuse_qdq(graph, QdqScope::kExact, &report), OpKind::kGlobalAveragePool), 1U);
  EXPECT_EQ(report.rewritten, 0U);
  EXPECT_EQ(count_of(fuse_qdq(graph, QdqScope::kAll, &report), OpKind::kQLinearGlobalAveragePool), 1U);
  EXPECT_EQ(report.rewritten, 1U);
  EXPECT_EQ(report.exact, 0U);
}

TEST(Qdq, AnActivationAloneBecomesBounds) {
  QdqBuilder net;
  const auto x = net.feature_map("x", kImage, {0.0317F, -5});
  const auto low = net.constant("low", {}, {-0.5F});
  const auto high = net.constant("high", {}, {1.25F});
  expect_exact(net.end(net.node("op", OpKind::kClip, {}, {x, low, high}, kImage), kImage, {0.0317F, -5}),
               OpKind::kClip);
}

// The same convolution in other scales: only on demand, and then within one step of the result.
TEST(Qdq, AnyConvolutionOnDemand) {
  const ir::Shape out{1, 3, 6, 6};
  const Scale y{0.0529F, -9};
  QdqBuilder net;
  const auto x = net.feature_map("x", kImage, {0.0317F, -5});
  const auto w = net.weights({3, 4, 3, 3}, 0, {0.0011F, 0.0023F, 0.0007F});
  const auto b = net.constant("b", {3}, {0.5F, -0.25F, 0.0F});
  const auto c = net.node("conv", OpKind::kConv, conv(3, 1, 1), {x, w, b}, out);
  const ir::Graph graph = net.end(c, out, y);
  QdqReport report;
  EXPECT_EQ(count_of(fuse_qdq(graph, QdqScope::kExact, &report), OpKind::kConv), 1U);
  EXPECT_EQ(report.rewritten, 0U);
  const ir::Graph fused = fuse_qdq(graph, QdqScope::kAll, &report);
  EXPECT_EQ(report.rewritten, 1U);
  EXPECT_EQ(report.exact, 0U);
  const auto expected = run(graph);
  const auto found = run(fused);
  std::size_t same = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_LE(std::fabs(found[i] - expected[i]), y.scale * 1.001F) << i;
    same += found[i] == expected[i] ? 1 : 0;
  }
  EXPECT_GE(same, found.size() * 9 / 10);
}

// 2 x 3 x 3 x 131 x 127 = 299,466 is small; with 1000 channels the sum may exceed 2^24, and float may round.
TEST(Qdq, LargeSumsAreNotExact) {
  for (const std::int64_t channels : {2, 1000}) {
    const ir::Shape in{1, channels, 3, 3};
    QdqBuilder net;
    const auto x = net.feature_map("x", in, kX);
    const auto w = net.weights({1, channels, 3, 3}, 0, {0.5F});
    const auto y = net.node("conv", OpKind::kConv, conv(3), {x, w}, {1, 1, 1, 1});
    QdqReport report;
    fuse_qdq(net.end(y, {1, 1, 1, 1}, {64.0F, 0}), QdqScope::kAll, &report);
    EXPECT_EQ(report.rewritten, 1U);
    EXPECT_EQ(report.exact, channels == 2 ? 1U : 0U);
  }
}

// What somebody else reads in float stays float for him, and so the operator stays.
TEST(Qdq, SharedResultsStay) {
  QdqBuilder net;
  const auto a = net.feature_map("a", kImage, kX);
  const auto b = net.feature_map("b", kImage, kX);
  const auto sum = net.node("sum", OpKind::kAdd, {}, {a, b}, kImage);
  const auto q = net.dequantise(net.quantise(sum, "q", kImage, kX), "dq", kImage, kX);
  const ir::Graph graph = net.finish({q, sum});
  QdqReport report;
  const ir::Graph fused = fuse_qdq(graph, QdqScope::kAll, &report);
  EXPECT_EQ(report.rewritten, 0U);
  EXPECT_EQ(run(fused), run(graph));
}

// A chain: between two operators neither conversion is left.
TEST(Qdq, AChainIsIntegerThroughout) {
  QdqBuilder net;
  const auto a = net.feature_map("a", kImage, {0.0317F, -5});
  const auto b = net.feature_map("b", kImage, {0.0713F, 12});
  const Scale s{0.05F, 1};
  const auto sum = net.node("sum", OpKind::kAdd, {}, {a, b}, kImage);
  const auto again = net.dequantise(net.quantise(sum, "q", kImage, s), "dq", kImage, s);
  const auto product = net.node("product", OpKind::kMul, {}, {again, a}, kImage);
  const ir::Graph graph = net.end(product, kImage, {0.1F, 0});
  QdqReport report;
  const ir::Graph fused = fuse_qdq(graph, QdqScope::kExact, &report);
  EXPECT_EQ(report.exact, 2U);
  EXPECT_EQ(fused.node_count(), 5U);  // two quantisations, sum, product, one dequantisation
  EXPECT_EQ(run(fused), run(graph));
}

}  // namespace
}  // namespace systole::quantise
