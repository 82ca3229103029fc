// The matrix engine on floats: one order of summation, and blocks.
#include <gtest/gtest.h>

#include <random>

#include "hw/blocks/engine/matrix/factory.h"
#include "tests/unit/engine/support/matrix_case.h"
#include "tests/unit/engine/support/memory_shell.h"

namespace systole::engine {
namespace {

using test::convolution;
using test::gemm;
using test::make_job;
using test::MemoryShell;
using test::packed_index;
using test::refusal;

MatrixConfig array(std::uint32_t rows, std::uint32_t cols) { return {.rows = rows, .cols = cols}; }

/// blocked: 3 channels of a block-diagonal B; seven columns of three, from the second on.
void expect_float_sums_in_order(bool blocked) {
  MatrixConfig config = array(3, 4);
  config.format = NumberFormat::kFloat32;
  MatrixFactory factory(config);
  sgb_descriptor descriptor = convolution(5, 6, 3, 7, 3, 4);
  sgb_matrix& d = descriptor.u.matrix;
  d.a_type = d.b_type = d.out_type = SGB_TYPE_FLOAT32;
  d.pad_top = d.pad_left = 1;
  d.out_h = 5;
  d.out_w = 6;
  d.a_pixel_stride *= 4;
  d.a_row_stride *= 4;
  d.out_row_stride = d.out_pixel_stride * 6;
  d.flags = SGB_MATRIX_CLIP;
  d.clip_min_f = -1.0F;
  d.clip_max_f = 2.0F;
  if (blocked) {
    d.block_c = 1;
    d.block_n = 3;
    d.block_at = 1;
  }
  std::mt19937 random(3);
  std::vector<float> a(90);
  std::vector<float> b(189);
  std::vector<float> bias(7);
  for (auto* values : {&a, &b, &bias}) {
    for (float& value : *values) value = static_cast<float>(random() % 20001) / 10000.0F - 1.0F;
  }
  MemoryShell memory(8192);
  d.a = memory.put(a);
  d.b = memory.put(b);
  d.bias = memory.put(bias);
  std::vector<float> addend(210);
  for (float& value : addend) value = static_cast<float>(random() % 20001) / 10000.0F - 1.0F;
  d.residual = memory.put(addend);
  d.residual_row_stride = d.out_row_stride;
  d.residual_pixel_stride = d.out_pixel_stride;
  d.out = memory.reserve(30 * 7 * 4);
  MemoryShell in_place = memory;
  const auto job = make_job(factory, descriptor);
  memory.run(*job);
  const auto out = memory.get<float>(d.out, 210);
  const auto whole = factory.whole(descriptor, in_place);
  ASSERT_NE(whole, nullptr);
  whole->run();
  EXPECT_EQ(in_place.get<float>(d.out, 210), out);
  for (std::uint32_t p = 0; p < 30; ++p) {
    for (std::uint32_t n = 0; n < 7; ++n) {
      const float sum = test::window_sum(
          d, p, 0.0F, [&](float partial, std::int64_t y, std::int64_t x, std::uint32_t c, std::uint32_t k) {
            if (blocked && c != (n + 1) / 3) return partial;
            const float value = y < 0 ? 0.0F : a[static_cast<std::size_t>(y * 18 + x * 3 + c)];
            const float term = value * b[packed_index(d, 27, k, n)];
            return partial + term;
          });
      const float biased = sum + bias[n];
      ASSERT_EQ(out[p * 7 + n], std::min(std::max(biased + addend[p * 7 + n], -1.0F), 2.0F));
    }
  }
}

TEST(MatrixJob, FloatSumsHaveOneOrder) { expect_float_sums_in_order(false); }
TEST(MatrixJob, FloatSumsLeaveGapsOut) { expect_float_sums_in_order(true); }

TEST(MatrixJob, RefusesBlocksThatMakeNoSense) {
  MatrixConfig config = array(4, 4);
  config.format = NumberFormat::kFloat32;
  MatrixFactory factory(config);
  sgb_descriptor good = gemm(3, 6, 8, 4);
  sgb_matrix& d = good.u.matrix;
  d.a_type = d.b_type = d.out_type = SGB_TYPE_FLOAT32;
  d.a_pixel_stride *= 4;
  d.block_c = 2;
  d.block_n = 3;
  ASSERT_EQ(refusal(factory, good), SGB_ERROR_NONE);  // columns 0 to 7: blocks 0 to 2, channels 0 to 5
  const auto with = [&](auto&& change) {
    sgb_descriptor bad = good;
    change(bad.u.matrix);
    return refusal(factory, bad);
  };
  using M = sgb_matrix&;
  EXPECT_EQ(with([](M m) { m.block_at = 1; }), SGB_ERROR_NONE);
  EXPECT_EQ(with([](M m) { m.block_at = 2; }), SGB_ERROR_BAD_FIELD);  // the last column in block 3
  EXPECT_EQ(with([](M m) { m.block_c = 3; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M m) { m.block_c = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M m) { m.block_n = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M m) { m.block_at = 0xffffffffU; }), SGB_ERROR_BAD_FIELD);
  MatrixFactory integers(array(4, 4));
  sgb_descriptor bytes = gemm(3, 6, 8, 4);
  bytes.u.matrix.block_c = 2;
  bytes.u.matrix.block_n = 3;
  EXPECT_EQ(refusal(integers, bytes), SGB_ERROR_BAD_FIELD);
}

}  // namespace
}  // namespace systole::engine
