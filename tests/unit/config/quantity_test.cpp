#include "app/config/quantity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace systole::app {
namespace {

using testing::HasSubstr;

TEST(Quantity, UnitsBecomeExactIntegers) {
  EXPECT_EQ(parse_bytes("512KiB").value->count(), 524'288U);
  EXPECT_EQ(parse_bytes("1.5MiB").value->count(), 1'572'864U);
  EXPECT_EQ(parse_bytes("32 B").value->count(), 32U);
  EXPECT_EQ(parse_hertz("1.2GHz").value->count(), 1'200'000'000U);
  EXPECT_EQ(parse_time("17.5ns").value->count(), 17'500U);
  EXPECT_EQ(parse_bandwidth("25.6GB/s", Hertz(1)).value->count(), 25'600'000'000U);
  EXPECT_EQ(parse_integer("18446744073709551615").value, 18'446'744'073'709'551'615U);
  EXPECT_EQ(parse_milli("1.25").value, 1250U);
  EXPECT_EQ(parse_bool("true").value, true);
}

TEST(Quantity, BandwidthPerCycleUsesTheClock) {
  // 64 B x 800 MHz = 51.2 GB/s.
  EXPECT_EQ(parse_bandwidth("64B/cycle", Hertz(800'000'000)).value->count(), 51'200'000'000U);
  // 0.5 B x 3 Hz = 1.5 B/s is no whole number.
  EXPECT_FALSE(parse_bandwidth("0.5B/cycle", Hertz(3)).value);
}

TEST(Quantity, AWrongUnitSaysWhatIsExpected) {
  const auto parsed = parse_bytes("512ns");
  EXPECT_FALSE(parsed.value);
  EXPECT_EQ(parsed.error,
            "\"512ns\" has the unit \"ns\"; expected a size such as 512KiB (units: B, KiB, MiB, GiB)");
  EXPECT_THAT(parse_bytes("512").error, HasSubstr("has no unit"));
  EXPECT_THAT(parse_hertz("fast").error, HasSubstr("no number"));
  EXPECT_THAT(parse_bandwidth("1Gbit", Hertz(1)).error,
              HasSubstr("25.6GB/s (units: B/s, kB/s, MB/s, GB/s, TB/s, B/cycle)"));
  EXPECT_THAT(parse_joules("3W").error, HasSubstr("0.3pJ"));
}

TEST(Quantity, WhatIsNoExactNumberIsRefused) {
  for (const char* text :
       {"0.3B", "1..5B", "B", "", "-1B", "1.B", "99999999999999999999B", "99999999999GiB"}) {
    EXPECT_FALSE(parse_bytes(text).value) << text;
  }
  for (const char* text : {"1.0", "16B", "", "-1", " 1", "0x10", "18446744073709551616"}) {
    EXPECT_FALSE(parse_integer(text).value) << text;
  }
  EXPECT_FALSE(parse_milli("1.0001").value);
  EXPECT_FALSE(parse_bool("yes").value);
  EXPECT_FALSE(parse_real("nan").value);
  EXPECT_FALSE(parse_real("1.5x").value);
}

TEST(Quantity, EnergiesAreTheNearestDouble) {
  EXPECT_EQ(parse_joules("0.3pJ").value, 3e-13);
  EXPECT_EQ(parse_joules("1.25 pJ").value, 1.25e-12);
  EXPECT_EQ(parse_joules("640pJ").value, 640e-12);
  EXPECT_EQ(parse_joules("0J").value, 0.0);
}

// What to_text writes is read back as the same value: resolved.yaml can be run again.
TEST(Quantity, TextOfAValueIsReadBackExactly) {
  for (const std::uint64_t value :
       {0ULL, 1ULL, 999ULL, 1'000ULL, 1'024ULL, 1'500ULL, 1'234'567'000ULL, 1'350'000'000ULL,
        6'400'000'000ULL, 25'600'000'000ULL, 123'456'789'012ULL, 35'500ULL}) {
    EXPECT_EQ(parse_bytes(to_text(Bytes(value))).value->count(), value);
    EXPECT_EQ(parse_hertz(to_text(Hertz(value))).value->count(), value);
    EXPECT_EQ(parse_time(to_text(Picoseconds(value))).value->count(), value);
    EXPECT_EQ(parse_bandwidth(to_text(BytesPerSecond(value)), Hertz(1)).value->count(), value);
  }
}

}  // namespace
}  // namespace systole::app
