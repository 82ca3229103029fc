// Grouped convolutions: several groups to a command, as blocks of a block-diagonal B.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/mapper/legalise/group_blocks.h"
#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::Network;

ir::ConvAttributes grouped(std::int64_t kernel, std::int64_t groups, std::int64_t stride = 1) {
  ir::ConvAttributes a;
  a.window.kernel = {kernel, kernel};
  a.window.stride = {stride, stride};
  a.window.pad_begin = a.window.pad_end = {kernel / 2, kernel / 2};
  a.groups = groups;
  return a;
}

mapper::Capability array_of(std::uint32_t side, DType format = DType::kInt8) {
  mapper::Capability c = test::capability(format, 256 * 1024);
  c.array.rows = c.array.cols = side;
  return c;
}

std::vector<sgb_matrix> commands(const ir::Graph& graph, const mapper::Capability& c,
                                 mapper::MapReport* report = nullptr) {
  std::vector<sgb_matrix> list;
  for (const sgb_descriptor& d : test::map_or_fail(graph, c, {}, report).exec) {
    if (d.opcode == SGB_OP_MATRIX) list.push_back(d.u.matrix);
  }
  return list;
}

TEST(Groups, OfOneChannelShareACommand) {
  Network net;
  net.output(
      net.qconv(net.qconv(net.input(DType::kInt8, {1, 32, 14, 14}), 32, grouped(3, 32)), 32, grouped(3, 32)));
  mapper::MapReport report;
  const auto list = commands(net.graph(), array_of(16), &report);
  // 16 channels: 144 rows of K, 9 folds. (8 would take 5 folds, 32 on 16 columns twice 18.)
  EXPECT_TRUE(
      std::all_of(list.begin(), list.end(), [](const sgb_matrix& m) { return m.in_c == 16 && m.n == 16; }));
  // Of 16 x 16 elements of every tap all but the diagonal are gaps.
  EXPECT_EQ(report.gap_bytes, 2U * (32 / 16) * 9 * (16 * 16 - 16));
}

/// Folds of 3 x 3 depthwise layers, given as channels and rows of the result, each of which must fill the
/// columns of the array.
std::int64_t depthwise_folds(std::int64_t side,
                             const std::vector<std::pair<std::int64_t, std::int64_t>>& layers) {
  std::int64_t folds = 0;
  for (const auto& [channels, size] : layers) {
    mapper::MatrixOp op;
    op.groups = channels;
    op.window.kernel = {3, 3};
    op.in_h = op.in_w = op.out_h = op.out_w = size;
    op.b_data = ir::make_data(std::vector<std::int8_t>(static_cast<std::size_t>(channels * 9), 1));
    mapper::join_groups(op, array_of(static_cast<std::uint32_t>(side)));
    EXPECT_EQ(op.n, side) << channels << " channels";
    folds += op.groups * ((9 * op.in_c + side - 1) / side) * ((op.n + side - 1) / side);
  }
  return folds;
}

// One channel at a time has one fold of 9 rows and 1 column each. As many channels as the array has columns
// take 9 folds of full height.
TEST(Groups, MobileNetsDepthwiseLayersTakeNineFoldsForAnArrayOfChannels) {
  // All thirteen: 4,960 channels, 4,960 / 16 * 9 folds.
  EXPECT_EQ(depthwise_folds(16, {{32, 112},
                                 {64, 56},
                                 {128, 56},
                                 {128, 28},
                                 {256, 28},
                                 {256, 14},
                                 {512, 14},
                                 {512, 14},
                                 {512, 14},
                                 {512, 14},
                                 {512, 14},
                                 {512, 7},
                                 {1024, 7}}),
            2790);
  // The first five: 608 channels, 608 / 32 * 9 folds. (Behind them the bytes of the gaps begin to count.)
  EXPECT_EQ(depthwise_folds(32, {{32, 112}, {64, 56}, {128, 56}, {128, 28}, {256, 28}}), 171);
}

TEST(Groups, ThatFillTheArrayStayApart) {
  Network net;  // AlexNet's second convolution, as it was
  net.output(net.qconv(net.input(DType::kInt8, {1, 96, 27, 27}), 256, grouped(5, 2)));
  mapper::MapReport report;
  const auto list = commands(net.graph(), array_of(16), &report);
  EXPECT_EQ(report.gap_bytes, 0U);
  EXPECT_TRUE(std::all_of(list.begin(), list.end(), [](const sgb_matrix& m) { return m.in_c <= 48; }));
}

TEST(Groups, OfFloatsTellTheirBlocks) {
  Network net;
  net.output(net.conv(net.input(DType::kFloat32, {1, 8, 6, 6}), 16, grouped(3, 8)));
  mapper::MapReport report;
  const auto list = commands(net.graph(), array_of(4, DType::kFloat32), &report);
  ASSERT_FALSE(list.empty());
  for (const sgb_matrix& m : list) {
    EXPECT_EQ(m.block_c, 1U);
    EXPECT_EQ(m.block_n, 2U);
    EXPECT_EQ(m.n, 2 * m.in_c);
  }
  // Two channels of four columns: 18 rows of K are 5 folds, for half of the columns that the array has.
  EXPECT_EQ(list.front().in_c, 2U);
  EXPECT_EQ(report.gap_bytes, 4U * (9 * 2 * 4 - 9 * 4) * 4);
}

// AlexNet's groups of 48 channels and 128 filters in float: one group's filters alone are 600 KiB.
TEST(Groups, AreCutWhereOneDoesNotFit) {
  for (const DType type : {DType::kFloat32, DType::kInt8}) {
    Network net;
    const auto x = net.input(type, {1, 8, 9, 9});
    net.output(type == DType::kInt8 ? net.qconv(x, 48, grouped(5, 2)) : net.conv(x, 48, grouped(5, 2)));
    mapper::Capability c = array_of(8, type);
    c.sram_size = Bytes(type == DType::kInt8 ? 4096 : 12 * 1024);
    const auto list = commands(net.graph(), c);
    EXPECT_TRUE(
        std::all_of(list.begin(), list.end(), [](const sgb_matrix& m) { return m.n < 24 && m.in_c == 4; }));
    test::expect_right_in_all_modes(net.graph(), c);
  }
}

TEST(Groups, GiveTheReferencesResults) {
  struct Case {
    std::int64_t channels, multiplier, groups, kernel, stride;
  };
  const Case cases[] = {{24, 1, 24, 3, 1}, {16, 2, 16, 3, 2}, {12, 1, 6, 3, 1},
                        {10, 1, 5, 1, 1},  {9, 3, 9, 2, 1},   {7, 1, 7, 5, 1}};
  for (const Case& tested : cases) {
    for (const std::uint64_t sram : {16384U, 2048U}) {
      SCOPED_TRACE(std::to_string(tested.channels) + " channels in " + std::to_string(tested.groups) +
                   " groups, SRAM " + std::to_string(sram));
      Network net;
      const auto x = net.input(DType::kInt8, {1, tested.channels, 9, 8});
      net.output(net.relu(net.qconv(x, tested.channels * tested.multiplier,
                                    grouped(tested.kernel, tested.groups, tested.stride))));
      mapper::Capability c = test::capability(DType::kInt8, sram);
      c.array.rows = 8;
      test::expect_right_in_all_modes(net.graph(), c);
    }
  }
}

}  // namespace
}  // namespace systole
