// QDQ networks that keep floats: weights with their quantisation behind them, results that nobody quantises.
#include <gtest/gtest.h>

#include <cmath>

#include "models/quantise/qdq.h"
#include "models/reference/run.h"
#include "tests/unit/quantise/graph_builder.h"

namespace systole::quantise {
namespace {

using ir::OpKind;

const ir::Shape kImage{1, 4, 5, 5};

std::vector<float> ramp(std::int64_t count, float step) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i * 37 % 101 - 50) * step);
  return values;
}

std::vector<float> run(const ir::Graph& graph) {
  std::vector<ir::TensorData> inputs;
  for (const ir::TensorId id : graph.inputs())
    inputs.push_back(ir::make_data(ramp(graph.tensor(id).value.elements(), 0.011F)));
  const ir::Tensor out = run_reference(graph, inputs).outputs[0];
  return values_of<float>(out);
}

std::size_t count_of(const ir::Graph& graph, OpKind op) {
  std::size_t count = 0;
  for (ir::NodeIndex i = 0; i < graph.node_count(); ++i) count += graph.node(i).op == op ? 1 : 0;
  return count;
}

class Builder : public GraphBuilder {
public:
  /// x -> QuantizeLinear -> DequantizeLinear.
  ir::TensorId through(ir::TensorId x, const std::string& name, const ir::Shape& shape,
                       const std::vector<float>& scales, std::int64_t axis) {
    ir::AxisAttributes along;
    along.axis = axis;
    const ir::Shape count =
        scales.size() == 1 ? ir::Shape{} : ir::Shape{static_cast<std::int64_t>(scales.size())};
    const auto scale = constant(name + "_s", count, scales);
    const auto zero = integers(name + "_z", DType::kInt8, count, std::vector<std::int32_t>(scales.size(), 0));
    const auto q = node(name + "_q", OpKind::kQuantizeLinear, along, {x, scale, zero}, shape, DType::kInt8);
    return node(name + "_dq", OpKind::kDequantizeLinear, along, {q, scale, zero}, shape);
  }
  ir::TensorId feature_map(const ir::Shape& shape) {
    return through(input("x", shape), "x", shape, {0.01F}, 1);
  }
  ir::TensorId weights(const ir::Shape& shape, const std::vector<float>& scales, std::int64_t axis) {
    return through(constant("w", shape, ramp(ir::elements_of(shape), 0.004F)), "w", shape, scales, axis);
  }
};

/// The integer form is as near as float sums are, and nothing computes in float but the scales and the bias.
void expect_integer_form(const ir::Graph& graph, OpKind product, std::size_t additions) {
  QdqReport report;
  const ir::Graph made = fuse_qdq(graph, QdqScope::kAll, &report);
  EXPECT_EQ(report.rewritten, 1U);
  EXPECT_EQ(report.exact, 0U);
  EXPECT_EQ(count_of(made, product), 1U);
  EXPECT_EQ(count_of(made, OpKind::kAdd), additions);
  EXPECT_EQ(count_of(made, OpKind::kQuantizeLinear), 1U);  // of the input: the weights are integers now
  EXPECT_EQ(count_of(made, OpKind::kDequantizeLinear), 1U);
  const auto expected = run(graph);
  const auto found = run(made);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5F) << i;
  // Exactly as the form says: not without being asked.
  EXPECT_EQ(count_of(fuse_qdq(graph, QdqScope::kExact), product), 0U);
}

TEST(QdqFloats, AConvolutionWithAFloatResult) {
  for (const bool bias : {false, true}) {
    Builder net;
    const auto x = net.feature_map(kImage);
    const auto w = net.weights({3, 4, 3, 3}, {0.002F, 0.003F, 0.0015F}, 0);
    std::vector<ir::TensorId> operands{x, w};
    if (bias) operands.push_back(net.constant("b", {3}, {0.5F, -0.25F, 0.125F}));
    expect_integer_form(net.finish({net.node("conv", OpKind::kConv, conv(3), operands, {1, 3, 3, 3})}),
                        OpKind::kConvInteger, bias ? 1 : 0);
  }
}

TEST(QdqFloats, MatrixProductsWithFloatResults) {
  for (const bool transposed : {false, true}) {
    Builder net;
    const auto x = net.feature_map({2, 20});
    const ir::Shape shape = transposed ? ir::Shape{5, 20} : ir::Shape{20, 5};
    const auto w = net.weights(shape, {0.002F, 0.003F, 0.0015F, 0.002F, 0.004F}, transposed ? 0 : 1);
    ir::GemmAttributes gemm;
    gemm.transpose_b = transposed;
    const auto b = net.constant("b", {5}, {1, 2, 3, 4, 5});
    expect_integer_form(net.finish({net.node("fc", OpKind::kGemm, gemm, {x, w, b}, {2, 5})}),
                        OpKind::kMatMulInteger, 1);
  }
  Builder net;
  const auto x = net.feature_map({2, 20});
  const auto w = net.weights({20, 5}, {0.003F}, 1);
  expect_integer_form(net.finish({net.node("fc", OpKind::kMatMul, {}, {x, w}, {2, 5})}),
                      OpKind::kMatMulInteger, 0);
}

// Weights as floats are those that their quantisation makes of them.
TEST(QdqFloats, WeightsAreQuantisedBeforehand) {
  Builder net;
  const auto x = net.feature_map(kImage);
  const auto w = net.weights({3, 4, 3, 3}, {0.002F, 0.003F, 0.0015F}, 0);
  const auto y = net.node("conv", OpKind::kConv, conv(3), {x, w}, {1, 3, 3, 3});
  const ir::Graph graph = net.finish({net.through(y, "y", {1, 3, 3, 3}, {0.01F}, 1)});
  const ir::Graph made = fuse_qdq(graph, QdqScope::kAll);
  EXPECT_EQ(count_of(made, OpKind::kQLinearConv), 1U);
  EXPECT_EQ(made.node_count(), 3U);  // the input's quantisation, the convolution, the result's dequantisation
  const auto expected = run(graph);
  const auto found = run(made);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_LE(std::fabs(found[i] - expected[i]), 0.01001F) << i;
}

}  // namespace
}  // namespace systole::quantise
