// Winograd's form on the SoC: every result equals the reference's direct convolution, and the array
// multiplies 16 times where it multiplied 36 times.
#include <gtest/gtest.h>

#include "app/run/capability.h"
#include "hw/observe/overlap.h"
#include "tests/soc/support/soc_run.h"
#include "tests/support/abstract_machine/network.h"

namespace systole::test {
namespace {

/// A small array beside a wide vector engine and fast memory: Winograd's form is the faster one.
SocConfig int16_soc(bool winograd, std::uint32_t side = 4) {
  SocConfig config;
  config.vector.lanes = 64;
  config.dram.bandwidth = BytesPerSecond(100'000'000'000);
  config.dram.latency = Picoseconds(10'000);
  config.sram.size = Bytes(1024 * 1024);
  config.matrix.rows = config.matrix.cols = side;
  config.matrix.format = config.matrix.weight_format = NumberFormat::kInt16;
  config.matrix.winograd = winograd;
  config.matrix.count = config.vector.count = 1;
  return config;
}

ir::ConvAttributes square(std::int64_t pad) {
  ir::ConvAttributes a;
  a.window.kernel = {3, 3};
  a.window.pad_begin = a.window.pad_end = {pad, pad};
  return a;
}

Mapped map_graph(const ir::Graph& graph, const SocConfig& config, const mapper::MapOptions& options = {}) {
  Issues issues;
  mapper::MapReport report;
  auto program = mapper::map_network(graph, app::capability_of(config), options, issues, &report);
  if (!program) throw std::runtime_error(to_string(issues.list().front()));
  return {graph, std::move(*program), std::move(report)};
}

std::vector<std::byte> noise(std::size_t bytes) {
  std::vector<std::byte> data(bytes);
  std::uint32_t state = 12345;
  for (std::byte& byte : data) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::byte>(state >> 24U);
  }
  return data;
}

struct Shape {
  DType type;
  std::int64_t channels, height, width, pad;
};

void PrintTo(const Shape& s, std::ostream* out) {
  *out << name_of(s.type) << ' ' << s.channels << 'x' << s.height << 'x' << s.width << " pad " << s.pad;
}

class Winograd : public testing::TestWithParam<Shape> {};

TEST_P(Winograd, TwoLayersEqualTheReference) {
  const Shape& s = GetParam();
  Network net;
  const auto x = net.input(s.type, {1, s.channels, s.height, s.width});
  net.output(net.qconv(net.relu(net.qconv(x, 24, square(s.pad))), 17, square(s.pad)));
  const SocConfig config = int16_soc(true);
  const Mapped mapped = map_graph(net.graph(), config);
  EXPECT_EQ(mapped.report.nodes[0].winograd, "winograd");
  EXPECT_EQ(mapped.report.nodes[2].winograd, "winograd");
  const auto input = noise(static_cast<std::size_t>(2 * s.channels * s.height * s.width));
  const soc::RunResult result = run_program(mapped.program, config, input, {.inferences = 2});
  ASSERT_EQ(result.outcome, soc::Outcome::kExited);
  expect_reference(mapped, result, input, 2);
  // Both layers: 16 products for each tile, input and output channel.
  const auto tiles = [&](int layer) {
    const std::int64_t shrink = layer * (2 - 2 * s.pad);
    return static_cast<std::uint64_t>((s.height - shrink + 1) / 2 * ((s.width - shrink + 1) / 2));
  };
  const auto channels = static_cast<std::uint64_t>(s.channels);
  EXPECT_EQ(result.ledger.total("matrix.mac.int16"),
            2 * 16 * (tiles(1) * channels * 24 + tiles(2) * 24 * 17));
}

INSTANTIATE_TEST_SUITE_P(Shapes, Winograd,
                         testing::Values(Shape{DType::kInt8, 16, 8, 12, 1},
                                         Shape{DType::kUInt8, 23, 13, 11, 1},
                                         Shape{DType::kInt8, 20, 11, 10, 0},
                                         Shape{DType::kUInt8, 16, 10, 15, 0}));

TEST(WinogradStripes, ASmallScratchpadIsExactToo) {
  // Tiles and sums of 24 x 24 x 24 in all would take 16 * 12 * 12 * 24 * (2 + 4) bytes = 324 KiB.
  Network net;
  net.output(net.qconv(net.input(DType::kInt8, {1, 24, 24, 23}), 24, square(1)));
  SocConfig config = int16_soc(true);
  config.sram.size = Bytes(64 * 1024);
  const Mapped mapped = map_graph(net.graph(), config);
  EXPECT_EQ(mapped.report.nodes[0].winograd, "winograd");
  EXPECT_NE(mapped.report.nodes[0].tiling, "");
  const auto input = noise(24 * 24 * 23);
  const soc::RunResult result = run_program(mapped.program, config, input, {});
  ASSERT_EQ(result.outcome, soc::Outcome::kExited);
  expect_reference(mapped, result, input, 1);
}

TEST(WinogradLayer, OfVggTakesHalfTheCycles) {
  // 28 x 28, 128 to 128 channels, on 16 x 16 int16 and 64 lanes. The array's folds stream 784 pixels 9 * 8 *
  // 8 times, or 196 tiles 16 * 8 * 8 times: 451,584 and 200,704 cycles. Transforms: 196 * 128 / 64 * (32 +
  // 24) = 21,952 cycles.
  Network net;
  net.output(net.qconv(net.input(DType::kInt8, {1, 128, 28, 28}), 128, square(1)));
  const auto figures = [&](bool winograd) {
    SocConfig config = int16_soc(winograd, 16);
    config.sram.size = Bytes(4 * 1024 * 1024);
    config.sram.width = config.bus.width = Bytes(64);
    const Mapped mapped = map_graph(net.graph(), config, {mapper::WeightPolicy::kResident});
    return run_in_child(mapped.program, config, std::vector<std::byte>(128 * 28 * 28), {.functional = false});
  };
  const auto direct = static_cast<double>(figures(false).compute_busy);
  const auto winograd = static_cast<double>(figures(true).compute_busy);
  RecordProperty("direct_cycles", std::to_string(direct));
  RecordProperty("winograd_cycles", std::to_string(winograd));
  EXPECT_GT(direct, 451'584);
  EXPECT_GT(winograd, 200'704 + 21'952);
  EXPECT_GT(direct / winograd, 1.7);
  EXPECT_LT(direct / winograd, 2.25);
}

}  // namespace
}  // namespace systole::test
