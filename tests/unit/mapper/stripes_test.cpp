// Depth-first stripes: what is between operations stays in the scratchpad a few rows at a time.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using mapper::StripePolicy;
using test::capability;
using test::Network;

ir::ConvAttributes conv(std::int64_t kernel, std::int64_t stride = 1) {
  ir::ConvAttributes a;
  a.window.kernel = {kernel, kernel};
  a.window.stride = {stride, stride};
  a.window.pad_begin = a.window.pad_end = {kernel / 2, kernel / 2};
  return a;
}

ir::PoolAttributes pool(std::int64_t kernel, std::int64_t stride, std::int64_t pad, bool count_pad = false) {
  ir::PoolAttributes a;
  a.window.kernel = {kernel, kernel};
  a.window.stride = {stride, stride};
  a.window.pad_begin = a.window.pad_end = {pad, pad};
  a.count_include_pad = count_pad;
  return a;
}

/// Nodes that are made in stripes.
std::int64_t striped(const mapper::MapReport& report) {
  return std::count_if(report.nodes.begin(), report.nodes.end(),
                       [](const mapper::NodeReport& node) { return node.tiling.rfind("stripes", 0) == 0; });
}

mapper::MapReport mapped(const ir::Graph& graph, const mapper::Capability& c, StripePolicy stripes) {
  mapper::MapOptions options;
  options.stripes = stripes;
  mapper::MapReport report;
  test::map_or_fail(graph, c, options, &report);
  return report;
}

/// Right in every mode, with `nodes` of its nodes in stripes, fewer bytes than without.
void expect_stripes(const ir::Graph& graph, const mapper::Capability& c, std::int64_t nodes) {
  const mapper::MapReport with = mapped(graph, c, StripePolicy::kAlways);
  EXPECT_EQ(striped(with), nodes);
  EXPECT_LT(with.dram_bytes, mapped(graph, c, StripePolicy::kNever).dram_bytes);
  for (const bool ping_pong : {true, false}) {
    for (const auto weights : {mapper::WeightPolicy::kAuto, mapper::WeightPolicy::kStreamed}) {
      mapper::Capability how = c;
      how.ping_pong = ping_pong;
      mapper::MapOptions options{weights};
      options.stripes = StripePolicy::kAlways;
      test::expect_right(graph, how, options, 2);
    }
  }
}

// Input 64 x 64 x 16 = 65,536 bytes; weights 9 x 16 x 64, bias and scales 8 x 64; the map between convolution
// and pooling 64 x 64 x 64 = 262,144; result 32 x 32 x 64 = 65,536. 128 KiB of scratchpad.
TEST(Stripes, PoolingBehindAConvolutionSparesTheMapBetweenThem) {
  constexpr std::uint64_t kInput = 65'536;
  constexpr std::uint64_t kWeights = 9 * 16 * 64 + 8 * 64;
  constexpr std::uint64_t kBetween = 262'144;
  constexpr std::uint64_t kResult = 65'536;
  constexpr std::uint64_t kSharedRows = 2 * 64 * 16;  // two blocks of output rows share two input rows
  Network net;
  const auto x = net.input(DType::kInt8, {1, 16, 64, 64});
  net.output(net.pool(ir::OpKind::kMaxPool, net.qconv(x, 64, conv(3)), pool(2, 2, 0)));
  mapper::Capability c = capability(DType::kInt8, 128 * 1024);
  c.array.rows = c.array.cols = 16;

  const mapper::MapReport without = mapped(net.graph(), c, StripePolicy::kNever);
  EXPECT_EQ(without.edges[1].place, "dram");
  EXPECT_EQ(without.dram_bytes,
            kWeights + kInput + (without.nodes[0].commands - 1) * kSharedRows + 2 * kBetween + kResult);

  const mapper::MapReport with = mapped(net.graph(), c, StripePolicy::kAuto);
  EXPECT_EQ(with.edges[1].place, "sram (stripes)");
  EXPECT_EQ(with.dram_bytes, kWeights + kInput + (with.nodes[0].commands - 1) * kSharedRows + kResult);
  EXPECT_EQ(with.compulsory_dram_bytes, kWeights + kInput + kResult);
  EXPECT_EQ(with.compulsory_dram_bytes, without.compulsory_dram_bytes);
  EXPECT_EQ(with.streamed_bytes + with.resident_bytes, kWeights);
  EXPECT_EQ(striped(with), 2);
  EXPECT_EQ(with.nodes[0].tiling, with.nodes[1].tiling);
  EXPECT_EQ(with.nodes[1].engine, "sort");
  EXPECT_GT(with.nodes[1].commands, 1U);
  EXPECT_EQ(with.workspace_bytes, 0U);
}

// Every row is made once: the commands multiply what the network does, whatever the windows share.
TEST(Stripes, NoRowIsMadeTwice) {
  for (const std::int64_t size : {31, 32}) {
    Network net;
    auto x = net.input(DType::kInt8, {1, 4, size, size});
    x = net.qconv(x, 16, conv(3));
    x = net.qconv(x, 16, conv(5));
    net.output(net.pool(ir::OpKind::kMaxPool, x, pool(2, 2, 0)));  // leaves the last of 31 rows out
    mapper::MapOptions options;
    options.stripes = StripePolicy::kAlways;
    mapper::MapReport report;
    const Program program =
        test::map_or_fail(net.graph(), capability(DType::kInt8, 24 * 1024), options, &report);
    EXPECT_EQ(striped(report), 3);
    std::uint64_t macs = 0;
    for (const sgb_descriptor& d : program.exec) {
      if (d.opcode != SGB_OP_MATRIX) continue;
      const sgb_matrix& m = d.u.matrix;
      macs += std::uint64_t{m.out_h} * m.out_w * m.n * m.kernel_h * m.kernel_w * m.in_c;
    }
    EXPECT_EQ(macs, report.macs);
  }
}

TEST(Stripes, OverlappingPaddedWindows) {
  for (const DType type : {DType::kInt8, DType::kFloat32}) {
    const bool is_float = type == DType::kFloat32;
    for (const std::int64_t size : {29, 32}) {
      for (const std::int64_t stride : {1, 2}) {
        Network net;
        const auto x = net.input(type, {1, 3, size * stride, size * stride});
        const ir::ConvAttributes window = conv(stride == 1 ? 3 : 5, stride);
        const auto y = is_float ? net.relu(net.conv(x, 8, window)) : net.qconv(x, 24, window);
        net.output(net.pool(ir::OpKind::kMaxPool, y, pool(3, 2, 1)));
        SCOPED_TRACE(std::to_string(size) + ", stride " + std::to_string(stride));
        expect_stripes(net.graph(), capability(type, (is_float ? 24 : 16) * 1024), 2);
      }
    }
  }
}

TEST(Stripes, AveragePoolingCountsItsPaddingAtTheEdgesOnly) {
  for (const bool count_pad : {false, true}) {
    for (const std::int64_t pad : {0, 1}) {
      Network net;
      const auto x = net.input(DType::kFloat32, {1, 3, 30, 14});
      const auto y = net.conv(x, 12, conv(3));
      net.output(net.pool(ir::OpKind::kAveragePool, y, pool(3, 3, pad, count_pad)));
      SCOPED_TRACE(std::to_string(pad) + (count_pad ? ", counted" : ""));
      expect_stripes(net.graph(), capability(DType::kFloat32, 16 * 1024), 2);
    }
  }
}

TEST(Stripes, AveragePoolingOfBytes) {
  Network net;
  const auto y = net.qconv(net.input(DType::kInt8, {1, 4, 30, 16}), 24, conv(3));
  const auto scale = net.scalar(0.2F);
  const auto zero = net.zero(DType::kInt8, 5);
  net.output(net.node(ir::OpKind::kQLinearAveragePool, pool(2, 2, 0), {y, scale, zero, scale, zero},
                      DType::kInt8, {1, 24, 15, 8}));
  expect_stripes(net.graph(), capability(DType::kInt8, 8 * 1024), 2);
}

TEST(Stripes, SeveralImagesAtOnce) {
  Network net;
  const auto x = net.input(DType::kInt8, {2, 4, 24, 24});
  net.output(net.pool(ir::OpKind::kMaxPool, net.qconv(x, 16, conv(3)), pool(2, 2, 0)));
  expect_stripes(net.graph(), capability(DType::kInt8, 12 * 1024), 2);
}

TEST(Stripes, ResidualBlock) {
  Network net;
  const auto x = net.qconv(net.input(DType::kInt8, {1, 4, 28, 28}), 32, conv(1));
  auto y = net.qconv(x, 8, conv(1));
  y = net.qconv(y, 8, conv(3));
  y = net.qconv(y, 32, conv(1));
  net.output(net.qadd(y, x, 5, 9));
  expect_stripes(net.graph(), capability(DType::kInt8, 20 * 1024), 4);
}

TEST(Stripes, SeveralMatrixEnginesShareAStripe) {
  Network net;
  const auto x = net.input(DType::kInt8, {1, 4, 32, 32});
  net.output(net.pool(ir::OpKind::kMaxPool, net.qconv(x, 16, conv(3)), pool(2, 2, 0)));
  mapper::Capability c = capability(DType::kInt8, 12 * 1024);
  c.engines[static_cast<std::size_t>(EngineKind::kMatrix)] = 2;
  expect_stripes(net.graph(), c, 2);
}

TEST(Stripes, NoneWhereTheMapBetweenFits) {
  Network net;
  const auto x = net.input(DType::kInt8, {1, 8, 32, 32});
  net.output(net.pool(ir::OpKind::kMaxPool, net.qconv(x, 16, conv(3)), pool(2, 2, 0)));
  EXPECT_EQ(striped(mapped(net.graph(), capability(DType::kInt8, 64 * 1024), StripePolicy::kAlways)), 0);
}

// Weights 9 x 64 x 256 = 147,456 bytes would come for every stripe; the map between is 14 x 14 x 256 =
// 50,176.
TEST(Stripes, NoneWhereWeightsWouldComeAgain) {
  Network net;
  const auto x = net.input(DType::kInt8, {1, 64, 14, 14});
  net.output(net.pool(ir::OpKind::kMaxPool, net.qconv(x, 256, conv(3)), pool(2, 2, 0)));
  mapper::Capability c = capability(DType::kInt8, 40 * 1024);
  c.array.rows = c.array.cols = 16;
  const mapper::MapReport with = mapped(net.graph(), c, StripePolicy::kAuto);
  EXPECT_EQ(striped(with), 0);
  EXPECT_EQ(with.edges[1].place, "dram");
  EXPECT_EQ(with.dram_bytes, mapped(net.graph(), c, StripePolicy::kNever).dram_bytes);
}

}  // namespace
}  // namespace systole
