// When the bus delivers. Width 32 bytes per cycle, latency 1; 256 bytes are 8 beats.
#include <gtest/gtest.h>

#include "hw/blocks/bus/router.h"
#include "hw/blocks/sram/sram.h"
#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

constexpr std::uint64_t kSram = 0x1000'0000;
constexpr std::uint64_t kShared = 0x2000'0000;

/// Initiators on a bus with an SRAM (latency 1) whose banks are never in the way: 8 banks of 32 bytes, 4
/// ports.
struct Bench {
  Ledger ledger;
  Router router;
  Sram sram;
  Sram shared;
  StubTarget slow{"slow", 4096, 50};
  std::vector<std::unique_ptr<StubInitiator>> initiators;
  explicit Bench(unsigned count, std::uint32_t latency = 1, std::uint64_t width = 32)
      : router("router", clock_1ghz(), BusConfig{.width = Bytes{width}, .latency = latency},
               {{"sram", kSram, 65536, true}, {"shared", kShared, 65536}, {"slow", 0, 4096}}, count),
        sram("sram", clock_1ghz(),
             SramConfig{.size = Bytes{65536}, .banks = 8, .width = Bytes{32}, .ports = 1, .latency = 1},
             Bytes{width}, ledger),
        shared("shared", clock_1ghz(),
               SramConfig{.size = Bytes{65536}, .banks = 8, .width = Bytes{32}, .ports = 4, .latency = 1},
               Bytes{width}, ledger) {
    for (unsigned i = 0; i < count; ++i) {
      initiators.push_back(std::make_unique<StubInitiator>(("initiator" + std::to_string(i)).c_str(),
                                                           static_cast<std::uint16_t>(i)));
      initiators[i]->port.socket.bind(router.upstream(i));
    }
    router.downstream(0).bind(sram.port.socket);
    router.downstream(1).bind(shared.port.socket);
    router.downstream(2).bind(slow.port.socket);
  }
  std::uint64_t end(unsigned initiator, std::size_t step) {
    return initiators[initiator]->results.at(step).end;
  }
};

TEST(RouterTiming, AReadAddsHeadsAndTakesTheSlowestTail) {
  Bench bench(1);
  bench.initiators[0]->schedule = {{.at = 10, .address = kSram, .bytes = 32},
                                   {.at = 30, .address = kSram, .bytes = 256},
                                   {.at = 60, .address = kSram + 1, .bytes = 256}};
  sc_core::sc_start();
  // Request 1, banks 1, way back 1, then one cycle per beat: 3 + 1 and 3 + 8. 256 unaligned bytes are 9
  // beats.
  EXPECT_EQ(bench.end(0, 0), 10U + 4);
  EXPECT_EQ(bench.end(0, 1), 30U + 11);
  EXPECT_EQ(bench.end(0, 2), 60U + 12);
}

TEST(RouterTiming, AWriteTakesAsLong) {
  Bench bench(1);
  bench.initiators[0]->schedule = {{.at = 10, .write = true, .address = kSram, .bytes = 32},
                                   {.at = 30, .write = true, .address = kSram, .bytes = 256}};
  sc_core::sc_start();
  // Data 1, banks 1, one cycle per beat, response 1.
  EXPECT_EQ(bench.end(0, 0), 10U + 4);
  EXPECT_EQ(bench.end(0, 1), 30U + 11);
}

TEST(RouterTiming, LatencyCountsOncePerCrossing) {
  Bench bench(1, 5);
  bench.initiators[0]->schedule = {{.at = 10, .address = kSram, .bytes = 256}};
  sc_core::sc_start();
  EXPECT_EQ(bench.end(0, 0), 10U + 5 + 1 + 5 + 8);
}

TEST(RouterTiming, ANarrowBusSetsTheTail) {
  Bench bench(1, 1, 8);
  bench.initiators[0]->schedule = {{.at = 10, .address = kSram, .bytes = 256}};
  sc_core::sc_start();
  EXPECT_EQ(bench.end(0, 0), 10U + 3 + 32);
}

TEST(RouterTiming, TwoInitiatorsShareATargetsReadChannel) {
  Bench bench(2);
  bench.initiators[0]->schedule = {{.at = 10, .address = kShared, .bytes = 256}};
  bench.initiators[1]->schedule = {{.at = 10, .address = kShared + 1024, .bytes = 256}};
  sc_core::sc_start();
  EXPECT_EQ(bench.end(0, 0), 21U);
  EXPECT_EQ(bench.end(1, 0), 29U);  // exactly the 8 beats of the first
}

TEST(RouterTiming, BurstsThatFollowOneAnotherThroughTheBanksLoseOneCycle) {
  // Both start at bank 0 in cycle 11; the second is one bank behind the first all the way.
  Bench bench(2);
  bench.initiators[0]->schedule = {{.at = 10, .address = kSram, .bytes = 256}};
  bench.initiators[1]->schedule = {{.at = 10, .address = kSram + 1024, .bytes = 256}};
  sc_core::sc_start();
  EXPECT_EQ(bench.end(0, 0), 21U);
  EXPECT_EQ(bench.end(1, 0), 22U);
}

/// n reads of one word of bank 0, one per cycle from cycle 10 on.
std::vector<Step> words_of_bank_0(std::uint64_t n) {
  std::vector<Step> steps;
  for (std::uint64_t i = 0; i < n; ++i)
    steps.push_back({.at = 10 + i, .address = kSram + i * 256, .bytes = 32});
  return steps;
}

TEST(RouterTiming, OneInitiatorAloneOnABankIsServedEveryCycle) {
  Bench bench(1);
  bench.initiators[0]->schedule = words_of_bank_0(8);
  sc_core::sc_start();
  for (std::uint64_t i = 0; i < 8; ++i) EXPECT_EQ(bench.end(0, i), 10 + i + 4);
}

TEST(RouterTiming, ASecondInitiatorOnTheSameBankSlowsTheFirstByTheExactAmount) {
  // The bank serves first, second, first, second ... from cycle 11 on. Access i of the first is served in
  // cycle 11 + 2 i instead of 11 + i: i cycles late; of the second i + 1 cycles late.
  Bench bench(2);
  bench.initiators[0]->schedule = words_of_bank_0(8);
  bench.initiators[1]->schedule = words_of_bank_0(8);
  sc_core::sc_start();
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(bench.end(0, i), 10 + i + 4 + i);
    EXPECT_EQ(bench.end(1, i), 10 + i + 4 + i + 1);
  }
}

TEST(RouterTiming, OnDifferentBanksTheyDoNotMeet) {
  Bench bench(2);
  bench.initiators[0]->schedule = words_of_bank_0(8);
  bench.initiators[1]->schedule = words_of_bank_0(8);
  for (Step& step : bench.initiators[1]->schedule) step.address += 32;
  sc_core::sc_start();
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(bench.end(0, i), 10 + i + 4);
    EXPECT_EQ(bench.end(1, i), 10 + i + 4);
  }
}

TEST(RouterTiming, ReadsAndWritesDoNotMeetOnALink) {
  Bench bench(2);
  bench.initiators[0]->schedule = {{.at = 10, .address = kShared, .bytes = 256}};
  bench.initiators[1]->schedule = {{.at = 10, .write = true, .address = kShared + 1024, .bytes = 256}};
  sc_core::sc_start();
  EXPECT_EQ(bench.end(0, 0), 21U);
  EXPECT_EQ(bench.end(1, 0), 21U);
}

TEST(RouterTiming, OneInitiatorsAccessesShareItsLink) {
  Bench bench(1);
  bench.initiators[0]->schedule = {{.at = 10, .address = kSram, .bytes = 256},
                                   {.at = 11, .address = kSram + 256, .bytes = 256},
                                   {.at = 12, .address = kSram + 512, .bytes = 256}};
  sc_core::sc_start();
  // Beats leave the SRAM from cycle 12 on, 24 in a row, plus one cycle over the bus.
  EXPECT_EQ(bench.end(0, 0), 21U);
  EXPECT_EQ(bench.end(0, 1), 29U);
  EXPECT_EQ(bench.end(0, 2), 37U);
}

TEST(RouterTiming, DifferentTargetsDoNotMeet) {
  Bench bench(2);
  bench.initiators[0]->schedule = {{.at = 10, .address = kSram, .bytes = 256}};
  bench.initiators[1]->schedule = {{.at = 10, .address = 0, .bytes = 256}};
  sc_core::sc_start();
  EXPECT_EQ(bench.end(0, 0), 21U);
  // A target that does not stream has all data after 50 cycles; they cross in 1 + 8.
  EXPECT_EQ(bench.end(1, 0), 10U + 1 + 50 + 1 + 8);
}

TEST(RouterTiming, AShortAccessUsesAGap) {
  // The second read is asked for later, but its data are ready before those of a slow target.
  Bench bench(1);
  bench.initiators[0]->schedule = {{.at = 10, .address = 0, .bytes = 256},
                                   {.at = 11, .address = kSram, .bytes = 32}};
  sc_core::sc_start();
  EXPECT_EQ(bench.end(0, 0), 10U + 60);
  EXPECT_EQ(bench.end(0, 1), 11U + 4);
}

}  // namespace
}  // namespace systole::test
