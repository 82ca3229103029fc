#include "hw/blocks/sram/sram.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

/// 4 banks of 16 bytes, one port each, latency 2, behind a bus of 16 bytes per cycle.
struct Bench {
  Ledger ledger{2};
  Sram sram{"sram", clock_1ghz(),
            SramConfig{.size = Bytes{4096}, .banks = 4, .width = Bytes{16}, .ports = 1, .latency = 2},
            Bytes{16}, ledger};
  StubInitiator first{"first", 1};
  tl::ProtocolChecker checker{"checker"};
  explicit Bench() {
    first.port.socket.bind(checker.target_socket);
    checker.initiator_socket.bind(sram.port.socket);
  }
};

TEST(Sram, ABurstTakesLatencyAndOneCyclePerWord) {
  Bench bench;
  bench.first.schedule = {{.at = 10, .address = 0, .bytes = 16},
                          {.at = 20, .address = 0, .bytes = 64},
                          {.at = 40, .address = 8, .bytes = 64},
                          {.at = 60, .write = true, .address = 0, .bytes = 64},
                          {.at = 80, .address = 7, .bytes = 1}};
  sc_core::sc_start();
  EXPECT_EQ(bench.first.results[0].end, 10U + 2 + 1);
  EXPECT_EQ(bench.first.results[1].end, 20U + 2 + 4);
  EXPECT_EQ(bench.first.results[2].end, 40U + 2 + 5);  // touches five words
  EXPECT_EQ(bench.first.results[3].end, 60U + 2 + 4);
  EXPECT_EQ(bench.first.results[4].end, 80U + 2 + 1);
}

TEST(Sram, ASecondAccessToABankWaitsExactlyOneCycle) {
  Bench bench;
  bench.first.schedule = {{.at = 10, .address = 0, .bytes = 16},
                          {.at = 10, .address = 64, .bytes = 16},   // bank 0 again
                          {.at = 10, .address = 128, .bytes = 16},  // and again
                          {.at = 10, .address = 16, .bytes = 16}};  // bank 1: free
  sc_core::sc_start();
  EXPECT_EQ(bench.first.results[0].end, 13U);
  EXPECT_EQ(bench.first.results[1].end, 14U);
  EXPECT_EQ(bench.first.results[2].end, 15U);
  EXPECT_EQ(bench.first.results[3].end, 13U);
}

TEST(Sram, TwoPortsServeTwoAtOnce) {
  Ledger ledger;
  Sram sram("sram", clock_1ghz(),
            SramConfig{.size = Bytes{4096}, .banks = 4, .width = Bytes{16}, .ports = 2, .latency = 2},
            Bytes{16}, ledger);
  StubInitiator initiator("initiator", 1);
  initiator.port.socket.bind(sram.port.socket);
  initiator.schedule = {{.at = 10, .address = 0, .bytes = 16},
                        {.at = 10, .address = 64, .bytes = 16},
                        {.at = 10, .address = 128, .bytes = 16}};
  sc_core::sc_start();
  EXPECT_EQ(initiator.results[0].end, 13U);
  EXPECT_EQ(initiator.results[1].end, 13U);
  EXPECT_EQ(initiator.results[2].end, 14U);
}

TEST(Sram, OutsideIsAnErrorWithoutCopyOrCount) {
  Bench bench;
  bench.first.schedule = {{.write = true, .address = 4094, .bytes = 4},
                          {.write = true, .address = 4096, .bytes = 4},
                          {.write = true, .address = ~0ULL - 1, .bytes = 4},
                          {.write = true, .address = 4092, .bytes = 4}};
  bench.first.data[0] = std::vector<std::byte>(4, std::byte{7});
  sc_core::sc_start();
  EXPECT_EQ(bench.first.results[0].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.first.results[1].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.first.results[2].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.first.results[3].error, SGB_ERROR_NONE);
  std::array<std::byte, 2> bytes{};
  EXPECT_TRUE(bench.first.port.debug_read(4094, bytes));
  EXPECT_EQ(bytes[0], std::byte{0});
  EXPECT_EQ(bench.ledger.total("sram.write"), 4U);
}

TEST(Sram, CountsByNodeAndStream) {
  Bench bench;
  bench.first.schedule = {
      {.at = 0, .address = 0, .bytes = 32, .stream = Stream::kWeights, .node = 0},
      {.at = 10, .address = 0, .bytes = 8, .stream = Stream::kInput, .node = 1},
      {.at = 20, .write = true, .address = 0, .bytes = 5, .stream = Stream::kOutput, .node = 1}};
  sc_core::sc_start();
  const ActionId read = bench.ledger.action("sram.read", "byte");
  const ActionId write = bench.ledger.action("sram.write", "byte");
  EXPECT_EQ(bench.ledger.count(read, 0, Stream::kWeights), 32U);
  EXPECT_EQ(bench.ledger.count(read, 1, Stream::kInput), 8U);
  EXPECT_EQ(bench.ledger.count(write, 1, Stream::kOutput), 5U);
  EXPECT_EQ(bench.ledger.total(read), 40U);
}

TEST(Sram, DebugAndTimedAccessesSeeTheSameBytes) {
  Bench bench;
  bench.first.schedule = {{.at = 5, .write = true, .address = 100, .bytes = 3},
                          {.at = 9, .address = 99, .bytes = 5}};
  bench.first.data[0] = {std::byte{1}, std::byte{2}, std::byte{3}};
  sc_core::sc_start(cycles(7));
  std::array<std::byte, 3> bytes{};
  EXPECT_TRUE(bench.first.port.debug_read(100, bytes));
  EXPECT_EQ(bytes[2], std::byte{3});
  bytes[0] = std::byte{8};
  EXPECT_TRUE(bench.first.port.debug_write(101, std::span(bytes).first(1)));
  sc_core::sc_start();
  EXPECT_EQ(bench.first.data[1],
            (std::vector{std::byte{0}, std::byte{1}, std::byte{8}, std::byte{3}, std::byte{0}}));
  EXPECT_EQ(bench.ledger.total("sram.read"), 5U);  // not the debug accesses
}

TEST(Sram, RefusesDirectAccess) {
  Ledger ledger;
  Sram sram("sram", clock_1ghz(), SramConfig{}, Bytes{32}, ledger);
  StubInitiator initiator("initiator", 1);
  initiator.port.socket.bind(sram.port.socket);
  sc_core::sc_start(cycles(1));
  EXPECT_FALSE(initiator.port.dmi(0).has_value());
}

}  // namespace
}  // namespace systole::test
