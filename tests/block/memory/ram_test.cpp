#include "hw/blocks/ram/ram.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

struct Bench {
  Ram ram{"ram", Bytes{8192}, cycles(3)};
  StubInitiator initiator{"initiator", 1};
  Bench() { initiator.port.socket.bind(ram.port.socket); }
};

TEST(Ram, AnswersAfterItsLatency) {
  Bench bench;
  bench.initiator.schedule = {{.at = 5, .write = true, .address = 8190, .bytes = 2},
                              {.at = 9, .address = 8191, .bytes = 2}};
  sc_core::sc_start();
  EXPECT_EQ(bench.initiator.results[0].error, SGB_ERROR_NONE);
  EXPECT_EQ(bench.initiator.results[0].end, 8U);
  EXPECT_EQ(bench.initiator.results[1].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.initiator.results[1].end, 12U);
}

TEST(Ram, DirectAccessDebugAndTimedAccessAreCoherent) {
  Bench bench;
  bench.initiator.schedule = {{.at = 5, .address = 100, .bytes = 2}};
  sc_core::sc_start(cycles(1));
  const auto grant = bench.initiator.port.dmi(100);
  ASSERT_TRUE(grant.has_value());
  EXPECT_EQ(grant->start, 0U);
  EXPECT_EQ(grant->end, 8191U);
  grant->data[100] = std::byte{42};
  std::array<std::byte, 1> byte{std::byte{43}};
  EXPECT_TRUE(bench.initiator.port.debug_write(101, byte));
  sc_core::sc_start();
  EXPECT_EQ(bench.initiator.data[0], (std::vector{std::byte{42}, std::byte{43}}));
  EXPECT_EQ(grant->data[101], std::byte{43});
  EXPECT_FALSE(bench.initiator.port.dmi(8192).has_value());
}

}  // namespace
}  // namespace systole::test
