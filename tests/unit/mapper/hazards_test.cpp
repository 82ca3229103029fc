// Whom a command must wait for: of every queue the latest that conflicts and may still be under way.
#include <gmock/gmock.h>

#include <random>

#include "models/mapper/schedule/hazards.h"

namespace systole::mapper {
namespace {

using testing::ElementsAre;

Footprint range(std::int64_t low, std::int64_t high, bool write) {
  return {0, low, high, high - low, 0, write};
}
/// Nine runs of 4 bytes, 64 bytes apart: a slice of the channels of a feature map.
Footprint slice(std::int64_t low, bool write) { return {0, low, low + 8 * 64 + 4, 4, 64, write}; }

QueueClock clock_of(const std::vector<std::uint32_t>& done) {
  QueueClock clock(done.size());
  for (std::size_t q = 0; q < done.size(); ++q) clock.raise(q, done[q]);
  return clock;
}

TEST(HazardTracker, FindsTheLatestOfEveryQueue) {
  HazardTracker hazards(3);
  hazards.add(0, 1, {range(0, 100, true)});
  hazards.add(0, 2, {range(0, 50, true)});
  hazards.add(1, 1, {range(40, 60, false)});
  hazards.add(1, 2, {range(90, 99, false)});
  const QueueClock nothing(3);
  // A read of 45 to 55: written by both of queue 0. Reads do not conflict.
  EXPECT_THAT(hazards.latest({range(45, 55, false)}, nothing), ElementsAre(2, 0, 0));
  // Beyond the second write only the first one is left.
  EXPECT_THAT(hazards.latest({range(50, 55, false)}, nothing), ElementsAre(1, 0, 0));
  // A write meets the reads as well; two accesses count together.
  EXPECT_THAT(hazards.latest({range(50, 55, true)}, nothing), ElementsAre(1, 1, 0));
  EXPECT_THAT(hazards.latest({range(50, 55, true), range(98, 120, true)}, nothing), ElementsAre(1, 2, 0));
  EXPECT_THAT(hazards.latest({range(100, 120, true)}, nothing), ElementsAre(0, 0, 0));
}

TEST(HazardTracker, LeavesOutWhatIsKnownToBeComplete) {
  HazardTracker hazards(2);
  hazards.add(0, 1, {range(0, 100, true)});
  hazards.add(0, 2, {range(0, 50, true)});
  hazards.add(1, 4, {range(0, 100, false)});  // numbers of a queue may have gaps
  EXPECT_THAT(hazards.latest({range(0, 100, true)}, clock_of({1, 3})), ElementsAre(2, 4));
  EXPECT_THAT(hazards.latest({range(0, 100, true)}, clock_of({2, 3})), ElementsAre(0, 4));
  EXPECT_THAT(hazards.latest({range(60, 100, true)}, clock_of({1, 4})), ElementsAre(0, 0));
}

TEST(HazardTracker, TellsSlicesOfAFeatureMapApart) {
  HazardTracker hazards(2);
  for (std::uint32_t i = 0; i < 16; ++i) hazards.add(i % 2, i / 2 + 1, {slice(4 * i, true)});
  const QueueClock nothing(2);
  // Slice 6 is the fourth of queue 0; nobody else has touched its bytes.
  EXPECT_THAT(hazards.latest({slice(24, false)}, nothing), ElementsAre(4, 0));
  // The first six slices, as the next layer of a dense block reads them: 0, 2, 4 and 1, 3, 5.
  const Footprint first_six{0, 0, 8 * 64 + 24, 24, 64, false};
  EXPECT_THAT(hazards.latest({first_six}, nothing), ElementsAre(3, 3));
}

TEST(HazardTracker, FindsWhatASearchOfEverythingFinds) {
  constexpr std::size_t kQueues = 4;
  struct Done {
    std::size_t queue;
    std::uint32_t number;
    std::vector<Footprint> accesses;
  };
  std::mt19937 random(7);
  const auto draw = [&](std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(random);
  };
  int found = 0;
  for (int round = 0; round < 20; ++round) {
    HazardTracker hazards(kQueues);
    std::vector<Done> all;
    std::vector<std::uint32_t> count(kQueues, 0);
    for (int command = 0; command < 150; ++command) {
      std::vector<Footprint> accesses;
      for (std::int64_t i = draw(1, 3); i > 0; --i) {
        // Over some pages of 4 KiB (space 0) or 64 KiB (a symbol), whole or in runs.
        const bool symbol = draw(0, 2) == 0;
        const std::int64_t low = draw(0, 40'000) * (symbol ? 16 : 1);
        const std::int64_t bytes = draw(1, 9'000);
        Footprint access{symbol ? 1U : 0U, low, low + bytes, bytes, 0, draw(0, 1) == 0};
        if (draw(0, 1) == 0) {
          access.run = draw(1, 40);
          access.period = 64;
          access.high = low + bytes / 64 * 64 + access.run;
        }
        accesses.push_back(access);
      }
      const auto queue = static_cast<std::size_t>(draw(0, kQueues - 1));
      QueueClock known(kQueues);
      for (std::size_t q = 0; q < kQueues; ++q)
        known.raise(q, q == queue ? count[q] : static_cast<std::uint32_t>(draw(0, count[q])));

      std::vector<std::uint32_t> expected(kQueues, 0);
      for (const Done& done : all) {
        if (done.number > known[done.queue] && conflict(done.accesses, accesses))
          expected[done.queue] = std::max(expected[done.queue], done.number);
      }
      for (const std::uint32_t number : expected) found += number > 0 ? 1 : 0;
      ASSERT_EQ(hazards.latest(accesses, known), expected) << "round " << round << " command " << command;
      hazards.add(queue, ++count[queue], accesses);
      all.push_back({queue, count[queue], std::move(accesses)});
    }
  }
  EXPECT_GT(found, 1000);  // it was about something
}

}  // namespace
}  // namespace systole::mapper
