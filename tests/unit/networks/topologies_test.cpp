// The topologies beside the networks ask for the same work.
#include <gmock/gmock.h>

#include "models/topology/csv.h"
#include "models/topology/network.h"
#include "tests/unit/networks/networks.h"

namespace systole::networks {
namespace {

class Topologies : public testing::TestWithParam<const char*> {};

TEST_P(Topologies, HaveTheirNetworksLayers) {
  const std::string file = path_of(std::string(GetParam()) + ".csv");
  Issues issues;
  const auto layers = topology::read_csv(text_of(file), file, issues);
  ASSERT_TRUE(layers.has_value()) << to_string(issues.list().front());
  const auto figures = ir::figures_of(topology::network_of(*layers, GetParam(), {}));
  const auto network = ir::figures_of(import(GetParam()));
  EXPECT_EQ(figures.macs, network.macs);
  // Every filter, but neither biases nor normalisation.
  std::int64_t outputs = 0;
  std::int64_t weights = 0;
  for (const ir::LayerFigures& layer : network.layers) {
    if (layer.op == "Conv" || layer.op == "Gemm") outputs += layer.feature_map_elements;
  }
  for (const ir::LayerFigures& layer : figures.layers) weights += layer.parameters;
  std::int64_t outputs_here = 0;
  for (const ir::LayerFigures& layer : figures.layers) outputs_here += layer.feature_map_elements;
  EXPECT_EQ(outputs_here, outputs);
  EXPECT_LT(weights, network.parameters);
  EXPECT_GT(weights, network.parameters - network.parameters / 200);
}

INSTANTIATE_TEST_SUITE_P(Networks, Topologies, testing::Values("alexnet", "resnet50"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace systole::networks
