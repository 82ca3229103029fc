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

// Runs that touch, that are even with what came before, that are not, and downwards.
TEST(RunBuilder, ASeriesIsAsManyRuns) {
  struct Series {
    std::uint64_t address;
    std::uint32_t bytes;
    std::uint64_t mirror;
    std::uint32_t count;
    std::int64_t stride;
    std::int64_t mirror_stride;
  };
  const std::vector<Series> list{
      {1000, 16, 0, 5, 64, 16},   {1320, 16, 80, 3, 64, 16},  {1512, 16, 128, 4, 64, 32},
      {5000, 32, 0, 4, 32, 32},   {5128, 32, 128, 2, 32, 32}, {9000, 8, 0, 1, 8, 8},
      {9100, 8, 8, 6, -24, 8},    {8956, 8, 56, 1, 1, 1},     {100, 0, 0, 3, 8, 8},
      {20000, 16, 0, 4, 16, 100}, {20064, 16, 16, 4, 0, 0}};
  std::vector<std::byte> mirror(4096);
  std::vector<Access> at_once;
  std::vector<Access> one_by_one;
  RunBuilder a(at_once, Stream::kInput, mirror.data());
  RunBuilder b(one_by_one, Stream::kInput, mirror.data());
  for (const Series& s : list) {
    a.add_series(s.address, s.bytes, s.mirror, s.count, s.stride, s.mirror_stride);
    for (std::int64_t i = 0; i < s.count; ++i) {
      b.add(s.address + static_cast<std::uint64_t>(s.stride * i), s.bytes,
            s.mirror + static_cast<std::uint64_t>(s.mirror_stride * i));
    }
    ASSERT_EQ(at_once.size(), one_by_one.size()) << s.address;
    for (std::size_t i = 0; i < at_once.size(); ++i) {
      EXPECT_EQ(at_once[i].address, one_by_one[i].address);
      EXPECT_EQ(at_once[i].run_bytes, one_by_one[i].run_bytes);
      EXPECT_EQ(at_once[i].count, one_by_one[i].count);
      EXPECT_EQ(at_once[i].stride, one_by_one[i].stride);
      EXPECT_EQ(at_once[i].data, one_by_one[i].data);
      EXPECT_EQ(at_once[i].data_stride, one_by_one[i].data_stride);
    }
  }
  EXPECT_GT(at_once.size(), 5U);
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
