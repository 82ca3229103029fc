#include <gtest/gtest.h>

#include "hw/timing/dram_simple.h"

namespace systole::timing {
namespace {

constexpr Ticks kNs = 1'000'000;  // femtoseconds

// 12.8 GB/s: 256 bytes take 20 ns; the first data comes after the latency of 100 ns.
TEST(SimpleDram, LatencyThenBandwidth) {
  SimpleDram dram(Picoseconds(100'000), BytesPerSecond(12'800'000'000), 1);
  EXPECT_EQ(dram.earliest(0, 0, false), 100 * kNs);
  EXPECT_EQ(dram.issue(0, 0, 256, false), (Beats{100 * kNs, 120 * kNs}));
}

// Requests in flight share the latency: the second burst's data follows the first's without a gap.
TEST(SimpleDram, LatencyIsPipelined) {
  SimpleDram dram(Picoseconds(100'000), BytesPerSecond(12'800'000'000), 1);
  dram.issue(0, 0, 256, false);
  EXPECT_EQ(dram.issue(5 * kNs, 256, 256, true), (Beats{120 * kNs, 140 * kNs}));
  EXPECT_EQ(dram.earliest(40 * kNs - 1, 0, false), 140 * kNs);  // two-sided around 140 - 100
  EXPECT_EQ(dram.earliest(40 * kNs + 1, 0, false), 140 * kNs + 1);
}

// Two channels of 6.4 GB/s: 512 bytes are two pieces of 40 ns side by side.
TEST(SimpleDram, ChannelsWorkSideBySide) {
  SimpleDram dram(Picoseconds(50'000), BytesPerSecond(12'800'000'000), 2);
  EXPECT_EQ(dram.issue(0, 0, 512, false), (Beats{50 * kNs, 90 * kNs}));
  EXPECT_EQ(dram.busy(0), 40 * kNs);
  EXPECT_EQ(dram.busy(1), 40 * kNs);
  // One channel only: 256 bytes at a multiple of 512.
  EXPECT_EQ(dram.issue(40 * kNs, 1024, 256, false), (Beats{90 * kNs, 130 * kNs}));
  EXPECT_EQ(dram.earliest(0, 256, false), 90 * kNs);
}

// 128 bytes at 192: 64 in channel 0, 64 in channel 1.
TEST(SimpleDram, UnalignedBurstIsCutAtTheInterleaving) {
  SimpleDram dram(Picoseconds(0), BytesPerSecond(12'800'000'000), 2);
  dram.issue(0, 192, 128, false);
  EXPECT_EQ(dram.busy(0), 10 * kNs);
  EXPECT_EQ(dram.busy(1), 10 * kNs);
}

// 1 byte at 25.6 GB/s is 39062.5 fs: rounded up.
TEST(SimpleDram, RoundsUpToTheFemtosecond) {
  SimpleDram dram(Picoseconds(0), BytesPerSecond(25'600'000'000), 1);
  EXPECT_EQ(dram.issue(0, 0, 1, false), (Beats{0, 39'063}));
}

// A burst far longer than 2^64 / 1e15 bytes does not overflow: 1 MiB at 1 GB/s takes 1048.576 us.
TEST(SimpleDram, LongBursts) {
  SimpleDram dram(Picoseconds(0), BytesPerSecond(1'000'000'000), 1);
  EXPECT_EQ(dram.issue(0, 0, 1 << 20, false).end, 1'048'576 * kNs);
}

}  // namespace
}  // namespace systole::timing
