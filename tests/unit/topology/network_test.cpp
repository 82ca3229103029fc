#include "models/topology/network.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "models/ir/bookkeeping.h"
#include "models/reference/run.h"

namespace systole::topology {
namespace {

using testing::ElementsAre;

ir::TensorData filled(const ir::Tensor& tensor, int value) {
  return ir::TensorData(ir::constant_data(tensor.type, tensor.elements(), value).bytes());
}

const ir::Tensor& input(const ir::Graph& graph, std::size_t i) {
  return graph.tensor(graph.inputs()[i]).value;
}
const ir::Tensor& output(const ir::Graph& graph, std::size_t i) {
  return graph.tensor(graph.outputs()[i]).value;
}

// AlexNet's first layer on an unpadded 224 x 224: ceil((224 - 11 + 4) / 4) = ceil(54.25) = 55.
TEST(TopologyNetwork, OutputsAreRoundedUpAsScaleSimDoes) {
  EXPECT_EQ(output_size(224, 11, 4), 55);
  EXPECT_EQ(output_size(227, 11, 4), 55);
  EXPECT_EQ(output_size(228, 11, 4), 56);
  EXPECT_EQ(output_size(7, 7, 1), 1);
  EXPECT_EQ(output_size(56, 1, 2), 29);
}

TEST(TopologyNetwork, EveryLayerStandsAlone) {
  const std::vector<Layer> layers{ConvLayer{"conv", 224, 224, 11, 11, 3, 96, 4, 4},
                                  GemmLayer{"fc", 2, 1000, 64}};
  const ir::Graph graph = network_of(layers, "t", {});
  ASSERT_EQ(graph.node_count(), 2U);
  EXPECT_EQ(graph.node(0).op, ir::OpKind::kQLinearConv);
  EXPECT_EQ(graph.node(1).op, ir::OpKind::kQLinearMatMul);
  EXPECT_THAT(input(graph, 0).shape, ElementsAre(1, 3, 224, 224));
  EXPECT_THAT(output(graph, 0).shape, ElementsAre(1, 96, 55, 55));
  EXPECT_THAT(input(graph, 1).shape, ElementsAre(2, 64));
  EXPECT_THAT(output(graph, 1).shape, ElementsAre(2, 1000));
  // The last window of a row begins at 216 and ends at 227: three elements lie outside.
  const auto& window = std::get<ir::ConvAttributes>(graph.node(0).attributes).window;
  EXPECT_THAT(window.pad_begin, ElementsAre(0, 0));
  EXPECT_THAT(window.pad_end, ElementsAre(3, 3));
  EXPECT_EQ(ir::cost_of(graph, 0).operations.macs, 55 * 55 * 96 * 11 * 11 * 3);
  EXPECT_EQ(ir::cost_of(graph, 1).operations.macs, 2 * 64 * 1000);
  EXPECT_EQ(ir::cost_of(graph, 0).parameters, 96 * 11 * 11 * 3);
}

// What hangs over the edge is zero: with one filter of 1 x 1 and stride 2 over 2 rows, ceil((2 - 1 + 2) / 2)
// = 2 windows, the second outside.
TEST(TopologyNetwork, WindowsOutsideTheMapSeeZeros) {
  const ir::Graph graph = network_of(std::vector<Layer>{ConvLayer{"c", 2, 1, 1, 1, 64, 8, 2, 1}}, "t", {});
  ASSERT_THAT(output(graph, 0).shape, ElementsAre(1, 8, 2, 1));
  const std::vector<ir::TensorData> inputs{filled(input(graph, 0), 127)};
  const ReferenceResult result = run_reference(graph, inputs);
  const auto* y = result.outputs[0].as<std::int8_t>();
  bool any = false;
  for (int filter = 0; filter < 8; ++filter) {
    any = any || y[2 * filter] != 0;
    EXPECT_EQ(y[2 * filter + 1], 0);
  }
  EXPECT_TRUE(any);
}

TEST(TopologyNetwork, ResultsNeitherSaturateNorVanish) {
  const std::vector<Layer> layers{GemmLayer{"small", 64, 64, 8}, GemmLayer{"large", 16, 64, 4096}};
  const ir::Graph graph = network_of(layers, "t", {});
  std::vector<ir::TensorData> inputs;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    // Uniform over the whole range, in an order that has nothing to do with the weights.
    std::vector<std::int8_t> values(static_cast<std::size_t>(input(graph, i).elements()));
    std::uint32_t state = 1;
    for (std::int8_t& value : values) {
      state = state * 1664525U + 1013904223U;
      value = static_cast<std::int8_t>(state >> 24U);
    }
    inputs.push_back(ir::make_data(values));
  }
  const ReferenceResult result = run_reference(graph, inputs);
  for (const ir::Tensor& tensor : result.outputs) {
    const auto* y = tensor.as<std::int8_t>();
    const auto extreme = std::count_if(y, y + tensor.elements(), [](int v) { return v == 127 || v == -128; });
    const auto small = std::count_if(y, y + tensor.elements(), [](int v) { return v >= -4 && v <= 4; });
    EXPECT_LT(extreme, tensor.elements() / 100) << tensor.name;
    EXPECT_LT(small, tensor.elements() / 2) << tensor.name;
  }
}

TEST(TopologyNetwork, DensityThinsTheWeights) {
  GemmLayer layer{"g", 1, 1000, 1000};
  layer.weight_density = 0.1;
  const ir::Graph graph = network_of(std::vector<Layer>{layer}, "t", {});
  const ir::Tensor& weights = graph.tensor(graph.node(0).inputs[3]).value;
  const auto* w = weights.as<std::int8_t>();
  // A normal deviate rounds to zero with 1.1 %: 0.1 x 0.989.
  const auto there = std::count_if(w, w + weights.elements(), [](int v) { return v != 0; });
  EXPECT_NEAR(static_cast<double>(there) / 1e6, 0.0989, 0.003);
}

TEST(TopologyNetwork, FloatArraysGetFloatLayers) {
  const std::vector<Layer> layers{ConvLayer{"c", 8, 8, 3, 3, 4, 8, 1, 1}, GemmLayer{"g", 2, 3, 4}};
  const ir::Graph graph = network_of(layers, "t", {DType::kFloat32, {}});
  EXPECT_EQ(graph.node(0).op, ir::OpKind::kConv);
  EXPECT_EQ(graph.node(1).op, ir::OpKind::kMatMul);
  EXPECT_EQ(input(graph, 1).type, DType::kFloat32);
}

TEST(TopologyNetwork, LayersOfOneNameAreTold) {
  const std::vector<Layer> layers{GemmLayer{"g", 1, 1, 1}, GemmLayer{"g", 1, 1, 1},
                                  GemmLayer{"g_2", 1, 1, 1}};
  const ir::Graph graph = network_of(layers, "t", {});
  EXPECT_EQ(graph.node(0).name, "g");
  EXPECT_EQ(graph.node(1).name, "g_2");
  EXPECT_EQ(graph.node(2).name, "g_2_2");
}

}  // namespace
}  // namespace systole::topology
