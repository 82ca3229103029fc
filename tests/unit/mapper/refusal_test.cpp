// What cannot be mapped is refused with the node, the operator and a way out; what can be placed is placed
// well.
#include <gmock/gmock.h>

#include <set>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::capability;
using test::Network;
using test::refusal;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr DType kInt8 = DType::kInt8;
constexpr DType kFloat = DType::kFloat32;

TEST(Refusal, FloatOnAnIntegerArrayAndTheReverse) {
  Network net;
  net.output(net.conv(net.input(kFloat, {1, 2, 4, 4}), 3, {}));
  EXPECT_THAT(refusal(net.graph(), capability(kInt8)),
              AllOf(HasSubstr("Conv_0: Conv: "), HasSubstr("matrix format is int8"),
                    HasSubstr("quantise the network or set soc.engines.matrix.format=float32")));
  Network quantised;
  quantised.output(quantised.qconv(quantised.input(kInt8, {1, 2, 4, 4}), 3, {}));
  EXPECT_THAT(refusal(quantised.graph(), capability(kFloat)), HasSubstr("soc.engines.matrix.format=int8"));
}

TEST(Refusal, EnginesThatAreAbsentAllAtOnce) {
  Network net;
  const auto x = net.input(kFloat, {1, 2, 4, 4});
  ir::PoolAttributes pool;
  pool.window.kernel = {2, 2};
  net.output(net.pool(ir::OpKind::kMaxPool, net.relu(net.conv(x, 3, {})), pool));
  net.output(net.axis_op(ir::OpKind::kSoftmax, x, {}));
  mapper::Capability c = capability(kFloat);
  c.engines = {1, 0, 0, 0};
  EXPECT_THAT(refusal(net.graph(), c), AllOf(HasSubstr("Conv_0: Conv: needs the matrix engine"),
                                             HasSubstr("MaxPool_2: MaxPool: needs the sort"),
                                             HasSubstr("Softmax_3: Softmax: needs the vector engine"),
                                             HasSubstr("soc.engines.sort.count")));
  c.engines = {0, 1, 1, 1};
  EXPECT_THAT(refusal(net.graph(), c), HasSubstr("soc.dma.engines"));
}

TEST(Refusal, ScratchpadTooSmallWithNumbers) {
  Network net;
  net.output(net.qconv(net.input(kInt8, {1, 2, 4, 4}), 3, {}));
  EXPECT_THAT(refusal(net.graph(), capability(kInt8, 128)),
              AllOf(HasSubstr("QLinearConv_0: QLinearConv: does not fit the scratchpad however it is tiled"),
                    HasSubstr("needs 192 bytes"), HasSubstr("soc.sram.size is 128")));
  // 192 bytes (input, weights, output in 64 bytes each) are enough.
  test::expect_right(net.graph(), capability(kInt8, 192));
}

TEST(Refusal, ResidentWeightsThatDoNotFit) {
  Network net;
  net.output(net.qconv(net.input(kInt8, {1, 64, 4, 4}), 64, {}));
  EXPECT_THAT(refusal(net.graph(), capability(kInt8, 4096), {mapper::WeightPolicy::kResident}),
              HasSubstr("beside the resident weights"));
  test::expect_right(net.graph(), capability(kInt8, 8192), {mapper::WeightPolicy::kResident});
}

TEST(Refusal, DramAndSemaphores) {
  Network net;
  net.output(net.relu(net.input(kInt8, {100000})));
  mapper::Capability c = capability();
  c.dram_size = Bytes{100000};
  EXPECT_THAT(refusal(net.graph(), c), HasSubstr("enlarge soc.dram.size"));
  c = capability();
  c.semaphores = 4;
  EXPECT_THAT(refusal(net.graph(), c), HasSubstr("soc.controller.semaphores to at least 5"));
}

TEST(Refusal, ScalesAndBoundsThatAreComputed) {
  Network net;
  const auto x = net.input(kFloat, {4});
  const auto scale = net.input(kFloat, {});
  net.output(net.node(ir::OpKind::kQuantizeLinear, ir::AxisAttributes{}, {x, scale, net.zero(kInt8, 0)},
                      kInt8, {4}));
  net.output(net.node(ir::OpKind::kClip, {}, {x, scale}, kFloat, {4}));
  EXPECT_THAT(refusal(net.graph(), capability()),
              AllOf(HasSubstr("QuantizeLinear_0: QuantizeLinear: the scale (t1) must be a constant"),
                    HasSubstr("Clip_1: Clip: its bounds must be constants")));
}

TEST(Refusal, TypesThatNoEngineHas) {
  Network net;
  const auto i = net.input(DType::kInt32, {4});
  net.output(net.add(i, i));
  ir::PoolAttributes pool;
  net.output(net.pool(ir::OpKind::kAveragePool, net.input(kInt8, {1, 1, 2, 2}), pool));
  net.output(net.relu(net.input(DType::kInt64, {4})));
  net.output(net.node(ir::OpKind::kMatMul, {}, {i, i}, DType::kInt32, {}));
  EXPECT_THAT(refusal(net.graph(), capability()), AllOf(HasSubstr("Add_0: Add: "), HasSubstr("AveragePool_1"),
                                                        HasSubstr("Relu_2"), HasSubstr("MatMul_3")));
}

TEST(Refusal, EmptyTensorsAndEmptyNetworks) {
  Network net;
  net.output(net.relu(net.input(kFloat, {2, 0})));
  EXPECT_THAT(refusal(net.graph(), capability()), HasSubstr("no elements"));
  Network none;
  none.input(kFloat, {1});
  EXPECT_THAT(refusal(none.graph(), capability()), HasSubstr("no outputs"));
}

// ---- placement ----

ir::ConvAttributes three() {
  ir::ConvAttributes a;
  a.window.kernel = {3, 3};
  a.window.pad_begin = a.window.pad_end = {1, 1};
  return a;
}

TEST(Placement, ALayerWhoseOperandsStayOnChipIsOneCommand) {
  Network net;
  const auto x = net.qconv(net.input(kInt8, {1, 8, 8, 8}), 8, three());
  net.output(net.qconv(net.qconv(x, 8, three()), 8, three()));
  mapper::MapReport report;
  const Program p = test::map_or_fail(net.graph(), capability(kInt8, 16384), {}, &report);
  // Weights are resident, both maps between the layers stay in SRAM: only the network's input and output
  // move.
  EXPECT_EQ(report.nodes[1].commands, 1U);
  EXPECT_EQ(report.nodes[1].transfers, 0U);
  EXPECT_EQ(report.nodes[1].tiling, "");
  EXPECT_EQ(p.init.size(), 3U);
  EXPECT_EQ(report.streamed_bytes, 0U);
  EXPECT_EQ(report.workspace_bytes, 0U);
  EXPECT_EQ(report.edges[1].place, "sram");
  EXPECT_EQ(report.edges[2].place, "sram");
}

TEST(Placement, StreamedWeightsComeAheadOfTheirLayer) {
  Network net;
  net.output(net.qconv(net.qconv(net.input(kInt8, {1, 8, 8, 8}), 8, three()), 8, three()));
  /// Positions of the second layer's first load of weights and of the first layer's last command.
  const auto positions = [&](bool ping_pong) {
    mapper::Capability c = capability(kInt8, 16384);
    c.ping_pong = ping_pong;
    const Program p = test::map_or_fail(net.graph(), c, {mapper::WeightPolicy::kStreamed});
    EXPECT_EQ(p.init.size(), 1U);
    EXPECT_EQ(p.init[0].opcode, SGB_OP_NOP);
    std::pair<std::ptrdiff_t, std::ptrdiff_t> found{-1, -1};
    for (std::size_t i = 0; i < p.exec.size(); ++i) {
      const sgb_descriptor& d = p.exec[i];
      const auto at = static_cast<std::ptrdiff_t>(i);
      const bool weights = d.opcode == SGB_OP_DMA && d.u.dma.stream == SGB_STREAM_WEIGHTS;
      if (weights && d.node == 1 && found.first < 0) found.first = at;
      if (d.opcode == SGB_OP_MATRIX && d.node == 0) found.second = at;
    }
    return found;
  };
  const auto ahead = positions(true);
  EXPECT_GE(ahead.first, 0);
  EXPECT_LT(ahead.first, ahead.second);
  // Without ping-pong they come when the first layer is done.
  const auto behind = positions(false);
  EXPECT_GE(behind.second, 0);
  EXPECT_GT(behind.first, behind.second);
}

TEST(Placement, SpillsWhatDoesNotFit) {
  Network net;
  const auto x = net.input(kInt8, {1, 8, 16, 16});  // 2048 bytes a map
  const auto a = net.qconv(x, 8, three());
  const auto b = net.qconv(a, 8, three());
  const auto c = net.qconv(b, 8, three());
  net.output(net.qadd(c, a));
  mapper::MapReport report;
  test::map_or_fail(net.graph(), capability(kInt8, 5 * 1024), {}, &report);
  std::set<std::string> places;
  for (const auto& edge : report.edges) places.insert(edge.place);
  EXPECT_EQ(places, (std::set<std::string>{"input", "sram", "dram", "output"}));
  EXPECT_GE(report.workspace_bytes, 2048U);
  test::expect_right_in_all_modes(net.graph(), capability(kInt8, 5 * 1024));
}

TEST(Placement, BlocksThatLiveTogetherDoNotOverlap) {
  Network net;
  auto x = net.input(kInt8, {1, 8, 12, 12});
  for (int i = 0; i < 5; ++i) x = net.qadd(net.qconv(x, 8, three()), x);
  net.output(x);
  mapper::MapReport report;
  test::map_or_fail(net.graph(), capability(kInt8, 8 * 1024), {}, &report);
  ASSERT_GT(report.placements.size(), 5U);
  for (std::size_t i = 0; i < report.placements.size(); ++i) {
    for (std::size_t j = i + 1; j < report.placements.size(); ++j) {
      const auto& a = report.placements[i];
      const auto& b = report.placements[j];
      const bool together = a.first <= b.last && b.first <= a.last;
      const bool overlap = a.address < b.address + b.bytes && b.address < a.address + a.bytes;
      EXPECT_FALSE(together && overlap) << a.name << " and " << b.name;
    }
  }
}

TEST(Placement, IsTheSameEveryTime) {
  const auto text = [] {
    Network net;
    net.output(net.qconv(net.qconv(net.input(kInt8, {1, 8, 16, 16}), 24, three()), 8, three()));
    return to_text(test::map_or_fail(net.graph(), capability(kInt8, 2048)), true);
  };
  EXPECT_EQ(text(), text());
}

}  // namespace
}  // namespace systole
