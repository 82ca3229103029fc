#include "hw/numerics/rounding.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace systole::numerics {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(Rounding, TiesGoToEven) {
  EXPECT_EQ(round_half_even(0.5F), 0.0F);
  EXPECT_EQ(round_half_even(1.5F), 2.0F);
  EXPECT_EQ(round_half_even(2.5F), 2.0F);
  EXPECT_EQ(round_half_even(-0.5F), 0.0F);
  EXPECT_EQ(round_half_even(-1.5F), -2.0F);
  EXPECT_EQ(round_half_even(-2.5F), -2.0F);
  EXPECT_EQ(round_half_even(0.49999997F), 0.0F);
  EXPECT_EQ(round_half_even(4194303.5F), 4194304.0F);    // the last half below 2^22
  EXPECT_EQ(round_half_even(8388607.5F), 8388608.0F);    // and below 2^23
  EXPECT_EQ(round_half_even(16777217.0F), 16777216.0F);  // (which is no float)
}

TEST(Rounding, EqualsNearbyint) {
  std::mt19937 random(1);
  for (int i = 0; i < 2'000'000; ++i) {
    const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    const float mine = round_half_even(x);
    if (std::isnan(x)) {
      ASSERT_TRUE(std::isnan(mine));
    } else {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(mine), std::bit_cast<std::uint32_t>(std::nearbyint(x))) << x;
    }
  }
  for (int halves = -100'000; halves <= 100'000; ++halves) {
    const float x = static_cast<float>(halves) / 2.0F;
    ASSERT_EQ(round_half_even(x), std::nearbyint(x)) << x;
  }
}

TEST(Rounding, Saturates) {
  EXPECT_EQ(saturate<std::int8_t>(127), 127);
  EXPECT_EQ(saturate<std::int8_t>(128), 127);
  EXPECT_EQ(saturate<std::int8_t>(-129), -128);
  EXPECT_EQ(saturate<std::uint8_t>(-1), 0);
  EXPECT_EQ(saturate<std::uint8_t>(256), 255);
}

// ONNX saturates after the zero point has been added: 130 + (-10) = 120 is not clipped at 127 first.
TEST(Rounding, SaturatesAfterTheZeroPoint) {
  EXPECT_EQ(round_to<std::int8_t>(130.0F, -10), 120);
  EXPECT_EQ(round_to<std::uint8_t>(-20.0F, 30), 10);
  EXPECT_EQ(round_to<std::uint8_t>(300.0F, 128), 255);
}

TEST(Rounding, SurvivesWhatDoesNotFit) {
  EXPECT_EQ(round_to<std::int8_t>(kInfinity, 5), 127);
  EXPECT_EQ(round_to<std::int8_t>(-kInfinity, 5), -128);
  EXPECT_EQ(round_to<std::int8_t>(kNaN, 5), 5);
  EXPECT_EQ(round_to<std::uint8_t>(1e30F, 0), 255);
  EXPECT_EQ(round_to<std::uint8_t>(-1e30F, 255), 0);
}

// acc = 1000, m = 0.0125: 12.5 -> 12, + 3 = 15. 2^24 + 1 is rounded to a float (2^24) first.
TEST(Rounding, Requantises) {
  EXPECT_EQ(requantize<std::int8_t>(1000, 0.0125F, 3), 15);
  EXPECT_EQ(requantize<std::int8_t>(-1000, 0.0125F, 3), -9);
  EXPECT_EQ(requantize<std::uint8_t>(16777217, 1.0F / 131072.0F, 0), 128);
  EXPECT_EQ(requantize<std::int8_t>(std::numeric_limits<std::int32_t>::min(), 1.0F, 0), -128);
}

TEST(Rounding, QuantisesAndDequantises) {
  EXPECT_EQ(quantize<std::uint8_t>(1.25F, 0.5F, 10), 12);  // 2.5 -> 2
  EXPECT_EQ(quantize<std::int8_t>(-1.75F, 0.5F, 0), -4);   // -3.5 -> -4
  EXPECT_EQ(dequantize<std::uint8_t>(12, 0.5F, 10), 1.0F);
  EXPECT_EQ(dequantize<std::int8_t>(-128, 0.5F, 127), -127.5F);
  EXPECT_EQ(dequantize<std::int32_t>(100000, 0.25F, 0), 25000.0F);
}

}  // namespace
}  // namespace systole::numerics
