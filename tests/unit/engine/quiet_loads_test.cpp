#include "hw/blocks/engine/shell/quiet_loads.h"

#include <gtest/gtest.h>

#include <vector>

namespace systole::engine {
namespace {

constexpr timing::BankedPort::Shape kChannel{.banks = 1, .ports = 1, .width = 32, .beats_per_cycle = 1};
constexpr timing::BankedPort::Shape kBanks{.banks = 8, .ports = 1, .width = 32, .beats_per_cycle = 1};
constexpr timing::SramLane::Latency kLatency{.bus = 1, .sram = 1};
constexpr std::uint64_t kBase = 0x1000'0000;

class Scratchpad {
public:
  Scratchpad() : read(kChannel), write(kChannel), banks(kBanks), lane(read, write, banks, kLatency) {}
  timing::BankedPort read;
  timing::BankedPort write;
  timing::BankedPort banks;
  timing::SramLane lane;
};

Access access(std::uint64_t offset, std::uint32_t bytes, std::uint32_t count, std::int64_t stride) {
  return {.address = kBase + offset, .run_bytes = bytes, .count = count, .stride = stride};
}

// Burst by burst, from cycle 1000 on.
QuietLoads::Times one_by_one(const std::vector<Access>& loads) {
  Scratchpad pad;
  BurstStream stream(256, 8);
  stream.start(loads, 1000);
  QuietLoads::Times times;
  while (stream.pending()) {
    times.last_issue = stream.issue_at() - 1000;
    stream.issued(
        pad.lane.access(stream.issue_at(), stream.burst().address - kBase, stream.burst().bytes, false));
  }
  times.end = stream.end() - 1000;
  times.beats = pad.banks.busy_beats();
  return times;
}

TEST(QuietLoads, TakeAsLongAsBurstByBurst) {
  Scratchpad pad;
  QuietLoads quiet(pad.lane, kBase, 256, 8);
  const std::vector<std::vector<Access>> phases{
      {access(0, 16, 1, 0)},                             // 4 cycles
      {access(256, 256, 1, 0), access(8, 16, 40, 64)},   // weights, then words of every second bank
      {access(512, 256, 1, 0), access(8, 16, 40, 64)},   // the same a period further on
      {access(512, 256, 1, 0), access(40, 16, 40, 64)},  // other banks
      {access(100, 300, 3, 700), access(4096, 16, 5, -16)},
      {access(7, 1, 9, 33), access(31, 2, 9, 32)},
  };
  for (int round = 0; round < 2; ++round) {  // what is worked out, and what is remembered
    for (const std::vector<Access>& phase : phases) {
      const QuietLoads::Times expected = one_by_one(phase);
      const QuietLoads::Times& times = quiet.of(phase);
      EXPECT_EQ(times.last_issue, expected.last_issue);
      EXPECT_EQ(times.end, expected.end);
      EXPECT_EQ(times.beats, expected.beats);
    }
  }
  EXPECT_EQ(quiet.of(phases[0]).end, 4U);
  EXPECT_EQ(pad.banks.busy_beats(), 0U) << "they are worked out elsewhere";
}

TEST(BurstCursor, CountsTheWordsAheadAndLeavesSomeOut) {
  const std::vector<Access> list{access(0, 64, 1, 0), access(0, 16, 3, 64), access(24, 8, 2, 32),
                                 access(28, 8, 2, 32)};
  BurstCursor cursor(256);
  cursor.reset(list);
  cursor.set_words(kBase, {32});
  cursor.advance();
  EXPECT_EQ(cursor.words(), 0U) << "64 bytes are two words";
  cursor.advance();
  EXPECT_EQ(cursor.words(), 5U) << "bytes 28..35 are in two words";
  cursor.skip(3);
  EXPECT_EQ(cursor.words(), 2U);
  ASSERT_TRUE(cursor.advance());
  EXPECT_EQ(cursor.burst().address, kBase + 24 + 32);
  ASSERT_TRUE(cursor.advance());
  EXPECT_EQ(cursor.burst().address, kBase + 28);
  EXPECT_EQ(cursor.words(), 0U);
}

}  // namespace
}  // namespace systole::engine
