#include "models/quantise/arithmetic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace systole::quantise {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Scale, BringsTheLargestMagnitudeTo127) {
  EXPECT_EQ(scale_of(127.0F, false), 1.0F);
  EXPECT_EQ(scale_of(0.0F, false), 1.0F);
  EXPECT_EQ(scale_of(6.0F, false), 6.0F / 127.0F);
}

// 6 / 127 = 0.0472...: 2^-5 = 0.03125 would clip, 2^-4 = 0.0625 does not. 127 / 127 is a power itself.
TEST(Scale, PowerOfTwoIsTheNextOneAbove) {
  EXPECT_EQ(scale_of(6.0F, true), 0.0625F);
  EXPECT_EQ(scale_of(127.0F, true), 1.0F);
  EXPECT_EQ(scale_of(128.0F, true), 2.0F);
  EXPECT_EQ(scale_of(0.0F, true), 1.0F);
}

TEST(Scale, IsNeverSubnormal) {
  EXPECT_EQ(scale_of(1e-44F, false), std::numeric_limits<float>::min());
  EXPECT_EQ(scale_of(1e-44F, true), std::numeric_limits<float>::min());
}

TEST(Magnitude, SeesSignsInfinitiesAndNaN) {
  EXPECT_EQ(largest_magnitude({}), 0.0F);
  const std::vector<float> some{1.0F, -3.5F, 2.0F};
  EXPECT_EQ(largest_magnitude(some), 3.5F);
  const std::vector<float> infinite{1.0F, -kInfinity};
  EXPECT_EQ(largest_magnitude(infinite), kInfinity);
  const std::vector<float> bad{kInfinity, std::nanf(""), 1.0F};
  EXPECT_TRUE(std::isnan(largest_magnitude(bad)));
}

// scale 0.5: 0.25 and 0.75 are halves, which go to the even 0 and 2; 100 clips; -64 would be -128.
TEST(Values, RoundHalvesToEvenAndStaySymmetric) {
  const std::vector<float> x{0.25F, 0.75F, -0.25F, -0.75F, 0.74F, 100.0F, -64.0F, 63.5F};
  std::vector<std::int8_t> q(x.size());
  quantise_values(x, 0.5F, q.data());
  EXPECT_EQ(q, (std::vector<std::int8_t>{0, 2, 0, -2, 1, 127, -127, 127}));
  EXPECT_EQ(quantise_value(kInfinity, 0.5F), 127);
}

// Without clipping the error is at most half a step; the division and the product each round once more.
TEST(Values, BackAndForthIsWithinHalfAStep) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (const float deviation : {1e-20F, 0.01F, 1.0F, 3e10F}) {
    std::vector<float> x(4096);
    for (float& value : x) value = deviation * normal(random);
    for (const bool power_of_two : {false, true}) {
      const float scale = scale_of(largest_magnitude(x), power_of_two);
      std::vector<std::int8_t> q(x.size());
      quantise_values(x, scale, q.data());
      std::int32_t largest = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_LE(std::abs(static_cast<float>(q[i]) * scale - x[i]), 0.5F * scale * (1.0F + 1e-4F)) << x[i];
        largest = std::max(largest, std::abs(std::int32_t{q[i]}));
      }
      EXPECT_GE(largest, power_of_two ? 64 : 127);  // at least half of the range is used
    }
  }
}

// 1.5 / (0.5 x 0.25) = 12.
TEST(Bias, HasTheAccumulatorsScale) {
  EXPECT_EQ(quantise_bias(1.5F, 0.5F, 0.25F), 12);
  EXPECT_EQ(quantise_bias(-0.0625F, 0.5F, 0.25F), 0);   // -0.5: to even
  EXPECT_EQ(quantise_bias(-0.1875F, 0.5F, 0.25F), -2);  // -1.5: to even
  EXPECT_EQ(quantise_bias(1e30F, 1.0F, 1.0F), 2147483647);
  EXPECT_EQ(quantise_bias(-1e30F, 1.0F, 1.0F), -2147483647);
}

// A channel of tiny weights and a large bias: with that scale the bias takes 2^29, a quarter of the
// accumulator.
TEST(Bias, LimitsHowSmallTheWeightsScaleIs) {
  const float scale = smallest_scale_for_bias(-3.0F, 0.5F);
  EXPECT_EQ(quantise_bias(-3.0F, 0.5F, scale), -536870912);
}

}  // namespace
}  // namespace systole::quantise
