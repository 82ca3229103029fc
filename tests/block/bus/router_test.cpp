// What the bus forwards, and what it refuses.
#include "hw/blocks/bus/router.h"

#include <gtest/gtest.h>

#include <array>

#include "hw/base/assert.h"
#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

/// Two initiators; a low region of 64 bytes at 0x1000, another right behind it, a far one at 0x9000.
struct Bench {
  Router router{"router",
                clock_1ghz(),
                BusConfig{.width = Bytes{32}, .latency = 1},
                {{"low", 0x1000, 64}, {"next", 0x1040, 64}, {"far", 0x9000, 128}},
                2};
  StubInitiator initiator{"initiator", 1};
  StubInitiator other{"other", 2};
  tl::ProtocolChecker checker{"checker"};
  StubTarget low{"low_target", 64, 0};
  StubTarget next{"next_target", 64, 0};
  StubTarget far_away{"far_target", 128, 0};
  Bench() {
    initiator.port.socket.bind(checker.target_socket);
    checker.initiator_socket.bind(router.upstream(0));
    other.port.socket.bind(router.upstream(1));
    router.downstream(0).bind(low.port.socket);
    router.downstream(1).bind(next.port.socket);
    router.downstream(2).bind(far_away.port.socket);
  }
};

TEST(Router, DecodesAndPassesOffsets) {
  Bench bench;
  bench.initiator.schedule = {{.at = 0, .write = true, .address = 0x103c},
                              {.at = 10, .address = 0x1040},
                              {.at = 20, .address = 0x907c}};
  bench.other.schedule = {{.at = 30, .address = 0x1000}};
  sc_core::sc_start();
  ASSERT_EQ(bench.low.records.size(), 2U);
  EXPECT_EQ(bench.low.records[0].address, 0x3cU);
  EXPECT_TRUE(bench.low.records[0].write);
  EXPECT_EQ(bench.low.records[1].initiator, 2);
  ASSERT_EQ(bench.next.records.size(), 1U);
  EXPECT_EQ(bench.next.records[0].address, 0U);
  EXPECT_EQ(bench.far_away.records[0].address, 0x7cU);
}

TEST(Router, NothingThereIsAnAddressErrorAfterTwoCrossings) {
  Bench bench;
  bench.initiator.schedule = {{.at = 5, .address = 0xffc},      // below the first region
                              {.at = 5, .address = 0x1080},     // behind the second
                              {.at = 5, .address = ~0ULL - 3},  // at the end of the address space
                              {.at = 5, .address = 0x9080}};
  sc_core::sc_start();
  for (const auto& result : bench.initiator.results) {
    EXPECT_EQ(result.error, SGB_ERROR_BUS_ADDRESS);
    EXPECT_EQ(result.end, 7U);
  }
}

TEST(Router, StraddlingIsAnErrorWithoutAPartialCopy) {
  Bench bench;
  bench.low.memory[63] = std::byte{1};
  bench.initiator.schedule = {{.write = true, .address = 0x103e, .bytes = 4},    // into the neighbour
                              {.write = true, .address = 0x907e, .bytes = 4},    // into nothing
                              {.write = true, .address = 0xffe, .bytes = 4},     // from nothing
                              {.write = true, .address = 0x1000, .bytes = 64}};  // exactly the region
  bench.initiator.data[0] = std::vector<std::byte>(4, std::byte{9});
  sc_core::sc_start();
  EXPECT_EQ(bench.initiator.results[0].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.initiator.results[1].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.initiator.results[2].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.initiator.results[3].error, SGB_ERROR_NONE);
  ASSERT_EQ(bench.low.records.size(), 1U);  // the last one only
  EXPECT_EQ(bench.low.records[0].bytes, 64U);
  EXPECT_TRUE(bench.next.records.empty());
}

TEST(Router, DebugSeesTheSameBytes) {
  Bench bench;
  sc_core::sc_start(cycles(1));
  std::array<std::byte, 2> bytes{std::byte{5}, std::byte{6}};
  EXPECT_TRUE(bench.initiator.port.debug_write(0x9010, bytes));
  EXPECT_EQ(bench.far_away.memory[0x10], std::byte{5});
  std::array<std::byte, 2> back{};
  EXPECT_TRUE(bench.other.port.debug_read(0x9010, back));
  EXPECT_EQ(back, bytes);
  EXPECT_FALSE(bench.other.port.debug_read(0x907f, back));  // straddles
  EXPECT_FALSE(bench.other.port.debug_read(0x8000, back));
}

TEST(Router, DirectAccessIsTranslatedAndCutToTheRegion) {
  Router router("router", clock_1ghz(), BusConfig{}, {{"window", 0x4000, 32}}, 1);
  StubInitiator initiator("initiator", 1);
  StubTarget target("target", 64, 0);
  target.grant_dmi = true;
  initiator.port.socket.bind(router.upstream(0));
  router.downstream(0).bind(target.port.socket);
  sc_core::sc_start(cycles(1));
  const auto grant = initiator.port.dmi(0x4010);
  ASSERT_TRUE(grant.has_value());
  EXPECT_EQ(grant->start, 0x4000U);
  EXPECT_EQ(grant->end, 0x401fU);
  EXPECT_EQ(grant->data, target.memory.data());
  EXPECT_FALSE(initiator.port.dmi(0x5000).has_value());
}

TEST(Router, OverlappingRegionsAreABug) {
  EXPECT_THROW(Router("router", clock_1ghz(), BusConfig{}, {{"a", 0x1000, 64}, {"b", 0x103f, 4}}, 1),
               InternalError);
}

}  // namespace
}  // namespace systole::test
