// What ping-pong buys, and that a run without data takes the same time.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "app/run/capability.h"
#include "tests/soc/support/soc_run.h"

namespace systole::test {
namespace {

Figures digits_figures(const SocConfig& config, const mapper::MapOptions& mapping, RunOptions options) {
  const Mapped mapped = map_network_file("digits.onnx", config, mapping);
  return run_in_child(mapped.program, config, digits_images(options.inferences), options);
}

// y[m, n] = a[m, k] x b[k, n] in int8, the weights streamed.
ir::Graph gemm_graph(std::int64_t m, std::int64_t k, std::int64_t n) {
  ir::Graph graph;
  const auto constant = [&graph](const std::string& name, DType type, ir::Shape shape, ir::TensorData data) {
    return graph.add_tensor({name, type, std::move(shape), std::move(data)});
  };
  const auto scale = [&](const std::string& name, float value) {
    return constant(name, DType::kFloat32, {}, ir::make_data(std::vector<float>{value}));
  };
  const auto zero = [&](const std::string& name) {
    return constant(name, DType::kInt8, {}, ir::make_data(std::vector<std::int8_t>{0}));
  };
  const ir::TensorId a = graph.add_tensor({"a", DType::kInt8, {m, k}, nullptr});
  const ir::TensorId y = graph.add_tensor({"y", DType::kInt8, {m, n}, nullptr});
  std::vector<std::int8_t> weights(static_cast<std::size_t>(k * n));
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::int8_t>(i * 37 % 251 - 125);
  ir::Node node;
  node.name = "fc";
  node.op = ir::OpKind::kQLinearMatMul;
  node.inputs = {a,
                 scale("a_scale", 0.02F),
                 zero("a_zero"),
                 constant("b", DType::kInt8, {k, n}, ir::make_data(weights)),
                 scale("b_scale", 0.01F),
                 zero("b_zero"),
                 scale("y_scale", 0.5F),
                 zero("y_zero")};
  node.outputs = {y};
  graph.add_node(node);
  graph.set_inputs({a});
  graph.set_outputs({y});
  return graph;
}

constexpr std::int64_t kK = 2048;

Figures gemm_figures(std::int64_t m, const SocConfig& config, const RunOptions& options) {
  Issues issues;
  const auto program = mapper::map_network(gemm_graph(m, kK, 1024), app::capability_of(config),
                                           {mapper::WeightPolicy::kStreamed}, issues);
  if (!program) throw std::runtime_error(to_string(issues.list().front()));
  const std::vector<std::byte> input(static_cast<std::size_t>(m * kK), std::byte{3});
  return run_in_child(*program, config, input, options);
}

Figures gemm_figures(std::int64_t m, bool ping_pong) {
  SocConfig config;
  config.dma.ping_pong = ping_pong;
  return gemm_figures(m, config, {});
}

// Several matrix engines on a product that is bound by the array: 128 x 544 x 512 with resident weights takes
// 128 * 34 * 32 = 139,264 cycles of one array, and its transfers (68 + 64 KiB at 16 bytes a cycle) 8,448.
TEST(MatrixEngines, ShareAComputeBoundProductAlmostLinearly) {
  std::map<std::uint32_t, Figures> runs;
  for (const std::uint32_t engines : {1U, 2U, 4U}) {
    SocConfig config;
    config.matrix.count = engines;
    Issues issues;
    const auto program = mapper::map_network(gemm_graph(128, 544, 512), app::capability_of(config),
                                             {mapper::WeightPolicy::kResident}, issues);
    ASSERT_TRUE(program);
    RunOptions options;
    options.functional = false;
    options.inferences = 2;
    const std::vector<std::byte> input(std::size_t{2} * 128 * 544, std::byte{3});
    runs[engines] = run_in_child(*program, config, input, options);
  }
  const auto speed_up = [&](std::uint32_t engines) {
    return static_cast<double>(runs[1].compute_busy) / static_cast<double>(runs[engines].compute_busy);
  };
  RecordProperty("two", std::to_string(speed_up(2)));
  RecordProperty("four", std::to_string(speed_up(4)));
  EXPECT_GT(speed_up(2), 1.8);
  EXPECT_LE(speed_up(2), 2.01);
  EXPECT_GT(speed_up(4), 3.2);
  EXPECT_LE(speed_up(4), 4.02);
}

TEST(TimingOnly, TakesExactlyTheCyclesOfTheFunctionalRun) {
  const SocConfig config;
  for (const auto policy : {mapper::WeightPolicy::kResident, mapper::WeightPolicy::kStreamed}) {
    RunOptions options;
    options.inferences = 4;
    const Figures functional = digits_figures(config, {policy}, options);
    options.functional = false;
    const Figures timing = digits_figures(config, {policy}, options);
    EXPECT_EQ(timing, functional);
  }
}

// With the protocol checker in between, every burst is a transaction of its own; without it, engines work out
// what they may. Nothing in the result may tell which.
TEST(DirectWay, TakesExactlyTheCyclesOfTransactions) {
  RunOptions direct;
  RunOptions transactions;
  transactions.check_protocol = true;
  for (const std::uint32_t banks : {1U, 8U}) {
    for (const std::uint32_t latency : {1U, 3U}) {
      SocConfig config;
      config.sram.banks = banks;
      config.bus.latency = latency;
      for (const std::int64_t m : {1, 40}) {
        EXPECT_EQ(gemm_figures(m, config, direct), gemm_figures(m, config, transactions))
            << m << " rows, " << banks << " banks, latency " << latency;
      }
      const mapper::MapOptions mapping{mapper::WeightPolicy::kStreamed};
      EXPECT_EQ(digits_figures(config, mapping, direct), digits_figures(config, mapping, transactions));
    }
  }
}

TEST(PingPong, SerialRunHasNoOverlapAndIsSlower) {
  const mapper::MapOptions mapping{mapper::WeightPolicy::kStreamed};
  RunOptions options;
  options.inferences = 4;
  SocConfig config;
  config.dma.ping_pong = true;
  const Figures overlapped = digits_figures(config, mapping, options);
  config.dma.ping_pong = false;
  const Figures serial = digits_figures(config, mapping, options);
  EXPECT_EQ(serial.both_busy, 0U);
  EXPECT_GT(overlapped.both_busy, 0U);
  // Where nothing overlaps, tiles are not cut to hide their loads: the two runs have other commands.
  EXPECT_GT(serial.window, overlapped.window + overlapped.window / 10);
}

// Rows of the GEMM: 4 is bound by transfers, 16 is in between, 128 is bound by the array.
class GemmOverlap : public ::testing::TestWithParam<int> {};

TEST_P(GemmOverlap, SerialRunIsSlowerByExactlyWhatTheOverlapAccountsFor) {
  const Figures overlapped = gemm_figures(GetParam(), true);
  const Figures serial = gemm_figures(GetParam(), false);
  ASSERT_EQ(serial.both_busy, 0U);
  ASSERT_GT(serial.window, overlapped.window);
  // window = compute + transfer - both + idle in either run, so what is saved is what overlaps, less what
  // engines and DMA lose to one another at the shared SRAM, up to the idle cycles of hand-over (below 0.2 %
  // here).
  const auto saved = static_cast<double>(serial.window - overlapped.window);
  const double contention = static_cast<double>(overlapped.compute_busy + overlapped.dma_busy) -
                            static_cast<double>(serial.compute_busy + serial.dma_busy);
  const auto both = static_cast<double>(overlapped.both_busy);
  EXPECT_NEAR(saved, both - contention, 0.002 * both);
}

TEST_P(GemmOverlap, TotalApproachesTheLongerOfComputeAndTransfer) {
  const Figures overlapped = gemm_figures(GetParam(), true);
  const std::uint64_t longer = std::max(overlapped.compute_busy, overlapped.dma_busy);
  EXPECT_GE(overlapped.window, longer);
  // What cannot overlap is the first tile's load and the last tile's work: the weights come in 8 or more
  // tiles.
  EXPECT_LE(static_cast<double>(overlapped.window), 1.13 * static_cast<double>(longer));
}

INSTANTIATE_TEST_SUITE_P(Rows, GemmOverlap, ::testing::Values(4, 16, 128));

}  // namespace
}  // namespace systole::test
