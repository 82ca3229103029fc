#include "models/mapper/schedule/hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace systole::mapper {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Footprint bytes(std::int64_t low, std::int64_t high, bool write) {
  return {.space = 0, .low = low, .high = high, .run = high - low, .period = 0, .write = write};
}

TEST(Hazards, OnlyTheLastCommandOfEveryOtherQueue) {
  HazardTracker hazards(3);
  EXPECT_THAT(hazards.add(0, 0, {bytes(0, 100, true)}), IsEmpty());
  EXPECT_THAT(hazards.add(1, 1, {bytes(0, 50, false)}), ElementsAre(0));
  EXPECT_THAT(hazards.add(2, 1, {bytes(50, 100, false)}), ElementsAre(0));
  EXPECT_THAT(hazards.add(3, 2, {bytes(200, 300, true)}), IsEmpty());
  // Reads do not conflict with reads; the writer is met whoever has read since.
  EXPECT_THAT(hazards.add(4, 2, {bytes(0, 100, false)}), ElementsAre(0));
  // Commands 0, 1, 2, 4 touch these bytes; 0 is of the same queue, 2 speaks for 1.
  EXPECT_THAT(hazards.add(5, 0, {bytes(0, 100, true)}), ElementsAre(2, 4));
  // All that came before is behind the write.
  EXPECT_THAT(hazards.add(6, 2, {bytes(10, 20, true)}), ElementsAre(5));
}

// Beside a tracker that asks every command about every other one and forgets nothing: whoever is left out is
// ordered behind somebody who is found.
TEST(Hazards, EveryConflictIsFoundOrOrderedBehindOneThatIs) {
  std::mt19937 random(7);
  const auto below = [&](std::int64_t n) { return static_cast<std::int64_t>(random() % n); };
  constexpr std::size_t kQueues = 4;
  constexpr std::uint32_t kCommands = 600;
  HazardTracker hazards(kQueues);
  std::vector<std::vector<Footprint>> accesses;
  std::vector<std::size_t> queues;
  std::vector<std::vector<bool>> before(kCommands, std::vector<bool>(kCommands, false));  // certainly ordered
  for (std::uint32_t command = 0; command < kCommands; ++command) {
    std::vector<Footprint> list;
    for (int i = 0; i < 3; ++i) {
      const std::int64_t low = below(40) * 512;
      Footprint f = bytes(low, low + 512 * (1 + below(24)), below(3) == 0);
      if (below(4) == 0) {
        f.run = 64 * (1 + below(3));
        f.period = 256;
      }
      list.push_back(f);
    }
    const auto queue = static_cast<std::size_t>(below(kQueues));
    std::vector<std::uint32_t> known = hazards.add(command, queue, list);
    for (std::uint32_t other = command; other-- > 0;) {
      if (queues[other] != queue) continue;
      known.push_back(other);
      break;
    }
    for (const std::uint32_t other : known) {
      before[command][other] = true;
      for (std::uint32_t i = 0; i < other; ++i) before[command][i] = before[command][i] || before[other][i];
    }
    for (std::uint32_t other = 0; other < command; ++other) {
      if (conflict(list, accesses[other])) {
        EXPECT_TRUE(before[command][other]) << other << " and " << command;
      }
    }
    accesses.push_back(std::move(list));
    queues.push_back(queue);
  }
}

}  // namespace
}  // namespace systole::mapper
