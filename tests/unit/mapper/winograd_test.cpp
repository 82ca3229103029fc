// 3 x 3 convolutions in Winograd's form: exact on the abstract machine, chosen where it is faster.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::Network;

/// A 4 x 4 array that multiplies int16.
mapper::Capability winograd_capability(std::uint64_t sram_bytes = 1U << 20U) {
  mapper::Capability c = test::capability(DType::kInt8, sram_bytes);
  c.multiplier = {NumberFormat::kInt16, NumberFormat::kInt16};
  c.int16_passes = 1;
  c.winograd = true;
  return c;
}

/// The same with transfers that take no time to speak of, so that the products decide.
mapper::Capability fast_capability(std::uint64_t sram_bytes = 1U << 20U) {
  mapper::Capability c = winograd_capability(sram_bytes);
  c.timing.dram_bandwidth = BytesPerSecond(1'000'000'000'000);
  c.timing.dram_latency = Picoseconds(1000);
  c.timing.bus_width = c.sram_width = Bytes(128);
  c.timing.vector_lanes = 64;
  c.timing.dma_setup = c.timing.matrix_setup = c.timing.vector_setup = 0;
  return c;
}

ir::ConvAttributes square(std::int64_t pad, std::int64_t stride = 1) {
  ir::ConvAttributes a;
  a.window.kernel = {3, 3};
  a.window.stride = {stride, stride};
  a.window.pad_begin = a.window.pad_end = {pad, pad};
  return a;
}

std::int64_t transforms(const Program& program) {
  return std::count_if(program.exec.begin(), program.exec.end(), [](const sgb_descriptor& d) {
    return d.opcode == SGB_OP_VECTOR &&
           (d.u.vector.op == SGB_VECTOR_WINOGRAD_INPUT || d.u.vector.op == SGB_VECTOR_WINOGRAD_OUTPUT);
  });
}

/// Multiplies of all matrix commands.
std::uint64_t macs(const Program& program) {
  std::uint64_t sum = 0;
  for (const sgb_descriptor& d : program.exec) {
    if (d.opcode != SGB_OP_MATRIX) continue;
    const sgb_matrix& m = d.u.matrix;
    sum += std::uint64_t{m.out_h} * m.out_w * m.n * m.kernel_h * m.kernel_w * m.in_c;
  }
  return sum;
}

/// Exact in all modes; returns the mapper's word on the first node.
std::string form_of(const ir::Graph& graph, const mapper::Capability& c, Program* made = nullptr) {
  test::expect_right(graph, c);
  mapper::MapReport report;
  Program program = test::map_or_fail(graph, c, {}, &report);
  if (made != nullptr) *made = std::move(program);
  return report.nodes.front().winograd;
}

TEST(WinogradMapping, IsExactForAllParitiesAndPaddings) {
  for (const DType type : {DType::kInt8, DType::kUInt8}) {
    for (const std::int64_t pad : {0, 1}) {
      for (const ir::Shape& shape :
           {ir::Shape{1, 16, 8, 8}, ir::Shape{1, 20, 9, 12}, ir::Shape{1, 17, 13, 11}}) {
        SCOPED_TRACE(std::to_string(shape[2]) + " x " + std::to_string(shape[3]) + " pad " +
                     std::to_string(pad));
        Network net;
        net.output(net.qconv(net.input(type, shape), 18, square(pad), type == DType::kInt8));  // bias
        Program program;
        EXPECT_EQ(form_of(net.graph(), fast_capability(), &program), "winograd");
        EXPECT_EQ(transforms(program), 2);
      }
    }
  }
}

TEST(WinogradMapping, MultipliesAreFourNinthsForEvenSizes) {
  Network net;
  net.output(net.qconv(net.input(DType::kInt8, {1, 16, 12, 10}), 24, square(1)));
  mapper::Capability c = fast_capability();
  const std::uint64_t winograd = macs(test::map_or_fail(net.graph(), c));
  c.winograd = false;
  const std::uint64_t direct = macs(test::map_or_fail(net.graph(), c));
  EXPECT_EQ(direct, 12U * 10U * 24U * 9U * 16U);
  EXPECT_EQ(winograd, 16U * 6U * 5U * 24U * 16U);
  EXPECT_EQ(winograd * 36, direct * 16);
}

TEST(WinogradMapping, FusedClipAndChainsAreExact) {
  Network net;
  const auto x = net.input(DType::kUInt8, {1, 16, 10, 9});
  net.output(net.qconv(net.relu(net.qconv(x, 16, square(1))), 16, square(0)));
  mapper::MapReport report;
  test::expect_right_in_all_modes(net.graph(), fast_capability());
  const Program program = test::map_or_fail(net.graph(), fast_capability(), {}, &report);
  EXPECT_EQ(transforms(program), 4);
  EXPECT_EQ(report.nodes[0].engine, "matrix");
  EXPECT_EQ(report.nodes[1].fused_into, report.nodes[0].name);
}

TEST(WinogradMapping, SmallScratchpadsTakeTilesOrStripes) {
  // Tiles and sums of the whole map have 16 * 8 * 8 * 16 * (2 + 4) bytes = 96 KiB. 14 rows are halved to
  // 7: results then begin within a tile.
  for (const std::uint64_t sram : {65536U, 24576U}) {
    for (const auto policy : {mapper::StripePolicy::kAuto, mapper::StripePolicy::kNever}) {
      SCOPED_TRACE(sram);
      Network net;
      net.output(net.qconv(net.input(DType::kInt8, {1, 16, sram == 65536 ? 16 : 14, 15}), 16, square(1)));
      mapper::Capability c = fast_capability(sram);
      mapper::MapOptions options;
      options.stripes = policy;
      test::expect_right(net.graph(), c, options);
      mapper::MapReport report;
      const Program program = test::map_or_fail(net.graph(), c, options, &report);
      EXPECT_EQ(report.nodes[0].winograd, "winograd");
      EXPECT_GT(transforms(program), 2);
    }
  }
}

TEST(WinogradMapping, TwoEnginesShareTheWork) {
  Network net;
  net.output(net.qconv(net.input(DType::kInt8, {1, 16, 12, 13}), 16, square(1)));
  mapper::Capability c = fast_capability();
  c.engines = {2, 2, 2, 1};
  EXPECT_EQ(form_of(net.graph(), c), "winograd");
}

TEST(WinogradMapping, SaysWhyAConvolutionStaysDirect) {
  const auto form = [](Network& net, const mapper::Capability& c) { return form_of(net.graph(), c); };
  {
    Network net;
    net.output(net.qconv(net.input(DType::kInt8, {1, 16, 8, 8}), 16, square(1, 2)));
    EXPECT_EQ(form(net, winograd_capability()), "direct: strided");
  }
  {
    Network net;
    net.output(net.qconv(net.input(DType::kInt8, {2, 8, 8, 8}), 8, square(1)));
    EXPECT_EQ(form(net, winograd_capability()), "direct: several images");
  }
  {
    Network net;
    const auto x = net.input(DType::kInt8, {1, 8, 8, 8});
    net.output(net.qadd(net.qconv(x, 8, square(1)), x, 5));
    EXPECT_EQ(form(net, winograd_capability()), "direct: adds a residual");
  }
  {
    Network net;
    auto grouped = square(1);
    grouped.groups = 2;
    net.output(net.qconv(net.input(DType::kInt8, {1, 8, 8, 8}), 8, grouped));
    EXPECT_EQ(form(net, winograd_capability()), "direct: grouped");
  }
  {
    // One output channel: the transform of eight channels takes as long as their products.
    Network net;
    net.output(net.qconv(net.input(DType::kInt8, {1, 8, 8, 8}), 1, square(1)));
    mapper::Capability c = winograd_capability();
    c.timing.vector_lanes = 1;
    EXPECT_EQ(form(net, c), "direct: faster");
  }
  {
    Network net;
    net.output(net.qconv(net.input(DType::kInt8, {1, 1828, 3, 3}), 4, square(1)));
    EXPECT_EQ(form(net, winograd_capability()), "direct: sums beyond 32 bits");
  }
  {
    Network net;
    net.output(net.qconv(net.input(DType::kInt8, {1, 8, 8, 8}), 8, square(1)));
    mapper::Capability c = winograd_capability();
    c.engines[static_cast<std::size_t>(EngineKind::kVector)] = 0;
    EXPECT_EQ(form(net, c), "direct: no vector engine");
    c = winograd_capability();
    c.int16_passes = 0;
    EXPECT_EQ(form(net, c), "direct: the array does not multiply int16");
    c.multiplier = {NumberFormat::kInt8, NumberFormat::kInt8};
    c.int16_passes = 4;
    EXPECT_EQ(form(net, c), "direct: faster");
    c.winograd = false;
    EXPECT_EQ(form(net, c), "");
  }
}

TEST(WinogradMapping, TheTableListsTheForms) {
  Network net;
  net.output(net.qconv(net.input(DType::kInt8, {1, 16, 8, 8}), 16, square(1)));
  mapper::MapReport report;
  test::map_or_fail(net.graph(), fast_capability(), {}, &report);
  EXPECT_THAT(to_table(report), testing::HasSubstr("3 x 3 convolution  form\n" + report.nodes[0].name));
}

}  // namespace
}  // namespace systole
