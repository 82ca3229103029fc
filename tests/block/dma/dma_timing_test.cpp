// When a DMA engine is done: see DmaBench for the latencies.
#include <gtest/gtest.h>

#include "tests/block/dma/dma_bench.h"
#include "tests/block/dma/dma_case.h"

namespace systole::test {
namespace {

constexpr std::uint64_t kBurst = 121;  ///< DRAM to SRAM, 256 bytes, alone

sgb_descriptor load(std::uint32_t bytes, std::uint64_t offset = 0) {
  return descriptor_of(linear_dma(kDram + offset, kSram + offset, bytes));
}

TEST(DmaTiming, OneBurst) {
  DmaBench bench("bench");
  bench.commands = {{10, load(256)}};
  sc_core::sc_start();
  ASSERT_EQ(bench.done.size(), 1U);
  EXPECT_EQ(bench.done[0].at, 10 + 16 + kBurst);
  const Span& span = bench.spans.spans().at(0);
  EXPECT_EQ(span.start, 10U);
  EXPECT_EQ(span.end, 10 + 16 + kBurst);
  EXPECT_EQ(span.compute_cycles, kBurst);
}

TEST(DmaTiming, OneOutstandingBurstIsStrictlySerial) {
  DmaBench bench("bench", DmaConfig{.outstanding = 1});
  bench.commands = {{10, load(8 * 256)}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].at, 10 + 16 + 8 * kBurst);
}

TEST(DmaTiming, EightOutstandingBurstsAreLimitedByTheBandwidth) {
  // Each further burst adds its 8 beats.
  DmaBench bench("bench", DmaConfig{.outstanding = 8});
  bench.commands = {{10, load(8 * 256)}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].at, 10 + 16 + kBurst + 7 * 8);
}

TEST(DmaTiming, MoreBurstsThanSlotsWaitForSlots) {
  // Burst 8 takes burst 0's slot when that has ended, and so on: two rounds of kBurst, then the 7 others'
  // beats.
  DmaBench bench("bench", DmaConfig{.outstanding = 8});
  bench.commands = {{10, load(16 * 256)}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].at, 10 + 16 + 2 * kBurst + 7 * 8);
}

TEST(DmaTiming, PingPongHidesTheSetUpOfAWaitingCommand) {
  DmaBench bench("bench", DmaConfig{.ping_pong = true});
  bench.commands = {{10, load(256)}, {10, load(256)}, {10, load(256)}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].at, 10 + 16 + kBurst);
  EXPECT_EQ(bench.done[1].at, 10 + 16 + 2 * kBurst);
  EXPECT_EQ(bench.done[2].at, 10 + 16 + 3 * kBurst);
}

TEST(DmaTiming, WithoutPingPongEverySetUpShows) {
  DmaBench bench("bench", DmaConfig{.ping_pong = false});
  bench.commands = {{10, load(256)}, {10, load(256)}, {10, load(256)}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[2].at, 10 + 3 * (16 + kBurst));
  EXPECT_EQ(bench.spans.spans()[2].start, 10 + 2 * (16 + kBurst));
}

TEST(DmaTiming, PingPongHidesOnlyWhatThereIsTimeFor) {
  // The first ends in cycle 147. The second comes in 140: 7 of its 16 cycles are hidden.
  DmaBench bench("bench", DmaConfig{.ping_pong = true});
  bench.commands = {{10, load(256)}, {140, load(256)}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].at, 147U);
  EXPECT_EQ(bench.done[1].at, 140 + 16 + kBurst);
  EXPECT_EQ(bench.spans.spans()[1].start, 147U);
}

TEST(DmaTiming, AnIdleEngineShowsItsSetUp) {
  DmaBench bench("bench", DmaConfig{.ping_pong = true});
  bench.commands = {{10, load(256)}, {1000, load(256)}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[1].at, 1000 + 16 + kBurst);
}

TEST(DmaTiming, FillNeedsNoReads) {
  // 2 bursts of fill: data at once, writes in 26 and 27; each takes 11, the second 8 beats behind the first.
  DmaBench bench("bench");
  bench.commands = {{10, descriptor_of(make_dma(kDram, kSram, 1, {{512, 0, 0, 1, 1}}, 7))}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].at, 26U + 11 + 8);
  EXPECT_EQ(bench.ledger.total("dram.read"), 0U);
}

TEST(DmaTiming, ATransposeWritesOneElementPerCycle) {
  // 64 channels of 4 pixels to channels-last: one read of 256 bytes, ready in 26 + 110; then 256 writes of
  // one byte, one per cycle; the last is issued in 136 + 255 and takes 1 + 1 + 1 + 1 cycles.
  DmaBench bench("bench");
  bench.commands = {{10, descriptor_of(make_dma(kDram, kSram, 1, {{64, 0, 64, 4, 1}, {4, 0, 4, 1, 64}}))}};
  sc_core::sc_start();
  EXPECT_EQ(bench.done[0].at, 136U + 255 + 4);
}

TEST(DmaTiming, TimeDoesNotDependOnFunction) {
  DmaBench functional("functional", DmaConfig{}, true);
  DmaBench timing_only("timing_only", DmaConfig{}, false);
  std::mt19937 random(3);
  for (int i = 0; i < 100; ++i) {
    sgb_dma dma = random_dma(random);
    dma.src = kDram + kMemoryBytes / 2;
    dma.dst = kSram + kMemoryBytes / 2;
    if (i % 3 == 0) std::swap(dma.src, dma.dst);
    functional.commands.emplace_back(random() % 100 * i, descriptor_of(dma));
  }
  timing_only.commands = functional.commands;
  sc_core::sc_start();
  ASSERT_EQ(functional.done.size(), 100U);
  ASSERT_EQ(timing_only.done.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(functional.done[i].completion.error, SGB_ERROR_NONE);
    EXPECT_EQ(functional.done[i].at, timing_only.done[i].at) << i;
  }
  for (const char* action :
       {"dma.byte", "dma.descriptor", "dram.read", "sram.write", "dram.write", "sram.read"}) {
    EXPECT_EQ(functional.ledger.total(action), timing_only.ledger.total(action)) << action;
    EXPECT_GT(functional.ledger.total(action), 0U) << action;
  }
}

TEST(DmaTiming, AnotherInitiatorOnTheDramSlowsItByItsBeats) {
  // The other's burst is asked for in the same cycle as the engine's first, before it.
  DmaBench bench("bench");
  bench.commands = {{10, load(256)}};
  bench.other.schedule = {{.at = 25, .address = kDram + 8192, .bytes = 512}};
  sc_core::sc_start();
  // The DRAM moves the other's data in cycles 126 to 141, the engine's from 142 instead of 127 on.
  EXPECT_EQ(bench.done[0].at, 10 + 16 + kBurst + 15);
}

}  // namespace
}  // namespace systole::test
