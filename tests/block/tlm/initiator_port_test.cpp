#include "hw/tlm/initiator_port.h"

#include <gtest/gtest.h>

#include <array>

#include "hw/base/assert.h"
#include "tests/block/support/stubs.h"

namespace systole::test {
namespace {

using tl::PayloadPool;

/// An initiator and a target of 64 bytes and 3 cycles, with a protocol checker between them.
struct Bench {
  StubInitiator initiator{"initiator", 7};
  tl::ProtocolChecker checker{"checker"};
  StubTarget target{"target", 64, 3};
  Bench() {
    tl::initialise_time();
    initiator.port.socket.bind(checker.target_socket);
    checker.initiator_socket.bind(target.port.socket);
  }
};

TEST(InitiatorPort, MovesDataAndTellsWhenItEnds) {
  Bench bench;
  bench.initiator.schedule = {{.at = 5, .write = true, .address = 8, .bytes = 4},
                              {.at = 5, .address = 8, .bytes = 8},
                              {.at = 20, .address = 60, .bytes = 4}};
  bench.initiator.data[0] = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  sc_core::sc_start();
  ASSERT_EQ(bench.initiator.results.size(), 3U);
  EXPECT_EQ(bench.initiator.results[0].end, 8U);
  EXPECT_EQ(bench.initiator.results[1].end, 8U);
  EXPECT_EQ(bench.initiator.results[2].end, 23U);
  EXPECT_EQ(bench.initiator.data[1][3], std::byte{4});
  EXPECT_EQ(bench.initiator.data[1][4], std::byte{0});
  EXPECT_EQ(bench.target.records[0].initiator, 7);
  EXPECT_EQ(bench.checker.transactions(), 3U);
}

TEST(InitiatorPort, ResponsesBecomeErrorCodes) {
  Bench bench;
  bench.initiator.schedule = {{.address = 0}, {.address = 62}, {.address = 0}, {.address = 0}};
  bench.target.responses = {tlm::TLM_OK_RESPONSE, tlm::TLM_ADDRESS_ERROR_RESPONSE,
                            tlm::TLM_COMMAND_ERROR_RESPONSE, tlm::TLM_GENERIC_ERROR_RESPONSE};
  sc_core::sc_start();
  EXPECT_EQ(bench.initiator.results[0].error, SGB_ERROR_NONE);
  EXPECT_EQ(bench.initiator.results[1].error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.initiator.results[2].error, SGB_ERROR_BUS_ACCESS);
  EXPECT_EQ(bench.initiator.results[3].error, SGB_ERROR_BUS_ACCESS);
  EXPECT_EQ(bench.checker.errors(), 3U);
}

TEST(InitiatorPort, TimingOnlyTakesTheSameTimeAndMovesNothing) {
  Bench bench;
  bench.target.memory[0] = std::byte{9};
  tl::Outcome read;
  tl::Outcome write;
  bench.initiator.body = [&] {
    read = bench.initiator.port.read(0, nullptr, 16, kNoNode, Stream::kInput);
    write = bench.initiator.port.write(0, nullptr, 16, kNoNode, Stream::kInput);
  };
  sc_core::sc_start();
  EXPECT_EQ(read.end, cycles(3));
  EXPECT_EQ(write.end, cycles(3));
  EXPECT_FALSE(bench.target.records[0].write);
  EXPECT_TRUE(bench.target.records[1].write);
  EXPECT_FALSE(bench.target.records[1].moves_data);
  EXPECT_EQ(bench.target.memory[0], std::byte{9});
}

TEST(InitiatorPort, DelayStartsTheAccessLater) {
  Bench bench;
  tl::Outcome outcome;
  bench.initiator.body = [&] {
    sc_core::wait(cycles(10));
    outcome = bench.initiator.port.read(0, nullptr, 4, kNoNode, Stream::kInput, cycles(6));
  };
  sc_core::sc_start();
  EXPECT_EQ(bench.target.records[0].at, 16U);
  EXPECT_EQ(outcome.end, cycles(19));
}

TEST(InitiatorPort, AnIncompleteResponseIsABug) {
  Bench bench;
  bench.target.responses = {tlm::TLM_INCOMPLETE_RESPONSE};
  bool caught = false;
  bench.initiator.body = [&] {
    try {
      bench.initiator.port.read(0, nullptr, 4, kNoNode, Stream::kInput);
    } catch (const InternalError&) {
      caught = true;
    }
  };
  sc_core::sc_start();
  EXPECT_TRUE(caught);
}

TEST(InitiatorPort, AccessesMustComeInTimeOrder) {
  Bench bench;
  bool caught = false;
  bench.initiator.body = [&] {
    bench.initiator.port.read(0, nullptr, 4, kNoNode, Stream::kInput, cycles(2));
    bench.initiator.port.read(0, nullptr, 4, kNoNode, Stream::kInput, cycles(2));
    try {
      bench.initiator.port.read(0, nullptr, 4, kNoNode, Stream::kInput, cycles(1));
    } catch (const InternalError&) {
      caught = true;
    }
  };
  sc_core::sc_start();
  EXPECT_TRUE(caught);
  EXPECT_EQ(bench.target.records.size(), 2U);
}

TEST(InitiatorPort, PayloadsAreUsedAgainAndAllGivenBack) {
  Bench bench;
  bench.initiator.body = [&] {
    for (int i = 0; i < 1000; ++i) bench.initiator.port.read(0, nullptr, 4, kNoNode, Stream::kInput);
  };
  sc_core::sc_start();
  EXPECT_EQ(PayloadPool::instance().allocated(), 1000U);
  EXPECT_EQ(PayloadPool::instance().freed(), 1000U);
  EXPECT_EQ(PayloadPool::instance().size(), 1U);
}

TEST(InitiatorPort, APayloadThatSomeoneKeepsIsNotUsedAgain) {
  PayloadPool pool;
  tlm::tlm_generic_payload& first = pool.acquire();
  first.acquire();
  first.release();
  EXPECT_EQ(pool.freed(), 0U);
  EXPECT_NE(&pool.acquire(), &first);
  first.release();
  EXPECT_EQ(pool.freed(), 1U);
  EXPECT_EQ(&pool.acquire(), &first);
}

TEST(InitiatorPort, DebugSeesTheSameBytesInNoTime) {
  Bench bench;
  sc_core::sc_start(cycles(4));
  std::array<std::byte, 3> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
  EXPECT_TRUE(bench.initiator.port.debug_write(61, bytes));
  std::array<std::byte, 3> back{};
  EXPECT_TRUE(bench.initiator.port.debug_read(61, back));
  EXPECT_EQ(back, bytes);
  EXPECT_FALSE(bench.initiator.port.debug_read(62, back));
  EXPECT_TRUE(bench.target.records.empty());
  EXPECT_EQ(sc_core::sc_time_stamp(), cycles(4));
}

TEST(InitiatorPort, AProbedPathRefusesDirectAccess) {
  Bench bench;
  bench.target.grant_dmi = true;
  sc_core::sc_start(cycles(1));
  EXPECT_FALSE(bench.initiator.port.dmi(0).has_value());
}

TEST(InitiatorPort, DirectAccessGivesTheTargetsRegion) {
  StubInitiator initiator("initiator", 1);
  StubTarget target("target", 64, 0);
  target.grant_dmi = true;
  initiator.port.socket.bind(target.port.socket);
  sc_core::sc_start(cycles(1));
  const auto region = initiator.port.dmi(10);
  ASSERT_TRUE(region.has_value());
  EXPECT_EQ(region->start, 0U);
  EXPECT_EQ(region->end, 63U);
  EXPECT_EQ(region->data, target.memory.data());
  EXPECT_TRUE(region->writable);
}

}  // namespace
}  // namespace systole::test
