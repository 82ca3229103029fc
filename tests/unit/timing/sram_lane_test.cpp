#include "hw/timing/sram_lane.h"

#include <gtest/gtest.h>

#include <vector>

#include "hw/base/runs.h"

namespace systole::timing {
namespace {

// Latencies 1 and 1: a word read in cycle t is at the banks in t + 1, on the channel in t + 3, there at t
// + 4.
constexpr BankedPort::Shape kChannel{.banks = 1, .ports = 1, .width = 32, .beats_per_cycle = 1};
constexpr BankedPort::Shape kBanks{.banks = 8, .ports = 1, .width = 32, .beats_per_cycle = 1};
constexpr SramLane::Latency kLatency{.bus = 1, .sram = 1};

class Way {
public:
  Way() : read(kChannel), write(kChannel), banks(kBanks), lane(read, write, banks, kLatency) {}
  BankedPort read;
  BankedPort write;
  BankedPort banks;
  SramLane lane;
};

TEST(SramLane, AWordTakesFourCyclesEitherWay) {
  Way way;
  EXPECT_EQ(way.lane.word_latency(), 4U);
  EXPECT_EQ(way.lane.access(10, 0, 16, false), 14U);
  EXPECT_EQ(way.lane.access(20, 64, 32, true), 24U);
}

TEST(SramLane, EightBeatsAddSevenCycles) {
  Way way;
  EXPECT_EQ(way.lane.access(10, 0, 256, false), 21U);
  EXPECT_EQ(way.lane.access(40, 0, 256, true), 51U);
}

TEST(SramLane, ABankServesOneBeatACycle) {
  Way way;
  EXPECT_EQ(way.lane.access(10, 0, 16, true), 14U);
  // A read issued in the same cycle wants the same bank in cycle 11.
  EXPECT_EQ(way.lane.access(10, 256, 16, false), 15U);
  EXPECT_EQ(way.lane.access(20, 0, 16, true), 24U);
  EXPECT_EQ(way.lane.access(20, 32, 16, false), 24U) << "the next bank is free";
}

TEST(SramLane, KeepsPaceOnceBanksAndChannelAreFree) {
  Way way;
  way.lane.access(10, 0, 256, false);  // banks in 11..18, channel in 13..20
  // Banks are free from 19 = t + 1, the channel from 21 = t + 3.
  EXPECT_FALSE(way.lane.keeps_pace(17, false, 4));
  EXPECT_TRUE(way.lane.keeps_pace(18, false, 4));
  EXPECT_TRUE(way.lane.keeps_pace(18, true, 4));
}

/// Reads of one word, one a cycle, behind a burst of eight beats: reserved one by one, or passed.
Ticks train(Way& way, Ticks count, Ticks passed) {
  way.lane.access(10, 0, 256, false);  // on the channel until 20
  Ticks end = 0;
  Ticks t = 11;
  for (; t < 31; ++t) end = way.lane.access(t, 32 * t, 16, false);
  EXPECT_EQ(end, 30U + 11) << "seven beats of the burst stand before each of them";
  if (passed > 0) {
    EXPECT_TRUE(way.lane.keeps_pace(t, false, 11));
    way.lane.pass(t, passed, 11);
    t += passed;
  }
  for (; t < 31 + count; ++t) end = way.lane.access(t, 32 * t, 16, false);
  return end;
}

TEST(SramLane, WhatPassesLeavesTheChannelsQueueAsItWas) {
  const std::vector<Ticks> lengths{1, 3, 6, 7, 8, 100, 196};
  for (const Ticks passed : lengths) {
    Way one_by_one;
    Way way;
    EXPECT_EQ(train(way, 200, passed), train(one_by_one, 200, 0)) << passed;
    EXPECT_EQ(way.banks.busy_beats(), one_by_one.banks.busy_beats());
    // 231 is the cycle after the last issue: the queue is seven long for whoever comes then.
    EXPECT_EQ(way.lane.access(231, 0, 16, false), 242U);
  }
}

TEST(Runs, MustNotStraddle) {
  EXPECT_TRUE(runs_lie_in_blocks(0, 32, 64, 32));
  EXPECT_TRUE(runs_lie_in_blocks(16, 16, 48, 32));
  EXPECT_FALSE(runs_lie_in_blocks(24, 16, 64, 32)) << "bytes 24..39 touch two words";
  EXPECT_FALSE(runs_lie_in_blocks(0, 16, 24, 32)) << "bytes 24..39 of the second one do";
  EXPECT_TRUE(runs_lie_in_blocks(3, 1, 7, 32));
  EXPECT_FALSE(runs_lie_in_blocks(0, 2, 7, 32));
  EXPECT_TRUE(runs_lie_in_blocks(24, 24, 48, 24)) << "blocks of any size";
  EXPECT_FALSE(runs_lie_in_blocks(23, 2, 24, 24));
}

}  // namespace
}  // namespace systole::timing
