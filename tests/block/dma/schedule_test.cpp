#include "hw/blocks/dma/schedule.h"

#include <gtest/gtest.h>

#include <vector>

#include "hw/base/assert.h"

namespace systole::dma {
namespace {

/// What was issued when.
struct Log {
  std::vector<std::uint64_t> reads;
  std::vector<std::uint64_t> writes;
  std::uint64_t end = 0;
};

/// Drives `bursts` bursts of one read and one write, each of which takes its latency.
Log drive(std::uint32_t outstanding, unsigned bursts, std::uint64_t read_latency,
          std::uint64_t write_latency) {
  BurstSchedule schedule(outstanding, 100);
  Log log;
  unsigned added = 0;
  while (true) {
    while (added < bursts && schedule.wants_burst()) {
      schedule.add_burst(1, 1);
      ++added;
    }
    const auto read = schedule.next_read();
    const auto write = schedule.next_write();
    if (!read && !write) break;
    if (write && (!read || *write <= *read)) {
      log.writes.push_back(*write);
      schedule.issue_write(*write, *write + write_latency);
    } else {
      log.reads.push_back(*read);
      schedule.issue_read(*read, *read + read_latency);
    }
  }
  log.end = schedule.end();
  return log;
}

TEST(BurstSchedule, OneSlotIsStrictlySerial) {
  // A burst takes 10 + 5; the next starts when it has ended.
  const Log log = drive(1, 3, 10, 5);
  EXPECT_EQ(log.reads, (std::vector<std::uint64_t>{100, 115, 130}));
  EXPECT_EQ(log.writes, (std::vector<std::uint64_t>{110, 125, 140}));
  EXPECT_EQ(log.end, 145U);
}

TEST(BurstSchedule, ReadsRunAheadByTheNumberOfSlots) {
  // Two slots: reads at 100 and 101; read 2 waits for the end of write 0 (110 + 5).
  const Log log = drive(2, 4, 10, 5);
  EXPECT_EQ(log.reads, (std::vector<std::uint64_t>{100, 101, 115, 116}));
  EXPECT_EQ(log.writes, (std::vector<std::uint64_t>{110, 111, 125, 126}));
  EXPECT_EQ(log.end, 131U);
}

TEST(BurstSchedule, EnoughSlotsHideTheLatency) {
  // 16 >= 10 + 5: one burst per cycle. The last is read at 107, written at 117, there at 122.
  const Log log = drive(16, 8, 10, 5);
  EXPECT_EQ(log.reads.back(), 107U);
  EXPECT_EQ(log.writes.back(), 117U);
  EXPECT_EQ(log.end, 122U);
}

TEST(BurstSchedule, MoreSlotsAreNeverSlower) {
  std::uint64_t before = ~0ULL;
  for (std::uint32_t outstanding = 1; outstanding <= 20; ++outstanding) {
    const std::uint64_t end = drive(outstanding, 40, 13, 4).end;
    EXPECT_LE(end, before);
    before = end;
  }
}

TEST(BurstSchedule, PiecesOfABurstFollowEachOtherByACycle) {
  BurstSchedule schedule(2, 0);
  schedule.add_burst(3, 2);
  schedule.issue_read(0, 20);
  EXPECT_EQ(schedule.next_read(), 1U);
  EXPECT_FALSE(schedule.next_write().has_value());
  schedule.issue_read(1, 9);
  EXPECT_FALSE(schedule.wants_burst());
  schedule.issue_read(2, 12);
  EXPECT_EQ(schedule.next_write(), 20U);  // the slowest piece
  EXPECT_TRUE(schedule.wants_burst());
  schedule.issue_write(20, 25);
  EXPECT_EQ(schedule.next_write(), 21U);
  schedule.issue_write(21, 23);
  EXPECT_FALSE(schedule.next_write().has_value());
  EXPECT_EQ(schedule.end(), 25U);
}

TEST(BurstSchedule, IssuingTooEarlyIsABug) {
  BurstSchedule schedule(1, 50);
  schedule.add_burst(1, 1);
  EXPECT_THROW(schedule.issue_read(49, 60), InternalError);
  schedule.issue_read(50, 60);
  EXPECT_THROW(schedule.issue_write(59, 60), InternalError);
}

}  // namespace
}  // namespace systole::dma
