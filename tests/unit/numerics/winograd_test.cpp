// F(2 x 2, 3 x 3) in integers against the direct convolution.
#include "hw/numerics/winograd.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <random>
#include <vector>

namespace systole::numerics {
namespace {

using Kernel = std::array<std::int32_t, 9>;

/// 2 x 2 results of the 4 x 4 tile, as the definition of a convolution has them.
std::array<std::int64_t, 4> direct(const WinogradTile& d, const Kernel& g) {
  std::array<std::int64_t, 4> y{};
  for (std::size_t place = 0; place < 4; ++place) {
    for (std::size_t tap = 0; tap < 9; ++tap) {
      const std::size_t at = (place / 2 + tap / 3) * 4 + place % 2 + tap % 3;
      y[place] += std::int64_t{d[at]} * g[tap];
    }
  }
  return y;
}

/// Sums the products of both transforms over the channels into m, modulo 2^32.
void accumulate(WinogradTile& m, const WinogradTile& d, const Kernel& g) {
  const WinogradTile v = winograd_input(d);
  const WinogradTile u = winograd_weights(g);
  for (std::size_t p = 0; p < kWinogradPlaces; ++p) {
    m[p] =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(m[p]) + static_cast<std::uint32_t>(v[p] * u[p]));
  }
}

TEST(Winograd, OneTileByHand) {
  // d = 0 .. 15 row by row, g = 1 .. 9. B^T d: rows d0 - d2 = (-8 ...), d1 + d2 = (12, 14, 16, 18), d2 - d1 =
  // (4 ...), d1 - d3 = (-8 ...); then the same over the columns.
  WinogradTile d{};
  for (std::size_t i = 0; i < 16; ++i) d[i] = static_cast<std::int32_t>(i);
  EXPECT_EQ(winograd_input(d), (WinogradTile{0, -16, 0, 0, -4, 30, 2, -4, 0, 8, 0, 0, 0, -16, 0, 0}));
  // 2 G g: 2 g0 = (2, 4, 6), sums of columns (12, 15, 18), g0 - g1 + g2 = (4, 5, 6), 2 g2 = (14, 16, 18).
  const Kernel g{1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(winograd_weights(g), (WinogradTile{4, 12, 4, 12, 24, 45, 15, 36, 8, 15, 5, 12, 28, 48, 16, 36}));
  WinogradTile m{};
  accumulate(m, d, g);
  // y[0] = 1*0 + 2*1 + 3*2 + 4*4 + 5*5 + 6*6 + 7*8 + 8*9 + 9*10 = 303; one to the right adds 45, one down
  // 180.
  const std::array<std::int32_t, 4> four_y{4 * 303, 4 * 348, 4 * 483, 4 * 528};
  EXPECT_EQ(winograd_output(m), four_y);
}

TEST(Winograd, IsFourTimesTheDirectConvolution) {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int32_t> data(-255, 255);
  std::uniform_int_distribution<std::int32_t> weight(-128, 127);
  for (int trial = 0; trial < 2000; ++trial) {
    WinogradTile m{};
    std::array<std::int64_t, 4> expected{};
    for (int c = 0; c < 8; ++c) {
      WinogradTile d{};
      Kernel g{};
      for (auto& x : d) x = trial % 3 == 0 ? (random() % 2 == 0 ? -255 : 255) : data(random);
      for (auto& x : g) x = trial % 3 == 0 ? (random() % 2 == 0 ? -128 : 127) : weight(random);
      accumulate(m, d, g);
      const auto y = direct(d, g);
      for (std::size_t i = 0; i < 4; ++i) expected[i] += 4 * y[i];
    }
    const auto y = winograd_output(m);
    for (std::size_t i = 0; i < 4; ++i) ASSERT_EQ(y[i], expected[i]) << trial;
  }
}

/// Each place of a transform is a sum of signed inputs: its greatest size over |input| <= bound.
template <typename Transform, typename Tile>
std::int32_t reach(const Transform& transform, Tile zero, std::int32_t bound, std::size_t place) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < zero.size(); ++i) {
    Tile unit = zero;
    unit[i] = bound;
    sum += std::abs(transform(unit)[place]);
  }
  return sum;
}

TEST(Winograd, OperandsFitSixteenBits) {
  std::int32_t v = 0;
  std::int32_t u = 0;
  std::int64_t product = 0;
  for (std::size_t p = 0; p < kWinogradPlaces; ++p) {
    const std::int32_t most_v = reach(winograd_input, WinogradTile{}, 255, p);
    const std::int32_t most_u = reach(winograd_weights, Kernel{}, 128, p);
    v = std::max(v, most_v);
    u = std::max(u, most_u);
    product = std::max(product, std::int64_t{most_v} * most_u);
  }
  EXPECT_EQ(v, 4 * 255);  // two terms in each direction
  EXPECT_EQ(u, 9 * 128);  // three
  EXPECT_LE(v, std::numeric_limits<std::int16_t>::max());
  EXPECT_LE(u, std::numeric_limits<std::int16_t>::max());
  // 1,175,040 a channel, four times that of a direct sum of nine: 1,827 channels stay within 31 bits.
  EXPECT_EQ(product, 4 * 9 * 255 * 128);
  EXPECT_LE(1827 * product, std::numeric_limits<std::int32_t>::max());
  EXPECT_GT(1828 * product, std::numeric_limits<std::int32_t>::max());
}

TEST(Winograd, TheMostChannelsAtTheirExtremesAreExact) {
  // Every product has the same sign in every place of the direct sum.
  for (const std::int32_t x : {-255, 255}) {
    WinogradTile d{};
    d.fill(x);
    Kernel g{};
    g.fill(-128);
    WinogradTile m{};
    for (int c = 0; c < 1827; ++c) accumulate(m, d, g);
    for (const std::int32_t y : winograd_output(m)) EXPECT_EQ(y >> 2, 1827 * 9 * -128 * x);
  }
}

/// A whole map through all three steps, against the direct sums.
template <typename T>
void check_map(std::int64_t h, std::int64_t w, std::int64_t channels, std::int64_t pad, std::int32_t zero,
               unsigned seed) {
  constexpr std::int64_t kOut = 3;
  const std::int64_t out_h = h + 2 * pad - 2;
  const std::int64_t out_w = w + 2 * pad - 2;
  const std::int64_t tiles_h = (out_h + 1) / 2;
  const std::int64_t tiles_w = (out_w + 1) / 2;
  std::mt19937 random(seed);
  std::vector<T> in(static_cast<std::size_t>(h * w * channels));
  for (T& x : in) x = static_cast<T>(random());
  std::vector<Kernel> kernels(static_cast<std::size_t>(kOut * channels));
  for (Kernel& g : kernels) {
    for (auto& x : g) x = +static_cast<std::int8_t>(random());
  }
  const std::vector<std::int32_t> bias{-1000, 0, 77777};
  const std::vector<float> scale{0.001F, 0.0003F, 0.0007F};

  WinogradShape input{.in_h = h,
                      .in_w = w,
                      .channels = channels,
                      .out_h = tiles_h,
                      .out_w = tiles_w,
                      .pad_top = pad,
                      .pad_left = pad,
                      .plane = tiles_h * tiles_w * channels + 5};
  std::vector<std::int16_t> v(static_cast<std::size_t>(16 * input.plane));
  for (std::int64_t ty = 0; ty < tiles_h; ++ty) winograd_input_row(input, ty, in.data(), zero, v.data());
  WinogradShape output{.in_h = tiles_h,
                       .in_w = tiles_w,
                       .channels = kOut,
                       .out_h = out_h,
                       .out_w = out_w,
                       .pad_top = 0,
                       .pad_left = 0,
                       .plane = tiles_h * tiles_w * kOut};
  std::vector<std::int32_t> m(static_cast<std::size_t>(16 * output.plane));
  for (std::int64_t p = 0; p < 16; ++p) {
    for (std::int64_t tile = 0; tile < tiles_h * tiles_w; ++tile) {
      for (std::int64_t n = 0; n < kOut; ++n) {
        std::int32_t sum = 0;
        for (std::int64_t c = 0; c < channels; ++c) {
          const auto u = winograd_weights(kernels[static_cast<std::size_t>(n * channels + c)]);
          sum += v[static_cast<std::size_t>(p * input.plane + tile * channels + c)] *
                 u[static_cast<std::size_t>(p)];
        }
        m[static_cast<std::size_t>(p * output.plane + tile * kOut + n)] = sum;
      }
    }
  }
  std::vector<T> out(static_cast<std::size_t>(out_h * out_w * kOut));
  const std::int32_t low = std::numeric_limits<T>::min() + 10;
  const std::int32_t high = std::numeric_limits<T>::max() - 20;
  const WinogradEpilogue epilogue{bias.data(), scale.data(), 3, low, high};
  for (std::int64_t ty = 0; ty < tiles_h; ++ty)
    winograd_output_row(output, ty, m.data(), epilogue, out.data());

  for (std::int64_t i = 0; i < out_h * out_w * kOut; ++i) {
    const std::int64_t n = i % kOut;
    std::int32_t acc = bias[static_cast<std::size_t>(n)];
    for (std::int64_t tap = 0; tap < 9; ++tap) {
      const std::int64_t y = i / kOut / out_w + tap / 3 - pad;
      const std::int64_t x = i / kOut % out_w + tap % 3 - pad;
      if (y < 0 || x < 0 || y >= h || x >= w) continue;
      for (std::int64_t c = 0; c < channels; ++c) {
        acc += (in[static_cast<std::size_t>((y * w + x) * channels + c)] - zero) *
               kernels[static_cast<std::size_t>(n * channels + c)][static_cast<std::size_t>(tap)];
      }
    }
    const auto rounded = requantize<T>(acc, scale[static_cast<std::size_t>(n)], 3);
    ASSERT_EQ(out[static_cast<std::size_t>(i)], std::clamp<std::int32_t>(rounded, low, high)) << i;
  }
}

TEST(Winograd, MapsOfAllParities) {
  unsigned seed = 0;
  for (const std::int64_t h : {3, 4, 7, 8}) {
    for (const std::int64_t w : {3, 6, 9}) {
      for (const std::int64_t pad : {0, 1, 2}) {
        check_map<std::int8_t>(h, w, 5, pad, -17, ++seed);
        check_map<std::uint8_t>(h, w, 2, pad, 255, ++seed);
      }
    }
  }
}

}  // namespace
}  // namespace systole::numerics
