// What a DMA engine moves, counts and reports.
#include <gtest/gtest.h>

#include "tests/block/dma/dma_bench.h"
#include "tests/block/dma/dma_case.h"

namespace systole::test {
namespace {

std::vector<std::byte> random_bytes(std::mt19937& random, std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

TEST(Dma, MovesWhatTheDefinitionSays) {
  DmaBench bench("bench");
  std::mt19937 random(4);
  const std::vector<std::byte> dram = random_bytes(random, kMemoryBytes);
  std::vector<std::byte> sram = random_bytes(random, kMemoryBytes);
  std::uint64_t bytes = 0;
  for (int i = 0; i < 200; ++i) {
    sgb_dma dma = random_dma(random);
    dma.src = kDram + kMemoryBytes / 2 + random() % 4096;
    dma.dst = kSram + kMemoryBytes / 2 + random() % 4096;
    bench.commands.emplace_back(0, descriptor_of(dma));
  }
  bench.controller_start = [&] {
    ASSERT_TRUE(bench.other.port.debug_write(kDram, dram));
    ASSERT_TRUE(bench.other.port.debug_write(kSram, sram));
  };
  sc_core::sc_start();
  ASSERT_EQ(bench.done.size(), bench.commands.size());
  for (const auto& [at, descriptor] : bench.commands) {
    for (const ByteMove& move : define(descriptor.u.dma)) {
      sram.at(move.dst - kSram) = move.fill ? static_cast<std::byte>(move.value) : dram.at(move.src - kDram);
      ++bytes;
    }
  }
  std::vector<std::byte> after(kMemoryBytes);
  ASSERT_TRUE(bench.other.port.debug_read(kSram, after));
  EXPECT_EQ(after, sram);
  EXPECT_EQ(bench.ledger.total("dma.byte"), bytes);
  EXPECT_EQ(bench.ledger.total("sram.write"), bytes);
  EXPECT_EQ(bench.ledger.total("dma.descriptor"), 200U);
  EXPECT_EQ(
      bench.ledger.total("dram.read") + bench.ledger.total("dram.write") + bench.ledger.total("sram.read"),
      bench.ledger.total("dram.read"));
}

TEST(Dma, ChargesNodeAndStream) {
  DmaBench bench("bench");
  sgb_dma dma = linear_dma(kDram, kSram, 100);
  dma.stream = SGB_STREAM_WEIGHTS;
  bench.commands = {{0, descriptor_of(dma, 3)}};
  sc_core::sc_start();
  const ActionId moved = bench.ledger.action("dma.byte", "byte");
  const ActionId read = bench.ledger.action("dram.read", "byte");
  EXPECT_EQ(bench.ledger.count(moved, 3, Stream::kWeights), 100U);
  EXPECT_EQ(bench.ledger.count(read, 3, Stream::kWeights), 100U);
  EXPECT_EQ(bench.spans.spans().at(0).node, 3U);
}

TEST(Dma, AWildAddressIsReportedAndTheEngineGoesOn) {
  DmaBench bench("bench");
  bench.commands = {
      {0, descriptor_of(linear_dma(0x4000, kSram, 64), 2)},                      // read from nothing
      {0, descriptor_of(linear_dma(kDram, kSram + kMemoryBytes - 4096, 8192))},  // writes run out
      {0, descriptor_of(linear_dma(kDram, kSram, 64))}};
  sc_core::sc_start();
  ASSERT_EQ(bench.done.size(), 3U);
  EXPECT_EQ(bench.done[0].completion.error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.done[0].completion.address, 0x4000U);
  EXPECT_EQ(bench.done[0].completion.node, 2U);
  EXPECT_EQ(bench.done[0].at, 16U + 2);  // two crossings of the bus
  EXPECT_EQ(bench.done[1].completion.error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.done[1].completion.address, kSram + kMemoryBytes);
  EXPECT_EQ(bench.done[2].completion.error, SGB_ERROR_NONE);
  EXPECT_EQ(bench.ledger.total("dma.byte"), 4096U + 64);
}

TEST(Dma, BadFieldsAreReportedAfterSetUp) {
  DmaBench bench("bench");
  sgb_descriptor bad = descriptor_of(linear_dma(kDram, kSram, 64));
  bad.u.dma.rank = 7;
  sgb_descriptor other = bad;
  other.opcode = SGB_OP_MATRIX;
  bench.commands = {{0, bad}, {0, other}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].completion.error, SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(bench.done[0].at, 16U);
  EXPECT_EQ(bench.done[1].completion.error, SGB_ERROR_BAD_OPCODE);
}

TEST(Dma, ANopCompletesAtOnce) {
  DmaBench bench("bench");
  sgb_descriptor nop{};
  nop.opcode = SGB_OP_NOP;
  nop.node = SGB_NO_NODE;
  bench.commands = {{5, nop}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].at, 5U);
  EXPECT_EQ(bench.done[0].completion.error, SGB_ERROR_NONE);
}

}  // namespace
}  // namespace systole::test
