#include "hw/blocks/dram/dram.h"

#include <gtest/gtest.h>

#include <array>

#include "hw/timing/dram_simple.h"
#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

constexpr std::uint64_t kSize = 512ULL << 20U;

/// 100 ns and 16 GB/s on one channel: at 1 GHz 100 cycles and 16 bytes per cycle.
struct Bench {
  Ledger ledger{1};
  Dram dram{"dram", clock_1ghz(), Bytes{kSize},
            std::make_unique<timing::SimpleDram>(Picoseconds{100'000}, BytesPerSecond{16'000'000'000}, 1),
            ledger};
  StubInitiator initiator{"initiator", 1};
  tl::ProtocolChecker checker{"checker"};
  Bench() {
    initiator.port.socket.bind(checker.target_socket);
    checker.initiator_socket.bind(dram.port.socket);
  }
};

TEST(Dram, LatencyThenBandwidth) {
  Bench bench;
  bench.initiator.schedule = {{.at = 10, .address = 0, .bytes = 256},
                              {.at = 300, .write = true, .address = 0, .bytes = 64},
                              {.at = 600, .address = 0, .bytes = 1}};
  sc_core::sc_start();
  EXPECT_EQ(bench.initiator.results[0].end, 10U + 100 + 16);
  EXPECT_EQ(bench.initiator.results[1].end, 300U + 100 + 4);
  EXPECT_EQ(bench.initiator.results[2].end, 600U + 100 + 1);  // a sixteenth of a cycle, up to the next edge
}

TEST(Dram, LatencyHidesBehindEarlierData) {
  Bench bench;
  bench.initiator.schedule = {{.at = 10, .address = 0, .bytes = 256},
                              {.at = 11, .address = 4096, .bytes = 256},
                              {.at = 12, .address = 8192, .bytes = 256}};
  sc_core::sc_start();
  EXPECT_EQ(bench.initiator.results[0].end, 126U);
  EXPECT_EQ(bench.initiator.results[1].end, 142U);
  EXPECT_EQ(bench.initiator.results[2].end, 158U);
}

TEST(Dram, BoundariesAndCounts) {
  Bench bench;
  bench.initiator.schedule = {
      {.at = 0, .write = true, .address = kSize - 4, .bytes = 4, .stream = Stream::kOutput, .node = 0},
      {.at = 300, .write = true, .address = kSize - 2, .bytes = 4},
      {.at = 600, .address = kSize, .bytes = 4},
      {.at = 900, .address = kSize - 4, .bytes = 4, .stream = Stream::kWeights, .node = 0}};
  bench.initiator.data[0] = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  bench.initiator.data[1] = std::vector<std::byte>(4, std::byte{9});
  sc_core::sc_start();
  EXPECT_EQ(bench.initiator.results[0].error, SGB_ERROR_NONE);
  EXPECT_EQ(bench.initiator.results[1].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.initiator.results[2].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.initiator.data[3], bench.initiator.data[0]);
  EXPECT_EQ(bench.ledger.node_total("dram.write", 0), 4U);
  EXPECT_EQ(bench.ledger.node_total("dram.read", 0), 4U);
  EXPECT_EQ(bench.ledger.total("dram.write"), 4U);
}

TEST(Dram, UntouchedMemoryIsZeroAndDebugSeesWhatIsThere) {
  Bench bench;
  sc_core::sc_start(cycles(1));
  std::array<std::byte, 2> bytes{std::byte{1}, std::byte{1}};
  EXPECT_TRUE(bench.initiator.port.debug_read(kSize / 2, bytes));
  EXPECT_EQ(bytes[0], std::byte{0});
  bytes[1] = std::byte{4};
  EXPECT_TRUE(bench.initiator.port.debug_write(kSize - 2, bytes));
  EXPECT_FALSE(bench.initiator.port.debug_write(kSize - 1, bytes));
  EXPECT_FALSE(bench.initiator.port.dmi(0).has_value());
  EXPECT_EQ(bench.ledger.total("dram.read") + bench.ledger.total("dram.write"), 0U);
}

}  // namespace
}  // namespace systole::test
