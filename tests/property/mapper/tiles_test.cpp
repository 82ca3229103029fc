// Tiles cover a result exactly once, whatever its shape and the scratchpad.
#include <gtest/gtest.h>

#include <random>

#include "models/mapper/legalise/legalise.h"
#include "models/mapper/tiling/tile.h"
#include "tests/support/abstract_machine/network.h"

namespace systole::mapper {
namespace {

/// Adds 1 to every element of a region.
void count_region(const Value& value, const Region& region, std::vector<int>& counts) {
  const Dims strides = dense_strides(value.dims, 1);
  Dims index(region.begin.size(), 0);
  for (std::int64_t i = 0; i < ir::elements_of(region.extent); ++i) {
    std::int64_t at = 0;
    for (std::size_t d = 0; d < index.size(); ++d) at += (region.begin[d] + index[d]) * strides[d];
    ++counts.at(static_cast<std::size_t>(at));
    for (std::size_t d = index.size(); d-- > 0;) {
      if (++index[d] < region.extent[d]) break;
      index[d] = 0;
    }
  }
}

void expect_covered_once(const ir::Graph& graph, const Capability& capability, std::int64_t budget) {
  Issues issues;
  const auto hw = legalise(graph, capability, issues);
  ASSERT_TRUE(hw.has_value());
  Homes homes;
  homes.in_sram.assign(hw->values.size(), false);
  for (const HwNode& node : hw->nodes) {
    const HwGraph& copy = *hw;
    const auto tile = choose_tile(copy, node.op, homes, {budget, true}, capability);
    if (!tile) {
      // A single buffer of everything must then be too large as well.
      EXPECT_GT(2 * least_staging(copy, node.op, homes, capability), budget);
      continue;
    }
    std::vector<int> counts(static_cast<std::size_t>(copy.value(writes_of(node.op)[0]).elements()), 0);
    for (const Step& step : make_steps(copy, node.op, *tile, capability)) {
      for (const Operand& operand : step.operands) {
        for (std::size_t d = 0; d < operand.region.begin.size(); ++d) {
          const std::int64_t extent = copy.value(operand.value).is_pack
                                          ? std::numeric_limits<std::int64_t>::max()
                                          : copy.value(operand.value).dims[d];
          ASSERT_GE(operand.region.begin[d], 0);
          ASSERT_GE(operand.region.extent[d], 1);
          ASSERT_LE(operand.region.extent[d], extent - operand.region.begin[d]);
        }
        if (operand.write && operand.value == writes_of(node.op)[0]) {
          count_region(copy.value(operand.value), operand.region, counts);
        }
      }
    }
    for (const int count : counts) ASSERT_EQ(count, 1);
  }
}

TEST(Tiles, CoverEveryResultExactlyOnce) {
  std::mt19937 random(11);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  for (int round = 0; round < 60; ++round) {
    test::Network net(static_cast<std::uint32_t>(round));
    ir::ConvAttributes conv;
    conv.groups = draw(1, 3);
    const std::int64_t kernel = draw(1, 4);
    conv.window.kernel = {kernel, draw(1, 4)};
    conv.window.stride = {draw(1, 3), draw(1, 3)};
    conv.window.dilation = {draw(1, 2), 1};
    conv.window.pad_begin = {draw(0, 2), draw(0, 2)};
    conv.window.pad_end = {draw(0, 2), draw(0, 2)};
    const ir::Shape shape{draw(1, 2), conv.groups * draw(1, 9), draw(8, 17), draw(8, 17)};
    const auto x = net.input(DType::kFloat32, shape);
    net.output(net.conv(x, conv.groups * draw(1, 11), conv));
    ir::PoolAttributes pool;
    pool.window = conv.window;
    pool.window.dilation = {1, 1};
    net.output(net.pool(ir::OpKind::kMaxPool, x, pool));
    net.output(net.relu(x));
    ir::AxisAttributes axis;
    axis.axis = draw(0, 3);
    net.output(net.axis_op(ir::OpKind::kSoftmax, x, axis));
    const ir::Graph& graph = net.graph();
    for (const std::int64_t budget : {512, 2048, 8192, 65536, 1 << 24}) {
      expect_covered_once(graph, test::capability(DType::kFloat32), budget);
    }
  }
}

}  // namespace
}  // namespace systole::mapper
