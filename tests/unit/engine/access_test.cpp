#include "hw/blocks/engine/shell/access.h"

#include <gtest/gtest.h>

#include <array>

namespace systole::engine {
namespace {

TEST(RunBuilder, JoinsWhatContinuesAndWhatIsEvenlySpaced) {
  std::vector<Access> list;
  RunBuilder runs(list, Stream::kInput, nullptr);
  runs.add(100, 8, 0);
  runs.add(108, 8, 8);  // continues: 16 bytes
  runs.add(200, 16, 16);
  runs.add(300, 16, 32);  // evenly spaced by 100
  runs.add(400, 0, 48);   // nothing
  runs.add(401, 16, 48);  // not at 400: a new access
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].address, 100U);
  EXPECT_EQ(list[0].run_bytes, 16U);
  EXPECT_EQ(list[0].count, 3U);
  EXPECT_EQ(list[0].stride, 100);
  EXPECT_EQ(list[0].data_stride, 16);
  EXPECT_EQ(list[1].address, 401U);
  EXPECT_EQ(bytes_of(list), 64U);
}

TEST(RunBuilder, GivesTheSameFormWithAndWithoutAMirror) {
  std::array<std::byte, 64> mirror{};
  std::vector<Access> with;
  std::vector<Access> without;
  RunBuilder a(with, Stream::kInput, mirror.data());
  RunBuilder b(without, Stream::kInput, nullptr);
  // Adjacent in memory but not in the mirror: two runs in both.
  for (RunBuilder* runs : {&a, &b}) {
    runs->add(1000, 8, 0);
    runs->add(1008, 8, 32);
  }
  ASSERT_EQ(with.size(), 1U);
  ASSERT_EQ(without.size(), 1U);
  EXPECT_EQ(with[0].count, 2U);
  EXPECT_EQ(without[0].count, 2U);
  EXPECT_EQ(with[0].data, mirror.data());
  EXPECT_EQ(with[0].data_stride, 32);
  EXPECT_EQ(without[0].data, nullptr);
}

TEST(RunBuilder, LeavesTheAccessesOfOtherOperandsAlone) {
  std::vector<Access> list;
  RunBuilder(list, Stream::kWeights, nullptr).add(0, 16, 0);
  RunBuilder(list, Stream::kWeights, nullptr).add(16, 16, 0);  // adjacent, but another operand
  EXPECT_EQ(list.size(), 2U);
}

TEST(BurstCursor, CutsRunsAtMultiplesOfTheLimit) {
  // Two runs of 100 bytes at 48 and 1072, bursts of 64: 48..63, 64..127, 128..147, then the same + 1024.
  const std::vector<Access> list{{.address = 48, .run_bytes = 100, .count = 2, .stride = 1024}};
  BurstCursor cursor(64);
  cursor.reset(list);
  const std::array<std::pair<std::uint64_t, std::uint32_t>, 6> expected{
      {{48, 16}, {64, 64}, {128, 20}, {1072, 16}, {1088, 64}, {1152, 20}}};
  for (const auto& [address, bytes] : expected) {
    const std::optional<Burst> burst = cursor.next();
    ASSERT_TRUE(burst);
    EXPECT_EQ(burst->address, address);
    EXPECT_EQ(burst->bytes, bytes);
  }
  EXPECT_FALSE(cursor.next());
}

TEST(BurstCursor, WalksDataWithItsOwnStrideAndSkipsEmptyAccesses) {
  std::array<std::byte, 32> data{};
  const std::vector<Access> list{
      {.address = 0, .run_bytes = 0, .count = 3},
      {.address = 512, .run_bytes = 4, .count = 2, .stride = -256, .data = data.data(), .data_stride = 16}};
  BurstCursor cursor(256);
  cursor.reset(list);
  const std::optional<Burst> first = cursor.next();
  const std::optional<Burst> second = cursor.next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->address, 512U);
  EXPECT_EQ(first->data, data.data());
  EXPECT_EQ(second->address, 256U);
  EXPECT_EQ(second->data, data.data() + 16);
  EXPECT_FALSE(cursor.next());
}

}  // namespace
}  // namespace systole::engine
