// Shared resources: exactness against brute force, two-sided reservations, bandwidth bounds, contention.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "hw/base/units.h"
#include "hw/timing/banked_port.h"
#include "hw/timing/dram_simple.h"
#include "hw/timing/port.h"

namespace systole::timing {
namespace {

// Not at t - 1, at t: the cycle before every start is taken by another request, or before the request itself.
TEST(PortProperty, StartsAtTheFirstPossibleTick) {
  std::minstd_rand random(21);
  Port port;
  Ticks now = 0;
  Ticks busy_until = 0;
  for (int i = 0; i < 50'000; ++i) {
    now += random() % 6U;
    const Ticks duration = 1 + random() % 8U;
    const Ticks expected = port.earliest(now);
    const Ticks start = port.reserve(now, duration);
    ASSERT_EQ(start, expected);
    ASSERT_GE(start, now);
    ASSERT_GE(start, busy_until);
    ASSERT_TRUE(start == now || start == busy_until);
    busy_until = start + duration;
  }
}

/// Reservations beat by beat in a map: the definition, without windows or words.
class BruteForceSram {
public:
  explicit BruteForceSram(const BankedPort::Shape& shape) : shape_(shape) {}
  Beats reserve(Ticks t, std::uint64_t address, std::uint64_t bytes) {
    Beats result{};
    std::map<Ticks, std::uint32_t> mine;
    Ticks cycle = t;
    const std::uint64_t last = (address + bytes - 1) / shape_.width;
    for (std::uint64_t word = address / shape_.width; word <= last; ++word) {
      while (taken_[{word % shape_.banks, cycle}] == shape_.ports || mine[cycle] == shape_.beats_per_cycle) {
        ++cycle;
      }
      ++taken_[{word % shape_.banks, cycle}];
      ++mine[cycle];
      if (word == address / shape_.width) result.first = cycle;
    }
    result.end = cycle + 1;
    return result;
  }

private:
  BankedPort::Shape shape_;
  std::map<std::pair<std::uint64_t, Ticks>, std::uint32_t> taken_;
};

TEST(BankedPortProperty, EqualsBruteForce) {
  std::minstd_rand random(22);
  for (const std::uint32_t banks : {1U, 2U, 3U, 8U}) {
    for (const std::uint32_t ports : {1U, 2U}) {
      for (const std::uint32_t per_cycle : {1U, 2U, 4U}) {
        const BankedPort::Shape shape{
            .banks = banks, .ports = ports, .width = 16, .beats_per_cycle = per_cycle};
        BankedPort sram(shape);
        BruteForceSram brute(shape);
        Ticks now = 0;
        for (int i = 0; i < 1500; ++i) {
          now += random() % 12U;
          const std::uint64_t address = random() % 512U;
          const std::uint64_t bytes = 1 + random() % 200U;
          const Ticks first = sram.earliest(now, address);
          const Beats expected = brute.reserve(now, address, bytes);
          const Beats beats = sram.reserve(now, address, bytes);
          ASSERT_EQ(beats, expected) << "request " << i;
          ASSERT_EQ(beats.first, first);
        }
      }
    }
  }
}

// Bursts back to back on one bank, alone and beside a second initiator that does the same: burst for burst
// the two take turns, so n bursts of b beats end n b cycles after their start alone, (2 n - 1) b together.
TEST(BankedPortProperty, SecondInitiatorSlowsTheFirstByItsOwnBeats) {
  constexpr Ticks kBeats = 8;
  constexpr Ticks kBursts = 50;
  const auto first_ends = [](bool second_runs) {
    BankedPort sram({.banks = 4, .ports = 1, .width = 32});
    Ticks first = 0;
    Ticks second = 0;
    for (Ticks burst = 0; burst < kBursts; ++burst) {
      // 8 one-beat accesses to bank 0: a stride of banks x width.
      for (Ticks i = 0; i < kBeats; ++i) first = sram.reserve(first, i * 128, 32).end;
      for (Ticks i = 0; i < kBeats && second_runs; ++i) second = sram.reserve(second, i * 128, 32).end;
    }
    return first;
  };
  EXPECT_EQ(first_ends(false), kBursts * kBeats);
  EXPECT_EQ(first_ends(true), (2 * kBursts - 1) * kBeats);
  // On another bank it would not be felt: the same, one bank on.
  BankedPort sram({.banks = 4, .ports = 1, .width = 32});
  Ticks first = 0;
  Ticks second = 0;
  for (Ticks i = 0; i < kBursts; ++i) {
    first = sram.reserve(first, 0, 32).end;
    second = sram.reserve(second, 32, 32).end;
  }
  EXPECT_EQ(first, kBursts);
  EXPECT_EQ(second, kBursts);
}

/// Random requests, each made when one of `outstanding` before it has ended; returns the last end.
Ticks run_dram(SimpleDram dram, std::uint64_t* bytes_moved) {
  std::minstd_rand random(23);
  std::vector<Ticks> ends(8, 0);
  Ticks now = 0;
  Ticks last = 0;
  for (std::size_t i = 0; i < 2'000; ++i) {
    now = std::max(now, ends[i % ends.size()]);
    const std::uint64_t bytes = 1 + random() % 600U;
    ends[i % ends.size()] = dram.issue(now, random() % (1U << 20), bytes, i % 3 == 0).end;
    last = std::max(last, ends[i % ends.size()]);
    *bytes_moved += bytes;
  }
  return last;
}

TEST(DramProperty, NeverFasterThanItsBandwidth) {
  for (const std::uint32_t channels : {1U, 2U, 4U}) {
    std::uint64_t bytes = 0;
    const Ticks end =
        run_dram(SimpleDram(Picoseconds(40'000), BytesPerSecond(12'800'000'000), channels), &bytes);
    EXPECT_GE(end, bytes * 78'125);  // femtoseconds per byte
  }
}

// Holds for bandwidth and latency. It does not hold for the number of channels: a request that fits one
// channel sees only that channel's share of the bandwidth.
TEST(DramProperty, MoreBandwidthOrLessLatencyIsNeverSlower) {
  std::uint64_t bytes = 0;
  Ticks before = ~Ticks{0};
  for (std::uint64_t gigabytes = 1; gigabytes < 100; gigabytes += 3) {
    const Ticks end =
        run_dram(SimpleDram(Picoseconds(40'000), BytesPerSecond(gigabytes * 1'000'000'000), 2), &bytes);
    ASSERT_LE(end, before);
    before = end;
  }
  before = ~Ticks{0};
  for (std::uint64_t nanoseconds = 200; nanoseconds > 0; nanoseconds -= 10) {
    const Ticks end =
        run_dram(SimpleDram(Picoseconds(nanoseconds * 1000), BytesPerSecond(12'800'000'000), 2), &bytes);
    ASSERT_LE(end, before);
    before = end;
  }
  SimpleDram one(Picoseconds(0), BytesPerSecond(1'000'000'000), 1);
  SimpleDram four(Picoseconds(0), BytesPerSecond(1'000'000'000), 4);
  EXPECT_EQ(four.issue(0, 0, 64, false).end, 4 * one.issue(0, 0, 64, false).end);
}

}  // namespace
}  // namespace systole::timing
