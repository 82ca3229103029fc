// im2col and the poolings, against the index formulas of the descriptor.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include "hw/numerics/im2col.h"
#include "hw/numerics/pool.h"

namespace systole::numerics {
namespace {

Window random_window(std::minstd_rand& random) {
  const auto upto = [&](int n) { return 1 + static_cast<int>(random() % static_cast<unsigned>(n)); };
  Window w{.in_h = upto(6), .in_w = upto(6), .channels = upto(4), .out_h = upto(4), .out_w = upto(4)};
  w.kernel_h = upto(3);
  w.kernel_w = upto(3);
  w.stride_h = upto(3);
  w.stride_w = upto(3);
  w.dilation_h = upto(2);
  w.dilation_w = upto(2);
  w.pad_top = upto(4) - 2;  // negative: the window starts inside
  w.pad_left = upto(4) - 2;
  return w;
}

template <typename T>
class Tile {
public:
  Tile(Window& w, bool gaps, std::minstd_rand& random) {
    const std::int64_t pixel = w.channels + (gaps ? 2 : 0);
    w.pixel_stride = pixel * static_cast<std::int64_t>(sizeof(T));
    w.row_stride = (pixel * w.in_w + (gaps ? 5 : 0)) * static_cast<std::int64_t>(sizeof(T));
    data.resize(static_cast<std::size_t>(w.row_stride * w.in_h) / sizeof(T));
    for (T& x : data) x = static_cast<T>(static_cast<int>(random() % 200U) - 100);
  }
  /// Element (y, x, c), or `pad` outside.
  [[nodiscard]] T at(const Window& w, std::int64_t y, std::int64_t x, std::int64_t c, T pad) const {
    if (y < 0 || y >= w.in_h || x < 0 || x >= w.in_w) return pad;
    return data[static_cast<std::size_t>(y * w.row_stride + x * w.pixel_stride) / sizeof(T) +
                static_cast<std::size_t>(c)];
  }
  [[nodiscard]] const std::byte* bytes() const { return reinterpret_cast<const std::byte*>(data.data()); }
  std::vector<T> data;
};

template <typename T>
void check_im2col(std::uint32_t seed) {
  std::minstd_rand random(seed);
  for (int trial = 0; trial < 300; ++trial) {
    Window w = random_window(random);
    const Tile<T> tile(w, trial % 2 == 0, random);
    const T pad = static_cast<T>(42);
    const std::int64_t lda = w.depth() + trial % 3;
    const std::int64_t p0 = static_cast<std::int64_t>(random()) % w.out_pixels();
    const std::int64_t p1 = w.out_pixels();
    std::vector<T> a(static_cast<std::size_t>((p1 - p0) * lda), T{7});
    im2col(w, tile.bytes(), pad, p0, p1, a.data(), lda);
    for (std::int64_t p = p0; p < p1; ++p) {
      for (std::int64_t k = 0; k < lda; ++k) {
        const std::int64_t ky = k / w.channels / w.kernel_w;
        const std::int64_t kx = k / w.channels % w.kernel_w;
        const T expected =
            k >= w.depth()
                ? T{7}
                : tile.at(w, p / w.out_w * w.stride_h - w.pad_top + ky * w.dilation_h,
                          p % w.out_w * w.stride_w - w.pad_left + kx * w.dilation_w, k % w.channels, pad);
        ASSERT_EQ(a[static_cast<std::size_t>((p - p0) * lda + k)], expected) << trial << " " << p << " " << k;
      }
    }
  }
}

TEST(Im2col, EqualsTheIndexFormulaBytes) { check_im2col<std::int8_t>(1); }
TEST(Im2col, EqualsTheIndexFormulaFloats) { check_im2col<float>(2); }

// A GEMM of M = 3, K = 2 in both forms of the descriptor is its own window matrix.
TEST(Im2col, GemmIsItself) {
  const std::vector<std::int8_t> a{1, 2, 3, 4, 5, 6};
  for (const bool tall : {false, true}) {
    Window w{.in_h = tall ? 3 : 1,
             .in_w = tall ? 1 : 3,
             .channels = 2,
             .out_h = tall ? 3 : 1,
             .out_w = tall ? 1 : 3,
             .row_stride = tall ? 2 : 6,
             .pixel_stride = 2};
    std::vector<std::int8_t> out(6);
    im2col<std::int8_t>(w, reinterpret_cast<const std::byte*>(a.data()), 0, 0, 3, out.data(), 2);
    EXPECT_EQ(out, a);
  }
}

TEST(KernelRange, ByHand) {
  // positions -2, 0, 2, 4 in [0, 4): the second and third
  const KernelRange r = kernel_range(-2, 4, 2, 0, 4);
  EXPECT_EQ(r.begin, 1);
  EXPECT_EQ(r.end, 3);
  EXPECT_EQ(kernel_range(5, 3, 1, 0, 4).size(), 0);   // all beyond
  EXPECT_EQ(kernel_range(-9, 3, 1, 0, 4).size(), 0);  // all before
  EXPECT_EQ(kernel_range(0, 3, 1, 0, 4).size(), 3);
}

TEST(MaxPool, EqualsTheDefinition) {
  std::minstd_rand random(3);
  for (int trial = 0; trial < 300; ++trial) {
    Window w = random_window(random);
    const Tile<std::int8_t> tile(w, false, random);
    std::vector<std::int8_t> out(static_cast<std::size_t>(w.out_pixels() * w.channels));
    max_pool<std::int8_t>(w, tile.bytes(), out);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto p = static_cast<std::int64_t>(i) / w.channels;
      int best = -128;
      for (int ky = 0; ky < w.kernel_h; ++ky) {
        for (int kx = 0; kx < w.kernel_w; ++kx) {
          best = std::max<int>(best, tile.at(w, p / w.out_w * w.stride_h - w.pad_top + ky * w.dilation_h,
                                             p % w.out_w * w.stride_w - w.pad_left + kx * w.dilation_w,
                                             static_cast<std::int64_t>(i) % w.channels, -128));
        }
      }
      ASSERT_EQ(out[i], best);
    }
  }
}

Window row_of(int width, int kernel, int out) {
  return {.in_h = 1,
          .in_w = width,
          .channels = 1,
          .out_h = 1,
          .out_w = out,
          .kernel_h = 1,
          .kernel_w = kernel,
          .row_stride = width * 4,
          .pixel_stride = 4};
}

TEST(MaxPool, NaNWins) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> in{1, nan, 5, -7, -9};
  std::vector<float> out(4);
  max_pool<float>(row_of(5, 2, 4), reinterpret_cast<const std::byte*>(in.data()), out);
  EXPECT_TRUE(std::isnan(out[0]));
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], 5.0F);
  EXPECT_EQ(out[3], -7.0F);
}

TEST(AveragePool, CountsWhatItIsToldToCount) {
  const std::vector<float> in{1, 2, 6};
  const auto* bytes = reinterpret_cast<const std::byte*>(in.data());
  Window w = row_of(3, 3, 3);
  w.pad_left = 1;
  std::vector<float> out(3);
  average_pool(w, {}, bytes, out);  // valid elements: 2, 3, 2
  EXPECT_EQ(out, (std::vector<float>{1.5F, 3.0F, 4.0F}));
  average_pool(w, {.count_include_pad = true, .pad_right = 1}, bytes, out);  // always 3
  EXPECT_EQ(out, (std::vector<float>{1.0F, 3.0F, 8.0F / 3.0F}));
  // Without a right pad the last window hangs over the end (ceil mode): that position does not count.
  average_pool(w, {.count_include_pad = true, .pad_right = 0}, bytes, out);
  EXPECT_EQ(out, (std::vector<float>{1.0F, 3.0F, 4.0F}));
}

// In (ky, kx) order 2^24 + 1 + 1 = 2^24 (each 1 is lost), a third of which is 5592405.5 rounded.
TEST(AveragePool, SumsInOrder) {
  const std::vector<float> in{16777216.0F, 1, 1};
  std::vector<float> out(1);
  average_pool(row_of(3, 3, 1), {}, reinterpret_cast<const std::byte*>(in.data()), out);
  EXPECT_EQ(out[0], 16777216.0F / 3.0F);
}

}  // namespace
}  // namespace systole::numerics
