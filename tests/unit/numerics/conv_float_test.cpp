#include "hw/numerics/conv_float.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace systole::numerics {
namespace {

struct Case {
  std::size_t groups, in_c, out_c;
  std::array<std::size_t, 2> in, kernel, stride, dilation, pad, pad_end;
};

// The definition, one sum after another.
std::vector<float> expected(const FloatConv& c) {
  std::vector<float> y;
  const std::size_t channels = c.in_c / c.groups;
  for (std::size_t n = 0; n < c.batch; ++n) {
    for (std::size_t m = 0; m < c.out_c; ++m) {
      for (std::size_t oy = 0; oy < c.out_h; ++oy) {
        for (std::size_t ox = 0; ox < c.out_w; ++ox) {
          float sum = 0.0F;
          for (std::size_t ky = 0; ky < c.kernel[0]; ++ky) {
            for (std::size_t kx = 0; kx < c.kernel[1]; ++kx) {
              for (std::size_t i = 0; i < channels; ++i) {
                const std::size_t row = oy * c.stride[0] + ky * c.dilation[0];  // from the padding's first
                const std::size_t column = ox * c.stride[1] + kx * c.dilation[1];
                const bool inside = row >= c.pad[0] && row - c.pad[0] < c.in_h && column >= c.pad[1] &&
                                    column - c.pad[1] < c.in_w;
                const std::size_t channel = n * c.in_c + m / (c.out_c / c.groups) * channels + i;
                const float x =
                    inside ? c.x[(channel * c.in_h + row - c.pad[0]) * c.in_w + column - c.pad[1]] : 0.0F;
                const volatile float product =
                    c.w[((m * channels + i) * c.kernel[0] + ky) * c.kernel[1] + kx] * x;
                sum += product;
              }
            }
          }
          y.push_back(c.bias == nullptr ? sum : sum + c.bias[m]);
        }
      }
    }
  }
  return y;
}

TEST(FloatConv, EqualsTheDefinition) {
  const Case cases[] = {
      {1, 3, 20, {9, 7}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
      {1, 5, 9, {11, 13}, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}},
      {1, 5, 9, {11, 13}, {1, 1}, {2, 2}, {1, 1}, {0, 0}, {0, 0}},
      {1, 2, 3, {12, 40}, {5, 2}, {2, 3}, {2, 1}, {3, 0}, {1, 4}},
      {1, 300, 17, {4, 4}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},  // deeper than a block of the product
      {1, 1, 4, {1, 30}, {1, 7}, {1, 2}, {1, 3}, {0, 2}, {0, 9}},    // columns that see padding alone
      {2, 6, 8, {6, 6}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
      {33, 33, 33, {8, 9}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
      {18, 18, 36, {9, 9}, {3, 5}, {2, 2}, {1, 1}, {1, 2}, {1, 2}},
      {4, 4, 4, {10, 10}, {3, 3}, {3, 1}, {1, 2}, {0, 2}, {2, 0}},
  };
  std::mt19937 random(9);
  std::normal_distribution<float> normal;
  for (const Case& t : cases) {
    for (const unsigned threads : {1U, 2U}) {
      for (const bool biased : {false, true}) {
        FloatConv c{.batch = 2,
                    .groups = t.groups,
                    .in_c = t.in_c,
                    .in_h = t.in[0],
                    .in_w = t.in[1],
                    .out_c = t.out_c,
                    .kernel = t.kernel,
                    .stride = t.stride,
                    .dilation = t.dilation,
                    .pad = t.pad,
                    .threads = threads};
        const auto out = [&](std::size_t d) {
          return (t.in[d] + t.pad[d] + t.pad_end[d] - (t.kernel[d] - 1) * t.dilation[d] - 1) / t.stride[d] +
                 1;
        };
        c.out_h = out(0);
        c.out_w = out(1);
        std::vector<float> x(c.batch * c.in_c * c.in_h * c.in_w), bias(c.out_c);
        std::vector<float> w(c.out_c * c.in_c / c.groups * c.kernel[0] * c.kernel[1]);
        std::vector<float> y(c.batch * c.out_c * c.out_h * c.out_w, -7.0F);
        for (auto* v : {&x, &bias, &w}) {
          for (float& value : *v) value = normal(random);
        }
        c.x = x.data();
        c.w = w.data();
        c.bias = biased ? bias.data() : nullptr;
        c.y = y.data();
        convolve(c);
        const std::vector<float> right = expected(c);
        ASSERT_EQ(y.size(), right.size());
        EXPECT_EQ(std::memcmp(y.data(), right.data(), y.size() * sizeof(float)), 0)
            << "case " << (&t - cases) << " threads " << threads << " bias " << biased;
      }
    }
  }
}

// 1 x 1 x 3 x 3 by hand: weights 1..4 in a 2 x 2 window over 1..9: 1 + 4 + 12 + 20 = 37 first.
TEST(FloatConv, ByHand) {
  const std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<float> w{1, 2, 3, 4};
  const float bias = 0.5F;
  std::vector<float> y(4);
  convolve({.in_c = 1,
            .in_h = 3,
            .in_w = 3,
            .out_c = 1,
            .out_h = 2,
            .out_w = 2,
            .kernel = {2, 2},
            .x = x.data(),
            .w = w.data(),
            .bias = &bias,
            .y = y.data()});
  EXPECT_EQ(y, (std::vector<float>{37.5F, 47.5F, 67.5F, 77.5F}));
}

}  // namespace
}  // namespace systole::numerics
