// Whole networks.
#include <gtest/gtest.h>

#include <string>

#include "models/analytic/utilization.h"
#include "models/ir/layer_table.h"
#include "tests/unit/networks/networks.h"

namespace systole::analytic {
namespace {

class Networks : public testing::TestWithParam<const char*> {};

// Every multiply-accumulate of the network is in some product, and no cycle of a processing element is lost
// or counted twice.
TEST_P(Networks, AddUp) {
  const ir::Graph graph = networks::import(GetParam());
  const auto products = ir::products_of(graph);
  const auto macs = static_cast<std::uint64_t>(ir::figures_of(graph).macs);
  for (const bool join : {true, false}) {
    for (const std::uint32_t rows : {1U, 7U, 32U, 256U}) {
      for (const std::uint32_t cols : {1U, 16U, 100U}) {
        for (const bool double_buffer : {true, false}) {
          ArrayModel array;
          array.shape.rows = rows;
          array.shape.cols = cols;
          array.shape.double_buffer = double_buffer;
          array.join_groups = join;
          const NetworkUsage usage = usage_of(array, products);
          EXPECT_EQ(usage.macs, macs);
          EXPECT_EQ(usage.useful, usage.macs);
          EXPECT_EQ(usage.useful + usage.losses.total(), rows * cols * usage.cycles);
          EXPECT_GT(usage.layer_mean, 0);
          EXPECT_LE(usage.layer_mean, 1);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfTheProject, Networks,
                         testing::Values("alexnet", "vgg16", "inception_v3", "resnet152", "mobilenet_v2",
                                         "densenet264", "tpu_mlp0", "digits"),
                         [](const auto& tested) { return std::string(tested.param); });

// A single processing element does one multiply-accumulate a cycle, and nothing is at an edge.
TEST(OneElement, IsAlwaysBusy) {
  const auto products = ir::products_of(networks::import("vgg16"));
  ArrayModel array;
  array.shape.rows = array.shape.cols = 1;
  const NetworkUsage usage = usage_of(array, products);
  EXPECT_EQ(usage.losses.edge, 0U);
  EXPECT_EQ(usage.cycles, usage.macs + products.size());  // one for each layer's first weight
}

}  // namespace
}  // namespace systole::analytic
