#include "hw/base/units.h"

#include <gtest/gtest.h>

namespace systole {
namespace {

TEST(Units, TextUsesTheLargestExactUnit) {
  EXPECT_EQ(to_text(Bytes(512 * 1024)), "512KiB");
  EXPECT_EQ(to_text(Bytes(1000)), "1000B");
  EXPECT_EQ(to_text(Bytes(0)), "0B");
  EXPECT_EQ(to_text(Hertz(800'000'000)), "800MHz");
  EXPECT_EQ(to_text(Hertz(1'200'000'000)), "1.2GHz");
  EXPECT_EQ(to_text(BytesPerSecond(25'600'000'000)), "25.6GB/s");
  EXPECT_EQ(to_text(Picoseconds(100'000)), "100ns");
  EXPECT_EQ(to_text(Hertz(1'234'567'000)), "1234.567MHz");
}

TEST(Units, CeilDivAndRoundUp) {
  EXPECT_EQ(ceil_div(0, 4), 0U);
  EXPECT_EQ(ceil_div(8, 4), 2U);
  EXPECT_EQ(ceil_div(9, 4), 3U);
  EXPECT_EQ(round_up(9, 4), 12U);
  EXPECT_EQ(ceil_div(~0ULL, 2), (~0ULL / 2) + 1);  // no overflow near the top
}

}  // namespace
}  // namespace systole
