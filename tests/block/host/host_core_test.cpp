// The core in simulated time, on machine code: 2 cycles per instruction at 1 GHz. With a bus latency of 1 a
// read request reaches its target 1 cycle after it is issued; the word takes a beat of the bus and its
// latency on the way back: a read of the DRAM stub takes 1 + 10 + 1 + 1 = 13 cycles.
#include <gmock/gmock.h>

#include "tests/block/host/bench.h"
#include "tests/unit/host/rv32.h"

namespace systole::test {
namespace {

using namespace host::rv32;
using ::testing::HasSubstr;

constexpr std::uint32_t kSleepForever[] = {kWfi, j(-4)};

std::vector<std::uint32_t> then_sleep(std::vector<std::uint32_t> words) {
  words.insert(words.end(), std::begin(kSleepForever), std::end(kSleepForever));
  return words;
}

/// x8 = DRAM, `nops`, then two loads.
std::vector<std::uint32_t> two_loads(unsigned nops) {
  std::vector<std::uint32_t> words{lui(8, SYS_DRAM_BASE >> 12U)};
  words.insert(words.end(), nops, kNop);
  words.push_back(lw(5, 8, 0));
  words.push_back(lw(6, 8, 4));
  return then_sleep(words);
}

TEST(HostCore, AnAccessStartsWhenItsInstructionsHaveTakenTheirTime) {
  HostBench bench(host_config());
  bench.program(two_loads(5));
  sc_core::sc_start();
  ASSERT_EQ(bench.dram.records.size(), 2U);
  // lui, 5 nops, lw: 7 instructions of 2 cycles, then 1 cycle of bus.
  EXPECT_EQ(bench.dram.records[0].at, 7 * 2 + 1U);
  // The first load ends at 14 + 13; the second is the next instruction.
  EXPECT_EQ(bench.dram.records[1].at, 27 + 2 + 1U);
  EXPECT_EQ(bench.dram.records[0].initiator, 1);
  EXPECT_EQ(bench.dram.records[0].bytes, 4U);
  // 8 instructions and the wfi; simulated time ends with the wfi's: 29 + 13 + 2.
  EXPECT_EQ(bench.core.instructions(), 9U);
  EXPECT_EQ(in_cycles(sc_core::sc_time_stamp()), 44U);
  EXPECT_EQ(bench.ledger.total("host.instruction"), 9U);
  EXPECT_THAT(bench.core.state(), HasSubstr("asleep in wfi at pc 0x60000024"));
}

TEST(HostCore, TheQuantumDoesNotMoveAccesses) {
  HostBench bench(host_config(1));
  bench.program(two_loads(5));
  sc_core::sc_start();
  ASSERT_EQ(bench.dram.records.size(), 2U);
  EXPECT_EQ(bench.dram.records[0].at, 15U);
  EXPECT_EQ(bench.dram.records[1].at, 30U);
}

TEST(HostCore, FractionsOfCyclesAddUp) {
  HostConfig config = host_config(3);
  config.cpi_milli = 1125;  // 8 instructions take 9 cycles
  HostBench bench(config);
  bench.program(two_loads(6));
  sc_core::sc_start();
  EXPECT_EQ(bench.dram.records[0].at, 8 * 9 / 8 + 1U);
}

TEST(HostCore, WfiSleepsUntilTheInstantOfTheInterrupt) {
  HostBench bench(host_config());
  // mie = external, MIE off; wfi; load.
  bench.program(then_sleep({lui(8, SYS_DRAM_BASE >> 12U), lui(5, 1), addi(5, 5, -2048), csrrw(0, kMie, 5),
                            kWfi, lw(6, 8, 0), csrrw(0, kMie, 0)}));
  sc_core::sc_spawn([&] {
    sc_core::wait(cycles(12345));
    bench.core.external_interrupt.set(true);
  });
  sc_core::sc_start();
  ASSERT_EQ(bench.dram.records.size(), 1U);
  EXPECT_EQ(bench.dram.records[0].at, 12345 + 2 + 1U);  // the load's own instruction, then the bus
  EXPECT_EQ(bench.core.instructions(), 8U);             // sleeping executes none
}

TEST(HostCore, WfiDoesNotLoseAnInterruptOfTheTimeThatItRanAhead) {
  HostBench bench(host_config());
  // The interrupt comes and stays at cycle 1, while the core has executed up to its wfi (cycle 10) in one go.
  bench.program(then_sleep({lui(8, SYS_DRAM_BASE >> 12U), lui(5, 1), addi(5, 5, -2048), csrrw(0, kMie, 5),
                            kWfi, lw(6, 8, 0), csrrw(0, kMie, 0)}));
  sc_core::sc_spawn([&] {
    sc_core::wait(cycles(1));
    bench.core.external_interrupt.set(true);
  });
  sc_core::sc_start();
  ASSERT_EQ(bench.dram.records.size(), 1U);
  EXPECT_EQ(bench.dram.records[0].at, 5 * 2 + 2 + 1U);
}

TEST(HostCore, AnInterruptEndsAComputingLoopAtTheNextQuantum) {
  HostBench bench(host_config(100));  // quanta end at 200, 400, ...
  // Set-up of 8 instructions; x20 counts in a loop of two; the handler at 0x100 reads DRAM and sleeps.
  std::vector<std::uint32_t> words{lui(8, SYS_DRAM_BASE >> 12U),
                                   lui(1, SYS_HOST_RAM_BASE >> 12U),
                                   addi(1, 1, 0x100),
                                   csrrw(0, kMtvec, 1),
                                   lui(5, 1),
                                   addi(5, 5, -2048),
                                   csrrw(0, kMie, 5),
                                   csrsi(kMstatus, 8),
                                   addi(20, 20, 1),
                                   j(-4)};
  words.resize(0x100 / 4, kNop);
  words.insert(words.end(), {lw(6, 8, 0), csrrw(0, kMie, 0), kWfi, j(-4)});
  bench.program(words);
  sc_core::sc_spawn([&] {
    sc_core::wait(cycles(1234));
    bench.core.external_interrupt.set(true);
  });
  sc_core::sc_start();
  ASSERT_EQ(bench.dram.records.size(), 1U);
  EXPECT_EQ(bench.dram.records[0].at, 1400 + 2 + 1U);
}

TEST(HostCore, ABusErrorIsAFaultOfTheProgramAndALockUpWithoutAHandler) {
  HostBench bench(host_config());
  bench.program({lui(8, 0x50000), lw(5, 8, 8), kNop});
  sc_core::sc_start();
  ASSERT_TRUE(bench.core.lockup());
  EXPECT_THAT(*bench.core.lockup(), HasSubstr("load access fault at pc 0x60000004, value 0x50000008"));
  EXPECT_EQ(bench.core.instructions(), 2U);
  EXPECT_FALSE(bench.power.exit_code());
  EXPECT_EQ(sc_core::sc_get_status(), sc_core::SC_STOPPED);
}

TEST(HostCore, NothingRunsAfterTheExit) {
  HostBench bench(host_config());
  bench.program({lui(8, SYS_POWER_BASE >> 12U), addi(5, 0, 42), sw(5, 8, 0), kNop, j(0)});
  sc_core::sc_start();
  ASSERT_TRUE(bench.power.exit_code());
  EXPECT_EQ(*bench.power.exit_code(), 42U);
  EXPECT_EQ(bench.core.instructions(), 3U);
  EXPECT_EQ(bench.ledger.total("host.instruction"), 3U);
}

TEST(HostCore, TheCycleCounterFollowsSimulatedTime) {
  HostBench bench(host_config());
  // mcycle after lui, lw (ends at 4 + 13 = 17) and itself: 19; stored to DRAM.
  bench.program(then_sleep({lui(8, SYS_DRAM_BASE >> 12U), lw(5, 8, 0), csrrs(6, kMcycle, 0), sw(6, 8, 0)}));
  sc_core::sc_start();
  EXPECT_EQ(std::to_integer<int>(bench.dram.memory[0]), 19);
}

TEST(HostCore, BytesAndHalfWordsKeepTheirPlace) {
  HostBench bench(host_config());
  bench.dram.memory[5] = std::byte{0x9c};
  bench.program(
      then_sleep({lui(8, SYS_DRAM_BASE >> 12U), lb(5, 8, 5), sw(5, 8, 8), sb(5, 8, 15), store(1, 5, 8, 18)}));
  sc_core::sc_start();
  const auto byte = [&](std::size_t i) { return std::to_integer<int>(bench.dram.memory[i]); };
  EXPECT_EQ(byte(8), 0x9c);
  EXPECT_EQ(byte(11), 0xff);  // lb extended the sign
  EXPECT_EQ(byte(14), 0);
  EXPECT_EQ(byte(15), 0x9c);
  EXPECT_EQ(byte(16), 0);
  EXPECT_EQ(byte(18), 0x9c);
  EXPECT_EQ(byte(19), 0xff);
  EXPECT_EQ(byte(20), 0);
}

TEST(HostCore, OthersReachItsRamOverTheBus) {
  HostBench bench(host_config());
  bench.program({kWfi, j(-4)});
  sc_core::sc_start(cycles(10));
  std::array<std::byte, 4> data{};
  ASSERT_TRUE(bench.core.port.debug_read(SYS_HOST_RAM_BASE, data));
  EXPECT_EQ(std::to_integer<unsigned>(data[0]), kWfi & 0xffU);
  // A word takes the RAM's cycle and, as above, 3 of the bus.
  const tl::Outcome outcome =
      bench.core.port.read(SYS_HOST_RAM_BASE + SYS_HOST_RAM_SIZE - 4, data.data(), 4, kNoNode, Stream::kCode);
  EXPECT_EQ(outcome.error, SGB_ERROR_NONE);
  EXPECT_EQ(in_cycles(outcome.end), 10 + 4U);
}

}  // namespace
}  // namespace systole::test
