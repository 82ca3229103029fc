#include "hw/blocks/engine/matrix/activation_runs.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace systole::engine::matrix {
namespace {

Operation operation(std::uint32_t in_h, std::uint32_t in_w, std::uint32_t in_c, std::uint32_t out_h,
                    std::uint32_t out_w, std::uint16_t kernel_h, std::uint16_t kernel_w) {
  Operation op;
  op.d.a = 1000;
  op.d.in_h = in_h;
  op.d.in_w = in_w;
  op.d.in_c = in_c;
  op.d.out_h = out_h;
  op.d.out_w = out_w;
  op.d.kernel_h = kernel_h;
  op.d.kernel_w = kernel_w;
  op.d.stride_h = op.d.stride_w = op.d.dilation_h = op.d.dilation_w = 1;
  op.d.a_pixel_stride = static_cast<std::int32_t>(in_c);
  op.d.a_row_stride = static_cast<std::int32_t>(in_c * in_w);
  op.k = kernel_h * kernel_w * in_c;
  op.pixels = out_h * out_w;
  return op;
}

TEST(ActivationRuns, AWholeKernelRowIsOneRunPerOutputRowAndKy) {
  // 4 x 6 pixels of 2 channels, 3 x 3 kernel, no padding: output 2 x 4. All of K: every (oy, ky) reads a
  // whole line of 12 bytes; three lines that follow one another in memory are one run of 36.
  const Operation op = operation(4, 6, 2, 2, 4, 3, 3);
  std::vector<Access> loads;
  append_activation_runs(op, {0, 8}, {0, 18}, nullptr, loads);
  std::uint64_t bytes = 0;
  for (const Access& access : loads) bytes += std::uint64_t{access.run_bytes} * access.count;
  EXPECT_EQ(bytes, 6U * 12U);
  EXPECT_EQ(loads.front().address, 1000U);
  EXPECT_EQ(loads.front().run_bytes, 36U);
}

TEST(ActivationRuns, AFoldOfAGemmIsOneRunPerRow) {
  // GEMM of M = 5, K = 40: fold [16, 32) reads 16 bytes of each row of 40.
  const Operation op = operation(1, 5, 40, 1, 5, 1, 1);
  std::vector<Access> loads;
  append_activation_runs(op, {0, 5}, {16, 32}, nullptr, loads);
  ASSERT_EQ(loads.size(), 1U);
  EXPECT_EQ(loads[0].address, 1016U);
  EXPECT_EQ(loads[0].run_bytes, 16U);
  EXPECT_EQ(loads[0].count, 5U);
  EXPECT_EQ(loads[0].stride, 40);
}

TEST(ActivationRuns, WindowsThatDoNotTouchAreSeparate) {
  // 1 x 1 kernel with stride 2 over 7 pixels of 4 channels: 4 runs of 4 bytes, 8 apart.
  Operation op = operation(1, 7, 4, 1, 4, 1, 1);
  op.d.stride_w = 2;
  std::vector<Access> loads;
  append_activation_runs(op, {0, 4}, {0, 4}, nullptr, loads);
  ASSERT_EQ(loads.size(), 1U);
  EXPECT_EQ(loads[0].run_bytes, 4U);
  EXPECT_EQ(loads[0].count, 4U);
  EXPECT_EQ(loads[0].stride, 8);
}

// Against the definition: for every output row and ky, the set of bytes under the windows.
TEST(ActivationRuns, CoverExactlyTheBytesUnderTheWindows) {
  std::mt19937 random(7);
  const auto pick = [&](std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(random()) % (high - low + 1);
  };
  for (int trial = 0; trial < 400; ++trial) {
    Operation op = operation(pick(1, 6), pick(1, 7), pick(1, 5), pick(1, 4), pick(1, 5),
                             static_cast<std::uint16_t>(pick(1, 3)), static_cast<std::uint16_t>(pick(1, 4)));
    sgb_matrix& d = op.d;
    op.element_bytes = pick(0, 1) == 0 ? 1 : 4;
    const auto size = static_cast<std::int32_t>(op.element_bytes);
    d.a_pixel_stride = (static_cast<std::int32_t>(d.in_c) + static_cast<std::int32_t>(pick(0, 1))) * size;
    d.a_row_stride =
        d.a_pixel_stride * static_cast<std::int32_t>(d.in_w) + size * static_cast<int>(pick(0, 2));
    d.stride_h = static_cast<std::uint16_t>(pick(1, 3));
    d.stride_w = static_cast<std::uint16_t>(pick(1, 3));
    d.dilation_h = static_cast<std::uint16_t>(pick(1, 2));
    d.dilation_w = static_cast<std::uint16_t>(pick(1, 3));
    d.pad_top = static_cast<std::int16_t>(pick(0, 2));
    d.pad_left = static_cast<std::int16_t>(pick(0, 2));
    const std::uint32_t p0 = pick(0, op.pixels - 1);
    const std::uint32_t p1 = pick(p0 + 1, op.pixels);
    const std::uint32_t k0 = pick(0, op.k - 1);
    const std::uint32_t k1 = pick(k0 + 1, op.k);

    std::map<std::uint64_t, int> expected;  // address of a byte -> how often it is loaded
    for (std::uint32_t oy = p0 / d.out_w; oy <= (p1 - 1) / d.out_w; ++oy) {
      for (std::uint32_t ky = 0; ky < d.kernel_h; ++ky) {
        std::map<std::uint64_t, int> line;
        for (std::uint32_t ox = 0; ox < d.out_w; ++ox) {
          const std::uint32_t p = oy * d.out_w + ox;
          if (p < p0 || p >= p1) continue;
          for (std::uint32_t kx = 0; kx < d.kernel_w; ++kx) {
            for (std::uint32_t c = 0; c < d.in_c; ++c) {
              const std::uint32_t k = (ky * d.kernel_w + kx) * d.in_c + c;
              const std::int64_t y =
                  std::int64_t{oy} * d.stride_h - d.pad_top + std::int64_t{ky} * d.dilation_h;
              const std::int64_t x =
                  std::int64_t{ox} * d.stride_w - d.pad_left + std::int64_t{kx} * d.dilation_w;
              if (k < k0 || k >= k1 || y < 0 || y >= d.in_h || x < 0 || x >= d.in_w) continue;
              const std::int64_t element = 1000 + y * d.a_row_stride + x * d.a_pixel_stride + c * size;
              for (std::int32_t byte = 0; byte < size; ++byte)
                line[static_cast<std::uint64_t>(element + byte)] = 1;
            }
          }
        }
        for (const auto& [address, count] : line) expected[address] += count;
      }
    }
    std::vector<Access> loads;
    append_activation_runs(op, {p0, p1}, {k0, k1}, nullptr, loads);
    std::map<std::uint64_t, int> actual;
    for (const Access& access : loads) {
      for (std::uint32_t i = 0; i < access.count; ++i) {
        for (std::uint32_t byte = 0; byte < access.run_bytes; ++byte) {
          ++actual[access.address + static_cast<std::uint64_t>(access.stride) * i + byte];
        }
      }
    }
    ASSERT_EQ(actual, expected) << "trial " << trial;
  }
}

}  // namespace
}  // namespace systole::engine::matrix
