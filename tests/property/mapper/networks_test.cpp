// Random networks on random SoCs: right in every order, never more than the scratchpad, and never worse for
// more of it.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

/// A chain with branches of int8 operators.
ir::Graph random_network(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  test::Network net(seed);
  ir::TensorId x = net.input(DType::kInt8, {1, draw(1, 6), 2 * draw(3, 6), 2 * draw(3, 6)});
  const std::int64_t layers = draw(2, 6);
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const ir::Shape shape = net.info(x).shape;
    switch (draw(0, 4)) {
      case 0: {
        ir::ConvAttributes conv;
        conv.window.kernel = {3, 3};
        conv.window.pad_begin = conv.window.pad_end = {1, 1};
        conv.groups = draw(0, 2) == 0 ? shape[1] : 1;
        x = net.qconv(x, shape[1] * draw(1, 2), conv, draw(0, 1) == 1);
        break;
      }
      case 1: {
        ir::ConvAttributes point;
        x = net.relu(net.qconv(x, draw(1, 20), point));
        break;
      }
      case 2: {
        ir::ConvAttributes same;
        same.window.kernel = {1, 3};
        same.window.pad_begin = same.window.pad_end = {0, 1};
        x = net.relu(net.qadd(net.qconv(x, shape[1], same), x, draw(0, 1) == 0 ? 5 : 3));
        break;
      }
      case 3:
        if (shape[2] >= 4 && shape[3] >= 4) {
          ir::PoolAttributes pool;
          pool.window.kernel = pool.window.stride = {2, 2};
          x = net.pool(ir::OpKind::kMaxPool, x, pool);
        }
        break;
      default:
        x = net.relu(x);
        if (draw(0, 2) == 0) net.output(x);
    }
  }
  const ir::Shape shape = net.info(x).shape;
  const std::int64_t features = shape[1] * shape[2] * shape[3];
  const auto flat = net.reshape(x, {1, features});
  net.output(net.qmatmul(flat, net.constant(DType::kInt8, {features, draw(2, 12)})));
  return net.graph();
}

TEST(RandomNetworks, AreRightOnRandomSocs) {
  std::mt19937 random(5);
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const ir::Graph graph = random_network(seed);
    mapper::Capability c = test::capability(DType::kInt8, 768 << (random() % 5));
    c.engines[0] = 1 + random() % 4;
    c.ping_pong = random() % 4 != 0;
    c.queue_depth = 1 + random() % 8;
    c.array.rows = 1U << (random() % 5);
    c.array.cols = 1U << (random() % 5);
    c.sram_width = Bytes{8U << (random() % 4)};
    const mapper::MapOptions options{random() % 2 == 0 ? mapper::WeightPolicy::kAuto
                                                       : mapper::WeightPolicy::kStreamed};
    SCOPED_TRACE("network " + std::to_string(seed) + ", SRAM " + std::to_string(c.sram_size.count()));
    test::expect_right(graph, c, options, 2);
    if (HasFatalFailure()) return;
  }
}

/// DRAM traffic of one inference, from the descriptors.
std::uint64_t dram_bytes(const Program& program) {
  std::vector<std::uint32_t> links(program.exec.size(), 0);
  for (const sgb_relocation& r : program.relocations) {
    if (r.graph == SGB_GRAPH_EXEC) ++links[r.descriptor];
  }
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < program.exec.size(); ++i) {
    if (program.exec[i].opcode != SGB_OP_DMA) continue;
    const sgb_dma& dma = program.exec[i].u.dma;
    std::uint64_t elements = links[i];
    for (unsigned d = 0; d < dma.rank; ++d) elements *= dma.dim[d].extent;
    bytes += elements * dma.element_bytes;
  }
  return bytes;
}

TEST(RandomNetworks, AmpleScratchpadMovesOnlyWhatItMust) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const ir::Graph graph = random_network(seed);
    mapper::MapReport report;
    const Program program = test::map_or_fail(graph, test::capability(DType::kInt8, 1 << 20), {}, &report);
    // Weights stay, so an inference moves its inputs and outputs once. Beside that there is only padding:
    // bias and scales begin at multiples of 4 (at most 3 bytes for each of two lists per node).
    // Grouped weights come with the gaps between their blocks.
    const std::uint64_t padding = 6 * report.nodes.size() + report.gap_bytes;
    EXPECT_GE(dram_bytes(program) + report.resident_bytes, report.compulsory_dram_bytes) << seed;
    EXPECT_LE(dram_bytes(program) + report.resident_bytes, report.compulsory_dram_bytes + padding) << seed;
    EXPECT_EQ(report.streamed_bytes, 0U);
    EXPECT_EQ(report.workspace_bytes, 0U);
    const Program streamed = test::map_or_fail(graph, test::capability(DType::kInt8, 1 << 20),
                                               {mapper::WeightPolicy::kStreamed}, &report);
    EXPECT_GE(dram_bytes(streamed), report.compulsory_dram_bytes) << seed;
    EXPECT_LE(dram_bytes(streamed), report.compulsory_dram_bytes + padding) << seed;
  }
}

TEST(RandomNetworks, NeverUseMoreThanTheScratchpadNorLessThanTheCompulsoryTraffic) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const ir::Graph graph = random_network(seed);
    for (const std::uint64_t sram : {1024, 2048, 4096, 16384}) {
      mapper::MapReport report;
      const Program program = test::map_or_fail(graph, test::capability(DType::kInt8, sram), {}, &report);
      EXPECT_LE(report.sram_bytes, sram);
      EXPECT_GE(dram_bytes(program) + report.resident_bytes, report.compulsory_dram_bytes) << seed;
    }
  }
}

}  // namespace
}  // namespace systole
