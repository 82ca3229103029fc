// Peak rates of the project's SoCs, as published.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "app/config/resolve.h"
#include "app/utilization/array.h"
#include "models/analytic/utilization.h"

namespace systole::app {
namespace {

double peak_of(const std::string& soc, const std::vector<std::string>& settings = {}) {
  Issues issues;
  const SearchPath search = SearchPath::standard();
  const auto tree = load_soc("socs/" + soc + ".yaml", settings, search, issues);
  const auto scenario = tree ? resolve_soc(*tree, search, issues) : std::nullopt;
  for (const Issue& issue : issues.list()) ADD_FAILURE() << to_string(issue);
  if (!scenario) return 0;
  const MatrixConfig& matrix = scenario->soc.matrix;
  return matrix.count * analytic::peak_operations(array_at_its_best(matrix), scenario->soc.clock);
}

// Jouppi et al., "In-Datacenter Performance Analysis of a Tensor Processing Unit", ISCA 2017: 65,536 8-bit
// multipliers at 700 MHz, "a peak throughput of 92 TeraOps/second". 2 x 65,536 x 0.7 GHz = 91.7504 T.
TEST(PeakRates, TpuV1) {
  EXPECT_DOUBLE_EQ(peak_of("tpu-v1"), 91.7504e12);
  EXPECT_EQ(std::lround(peak_of("tpu-v1") / 1e12), 92);
}

// 2 x 16 x 16 x 0.8 GHz.
TEST(PeakRates, Edge16) { EXPECT_DOUBLE_EQ(peak_of("edge16"), 409.6e9); }

// 16 x 16 dot products of four elements each a cycle.
TEST(PeakRates, DotProductUnit) {
  EXPECT_DOUBLE_EQ(peak_of("edge16", {"soc.engines.matrix.organisation=dot_product"}), 4 * 409.6e9);
}

}  // namespace
}  // namespace systole::app
