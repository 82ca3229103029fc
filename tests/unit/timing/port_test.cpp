#include "hw/timing/port.h"

#include <gtest/gtest.h>

#include "hw/base/assert.h"
#include "hw/timing/banked_port.h"
#include "hw/timing/calendar.h"
#include "hw/timing/path.h"

namespace systole::timing {
namespace {

TEST(Port, ServesOneAtATime) {
  Port port;
  EXPECT_EQ(port.reserve(10, 5), 10U);    // idle: at once; busy 10 .. 14
  EXPECT_EQ(port.earliest(14), 15U);      // not at 14,
  EXPECT_EQ(port.earliest(15), 15U);      // but at 15
  EXPECT_EQ(port.reserve(12, 3), 15U);    // waits 3; busy 15 .. 17
  EXPECT_EQ(port.reserve(100, 1), 100U);  // idle in between
  EXPECT_EQ(port.busy(), 9U);
  EXPECT_EQ(port.waited(), 3U);
}

TEST(Port, QueryCommitsNothing) {
  Port port;
  EXPECT_EQ(port.earliest(7), 7U);
  EXPECT_EQ(port.earliest(7), 7U);
  EXPECT_EQ(port.reserve(7, 1), 7U);
}

// 8 beats of one tick each over two hops of latency 1: 1 + 1 + 8, not twice 1 + 8.
TEST(Path, TwoHopsTakeTenCyclesAndNotEighteen) {
  const Path path = Path{}.through({.latency = 1, .service = 8}).through({.latency = 1, .service = 8});
  EXPECT_EQ(path, (Path{.head = 2, .tail = 10}));
}

TEST(Path, SlowestHopSetsTheTailWhereverItStands) {
  const Hop fast{.latency = 3, .service = 4};
  const Hop slow{.latency = 2, .service = 16};
  EXPECT_EQ(Path{}.through(fast).through(slow), (Path{.head = 5, .tail = 21}));
  EXPECT_EQ(Path{}.through(slow).through(fast), (Path{.head = 5, .tail = 21}));
}

// Five ticks of waiting at the second hop delay head and tail alike.
TEST(Path, WaitingDelaysHeadAndTail) {
  const Path path =
      Path{}.through({.latency = 1, .service = 8}).through({.latency = 1, .service = 8, .wait = 5});
  EXPECT_EQ(path, (Path{.head = 7, .tail = 15}));
}

TEST(Calendar, FillsGapsAndNeverServesACycleTwice) {
  Calendar calendar;
  for (const Ticks t : {5, 6, 8}) {
    ASSERT_EQ(calendar.earliest(t), t);
    calendar.take(t);
  }
  EXPECT_EQ(calendar.earliest(4), 4U);
  EXPECT_EQ(calendar.earliest(5), 7U);
  EXPECT_EQ(calendar.earliest(8), 9U);
  EXPECT_THROW(calendar.take(6), InternalError);
}

TEST(Calendar, CrossesWords) {
  Calendar calendar;
  for (Ticks t = 60; t < 200; ++t) calendar.take(t);
  EXPECT_EQ(calendar.earliest(0), 0U);
  EXPECT_EQ(calendar.earliest(59), 59U);
  EXPECT_EQ(calendar.earliest(60), 200U);
  EXPECT_EQ(calendar.earliest(128), 200U);
}

// A reservation far ahead moves the window on: what lies before it is closed, what lies inside is remembered.
TEST(Calendar, WindowMovesOn) {
  Calendar calendar;
  calendar.take(10);
  calendar.take(100);
  calendar.take(10 + Calendar::kWindow);  // the same place in the ring as cycle 10
  EXPECT_EQ(calendar.earliest(0), 64U);   // the window begins at a multiple of 64
  EXPECT_EQ(calendar.earliest(100), 101U);
  EXPECT_EQ(calendar.earliest(10 + Calendar::kWindow), 11U + Calendar::kWindow);
  calendar.take(1'000'000'000);  // further than the whole window
  EXPECT_EQ(calendar.earliest(1'000'000'000), 1'000'000'001U);
  EXPECT_EQ(calendar.earliest(999'999'999), 999'999'999U);
}

TEST(Calendar, ReservesTheFirstFreeCycle) {
  Calendar calendar;
  EXPECT_EQ(calendar.reserve(5), 5U);
  EXPECT_EQ(calendar.reserve(5), 6U);
  EXPECT_EQ(calendar.reserve(4), 4U);
  EXPECT_EQ(calendar.reserve(4), 7U);
  EXPECT_EQ(calendar.reserve(1'000'000), 1'000'000U);
  EXPECT_EQ(calendar.earliest(1'000'000), 1'000'001U);
}

// Beside a calendar whose cycles are taken one by one: rows that begin and end at, before and after words'
// boundaries, one longer than the window.
TEST(Calendar, ARowIsAsManyCycles) {
  Calendar row;
  Calendar one_by_one;
  Ticks t = 0;
  for (const Ticks count : {1U, 63U, 64U, 65U, 3U, 200U, 5000U, 7U, 128U}) {
    row.reserve_row(t, count);
    for (Ticks i = 0; i < count; ++i) one_by_one.take(t + i);
    for (Ticks from = t > 300 ? t - 300 : 0; from < t + count + 70; ++from) {
      ASSERT_EQ(row.earliest(from), one_by_one.earliest(from)) << from;
    }
    t += count + (count % 3) * 31;
  }
  EXPECT_THROW(row.reserve_row(t - 200, 1), InternalError);
}

TEST(BankedPort, CountsBeatsByTheWordsItTouches) {
  const BankedPort sram({.banks = 4, .ports = 1, .width = 32});
  EXPECT_EQ(sram.beats(0, 32), 1U);
  EXPECT_EQ(sram.beats(0, 33), 2U);
  EXPECT_EQ(sram.beats(31, 2), 2U);  // straddles
  EXPECT_EQ(sram.beats(64, 256), 8U);
}

TEST(BankedPort, AloneABurstTakesOneCyclePerBeat) {
  BankedPort sram({.banks = 4, .ports = 1, .width = 32});
  EXPECT_EQ(sram.reserve(100, 0, 256), (Beats{100, 108}));
  EXPECT_EQ(sram.busy_beats(), 8U);
  EXPECT_EQ(sram.conflict_cycles(), 0U);
}

// One bank: two bursts of 4 beats each in the same cycle stand one behind the other.
TEST(BankedPort, SecondBurstOnOneBankWaitsForTheFirst) {
  BankedPort sram({.banks = 1, .ports = 1, .width = 32});
  EXPECT_EQ(sram.reserve(10, 0, 128), (Beats{10, 14}));
  EXPECT_EQ(sram.earliest(13, 0), 14U);  // two-sided
  EXPECT_EQ(sram.earliest(14, 0), 14U);
  EXPECT_EQ(sram.reserve(10, 0, 128), (Beats{14, 18}));
  EXPECT_EQ(sram.conflict_cycles(), 4U);
}

// Four banks, two bursts in step: the second follows one bank behind the first and loses one cycle in all.
TEST(BankedPort, InterleavedBurstsLoseOneCycle) {
  BankedPort sram({.banks = 4, .ports = 1, .width = 32});
  EXPECT_EQ(sram.reserve(0, 0, 256), (Beats{0, 8}));
  EXPECT_EQ(sram.reserve(0, 1024, 256), (Beats{1, 9}));
  EXPECT_EQ(sram.conflict_cycles(), 1U);
}

TEST(BankedPort, DifferentBanksDoNotMeet) {
  BankedPort sram({.banks = 2, .ports = 1, .width = 32});
  EXPECT_EQ(sram.reserve(0, 0, 32), (Beats{0, 1}));
  EXPECT_EQ(sram.reserve(0, 32, 32), (Beats{0, 1}));
  EXPECT_EQ(sram.reserve(0, 64, 32), (Beats{1, 2}));  // bank 0 again
}

// The long burst needs bank 3 in cycle 3 only: a short access to it in cycle 1 need not wait for the burst.
TEST(BankedPort, ShortAccessUsesTheGap) {
  BankedPort sram({.banks = 4, .ports = 1, .width = 32});
  EXPECT_EQ(sram.reserve(0, 0, 128), (Beats{0, 4}));
  EXPECT_EQ(sram.reserve(1, 96, 32), (Beats{1, 2}));
  EXPECT_EQ(sram.reserve(3, 96, 32), (Beats{4, 5}));
}

TEST(BankedPort, TwoPortsServeTwoBeatsPerCycle) {
  BankedPort sram({.banks = 1, .ports = 2, .width = 32});
  EXPECT_EQ(sram.reserve(0, 0, 128), (Beats{0, 4}));
  EXPECT_EQ(sram.reserve(0, 0, 128), (Beats{0, 4}));
  EXPECT_EQ(sram.reserve(0, 0, 32), (Beats{4, 5}));
}

// Two beats per cycle reach two banks: 8 beats in 4 cycles; on one bank they still need 8.
TEST(BankedPort, WideWayFeedsSeveralBanks) {
  BankedPort two({.banks = 2, .ports = 1, .width = 32, .beats_per_cycle = 2});
  EXPECT_EQ(two.reserve(0, 0, 256), (Beats{0, 4}));
  BankedPort one({.banks = 1, .ports = 1, .width = 32, .beats_per_cycle = 2});
  EXPECT_EQ(one.reserve(0, 0, 256), (Beats{0, 8}));
}

}  // namespace
}  // namespace systole::timing
