#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "hw/blocks/engine/matrix/array.h"
#include "hw/blocks/engine/matrix/factory.h"
#include "hw/timing/systolic/folds.h"
#include "tests/unit/engine/support/matrix_case.h"
#include "tests/unit/engine/support/memory_shell.h"

namespace systole::engine {
namespace {

using test::byte_value;
using test::convolution;
using test::gemm;
using test::make_job;
using test::MemoryShell;
using test::packed_index;
using test::refusal;

MatrixConfig array(std::uint32_t rows, std::uint32_t cols, std::uint64_t accumulator_bytes = 65536) {
  return {.rows = rows, .cols = cols, .accumulators = Bytes(accumulator_bytes)};
}

TEST(MatrixJob, ASmallGemmGoesFoldByFold) {
  // M = 3, K = 6, N = 5 on 4 x 4: column tiles of 4 and 1, row folds of 4 and 2: four phases.
  MatrixFactory factory(array(4, 4));
  sgb_descriptor descriptor = gemm(3, 6, 5, 4);
  MemoryShell memory(4096);
  std::vector<std::int8_t> a(18);
  std::vector<std::int8_t> b(30);
  for (int i = 0; i < 18; ++i) a[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i - 9);
  for (int i = 0; i < 30; ++i) b[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i - 15);
  sgb_matrix& d = descriptor.u.matrix;
  d.a = memory.put(a);
  d.b = memory.put(b);
  d.out = memory.reserve(60);
  const auto job = make_job(factory, descriptor);
  const test::JobRun run = memory.run(*job);

  ASSERT_EQ(run.phases.size(), 4U);
  // Weights of phase 0: 4 x 4 bytes at b; phase 1: 2 x 4 at b + 16; phase 2 (tile 1 at b + 6 * 4): 4 x 1.
  EXPECT_EQ(run.phases[0].loads[0].address, d.b);
  EXPECT_EQ(run.phases[0].loads[0].run_bytes, 16U);
  EXPECT_EQ(run.phases[1].loads[0].address, d.b + 16);
  EXPECT_EQ(run.phases[1].loads[0].run_bytes, 8U);
  EXPECT_EQ(run.phases[2].loads[0].address, d.b + 24);
  EXPECT_EQ(run.phases[2].loads[0].run_bytes, 4U);
  // Activations of phase 1: 2 bytes of each row of 6.
  EXPECT_EQ(run.phases[1].loads[1].address, d.a + 4);
  EXPECT_EQ(run.phases[1].loads[1].run_bytes, 2U);
  EXPECT_EQ(run.phases[1].loads[1].count, 3U);
  // Double-buffered weights: 4 to load the first, then max(3, 4) a fold, 3 for the last.
  EXPECT_EQ(run.phases[0].compute_cycles, 4U + 4U);
  EXPECT_EQ(run.phases[1].compute_cycles, 4U);
  EXPECT_EQ(run.phases[2].compute_cycles, 4U);
  EXPECT_EQ(run.phases[3].compute_cycles, 3U);
  // The last sum leaves M + rows + n - 2 = 3 + 4 + 1 - 2 = 6 cycles after its fold's start.
  EXPECT_EQ(run.phases[3].drain_cycles, 3U);
  EXPECT_TRUE(run.phases[0].stores.empty());
  // 3 pixels x 4 columns x 4 bytes, 20 bytes apart.
  ASSERT_EQ(run.phases[1].stores.size(), 1U);
  EXPECT_EQ(run.phases[1].stores[0].run_bytes, 16U);
  EXPECT_EQ(run.phases[1].stores[0].count, 3U);
  EXPECT_EQ(run.phases[1].stores[0].stride, 20);
  EXPECT_EQ(run.macs, 3U * 6U * 5U);
  // out[0, 0] = sum over k of (k - 9) * (4 k - 15):   135 + 88 + 49 + 18 - 5 - 20 = 265
  // out[2, 4] = sum over k of (k + 3) * (24 + k - 15) = 27 + 40 + 55 + 72 + 91 + 112 = 397
  const auto out = memory.get<std::int32_t>(d.out, 15);
  EXPECT_EQ(out[0], 265);
  EXPECT_EQ(out[14], 397);
}

TEST(MatrixJob, PhasesAddUpToTheClosedForm) {
  // With loads that are never late, compute(i) follows compute(i-1), so the command takes the sum of the
  // intervals, and its results are there after the latest end + drain.
  for (const std::uint32_t m : {1U, 3U, 16U, 17U}) {
    for (const std::uint32_t k : {1U, 4U, 5U, 19U}) {
      for (const std::uint32_t n : {1U, 6U, 7U, 20U}) {
        for (int knobs = 0; knobs < 12; ++knobs) {
          MatrixConfig config = array(4, 6);
          config.weight_double_buffer = knobs % 2 == 0;
          config.fold_overlap = knobs / 2 % 2 == 0;
          config.dataflow = static_cast<Dataflow>(knobs / 4);
          MatrixFactory factory(config);
          const auto job = make_job(factory, gemm(m, k, n, 6), false);
          MemoryShell memory(0);
          std::uint64_t now = 0;
          std::uint64_t end = 0;
          for (const Phase& phase : memory.run(*job, false).phases) {
            now += phase.compute_cycles;
            end = std::max(end, now + phase.drain_cycles);
          }
          EXPECT_EQ(end, timing::gemm_cycles(matrix::array_of(config), {m, n, k}))
              << m << "x" << k << "x" << n << " knobs " << knobs;
        }
      }
    }
  }
}

TEST(MatrixJob, ChunksFollowOneAnotherWithoutWaitingForWeights) {
  // 8 accumulators per column, 20 pixels: chunks of 8, 8 and 4. K = 4 and N = 4 on 4 x 4: one fold each.
  MatrixFactory factory(array(4, 4, 8 * 4 * 4));
  const auto job = make_job(factory, gemm(20, 4, 4, 4), false);
  const test::JobRun run = MemoryShell(0).run(*job, false);
  ASSERT_EQ(run.phases.size(), 3U);
  EXPECT_EQ(run.phases[0].compute_cycles, 4U + 8U);
  EXPECT_EQ(run.phases[1].compute_cycles, 8U);
  EXPECT_EQ(run.phases[2].compute_cycles, 4U);
  EXPECT_EQ(run.phases[0].drain_cycles, (8U + 4U + 4U - 2U) - 8U);
  EXPECT_EQ(run.phases[2].drain_cycles, (4U + 4U + 4U - 2U) - 4U);
  EXPECT_EQ(run.phases[2].loads[0].run_bytes, 16U);  // the weights come again for every chunk
}

// 4 accumulators per column and room for 8 more in the scratchpad: a fold of 10 pixels and 4 columns keeps
// 6 x 4 sums there, of 4 bytes. Three folds of K: written behind the first, read and written by the second,
// read by the last.
TEST(MatrixJob, SumsBeyondTheAccumulatorsGoToTheScratchpad) {
  MatrixConfig config = array(4, 4, 4 * 4 * 4);
  config.spill = Bytes(8 * 4 * 4);
  constexpr std::uint64_t kSpill = 0x8000;
  MatrixFactory factory(config, kSpill);
  const auto job = make_job(factory, gemm(10, 12, 4, 4), false);
  const test::JobRun run = MemoryShell(0).run(*job, false);
  ASSERT_EQ(run.phases.size(), 3U);
  const auto spilled = [&](const std::vector<Access>& accesses) {
    std::uint64_t bytes = 0;
    for (const Access& access : accesses) {
      if (access.stream != Stream::kPartial) continue;
      EXPECT_EQ(access.address, kSpill);
      bytes += std::uint64_t{access.run_bytes} * access.count;
    }
    return bytes;
  };
  constexpr std::uint64_t kBytes = 6 * 4 * 4;
  EXPECT_EQ(spilled(run.phases[0].loads), 0U);
  EXPECT_EQ(spilled(run.phases[0].stores), kBytes);
  EXPECT_EQ(spilled(run.phases[1].loads), kBytes);
  EXPECT_EQ(spilled(run.phases[1].stores), kBytes);
  EXPECT_EQ(spilled(run.phases[2].loads), kBytes);
  EXPECT_EQ(spilled(run.phases[2].stores), 0U);
  // Without the room, chunks of 4, 4 and 2 pixels take the weights three times.
  config.spill = Bytes(0);
  MatrixFactory chunks(config);
  const auto other = make_job(chunks, gemm(10, 12, 4, 4), false);
  EXPECT_EQ(MemoryShell(0).run(*other, false).phases.size(), 9U);
}

// Random convolutions against the definition.
TEST(MatrixJob, IntegerConvolutionsAreExact) {
  std::mt19937 random(11);
  const auto pick = [&](std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(random()) % (high - low + 1);
  };
  for (int trial = 0; trial < 150; ++trial) {
    const std::uint32_t rows = pick(1, 9);
    const std::uint32_t cols = pick(1, 6);
    MatrixConfig config = array(rows, cols, pick(1, 12) * cols * 4);
    config.dataflow = static_cast<Dataflow>(pick(0, 2));
    config.fold_overlap = pick(0, 1) == 0;
    if (pick(0, 4) == 0) config.organisation = MatrixOrganisation::kDotProduct;
    MatrixFactory factory(config);
    const auto kernel = static_cast<std::uint16_t>(pick(1, 3));
    sgb_descriptor descriptor =
        convolution(kernel + pick(0, 4), kernel + pick(0, 4), pick(1, 5), pick(1, 9), kernel, cols);
    sgb_matrix& d = descriptor.u.matrix;
    d.stride_h = static_cast<std::uint16_t>(pick(1, 2));
    d.stride_w = static_cast<std::uint16_t>(pick(1, 2));
    d.dilation_h = static_cast<std::uint16_t>(pick(1, 2));
    d.dilation_w = static_cast<std::uint16_t>(pick(1, 2));
    d.pad_top = static_cast<std::int16_t>(pick(0, 2));
    d.pad_left = static_cast<std::int16_t>(pick(0, 2));
    d.out_h = pick(1, 4);
    d.out_w = pick(1, 4);
    d.a_type = pick(0, 1) == 0 ? SGB_TYPE_INT8 : SGB_TYPE_UINT8;
    d.b_type = pick(0, 1) == 0 ? SGB_TYPE_INT8 : SGB_TYPE_UINT8;
    d.out_type = static_cast<std::uint8_t>(pick(SGB_TYPE_INT8, SGB_TYPE_INT32));
    d.a_zero = static_cast<std::int32_t>(pick(0, 100));
    d.b_zero = static_cast<std::int32_t>(pick(0, 100));
    d.out_zero = static_cast<std::int32_t>(pick(0, 50));
    d.clip_min = static_cast<std::int32_t>(pick(0, 20));
    d.clip_max = static_cast<std::int32_t>(pick(90, 300));
    const std::uint32_t out_bytes = d.out_type == SGB_TYPE_INT32 ? 4 : 1;
    d.a_pixel_stride = static_cast<std::int32_t>(d.in_c + pick(0, 2));
    d.a_row_stride =
        d.a_pixel_stride * static_cast<std::int32_t>(d.in_w) + static_cast<std::int32_t>(pick(0, 3));
    d.out_pixel_stride = static_cast<std::int32_t>((d.n + pick(0, 2)) * out_bytes);
    d.out_row_stride = d.out_pixel_stride * static_cast<std::int32_t>(d.out_w);

    MemoryShell memory(1U << 16U);
    const std::uint32_t depth = d.kernel_h * d.kernel_w * d.in_c;
    const auto a = test::random_bytes(random, static_cast<std::size_t>(d.a_row_stride) * d.in_h);
    const auto b = test::random_bytes(random, std::size_t{depth} * d.n);
    const auto zeros = test::random_bytes(random, d.n);
    std::vector<std::int32_t> bias(d.n);
    std::vector<float> scale(d.n);
    for (auto& value : bias) value = static_cast<std::int32_t>(pick(0, 20000)) - 10000;
    for (auto& value : scale) value = static_cast<float>(pick(1, 1000)) / 100000.0F;
    d.a = memory.put(a);
    d.b = memory.put(b);
    if (pick(0, 1) == 0) d.b_zero_table = memory.put(zeros);
    if (pick(0, 1) == 0) d.bias = memory.put(bias);
    if (out_bytes == 1) d.scale = memory.put(scale);
    const std::size_t out_size = static_cast<std::size_t>(d.out_row_stride) * d.out_h;
    const auto addend = test::random_bytes(random, out_size);
    if (out_bytes == 1 && pick(0, 1) == 0) {
      d.residual = memory.put(addend);
      d.residual_row_stride = d.out_row_stride;
      d.residual_pixel_stride = d.out_pixel_stride;
      d.residual_zero = static_cast<std::int32_t>(pick(0, 60));
      d.sum_zero = static_cast<std::int32_t>(pick(0, 60));
      d.out_scale = 0.07F;
      d.residual_scale = 0.11F;
      d.sum_scale = 0.13F;
    }
    // In place where it matters: the sum takes the residual's memory.
    d.out = d.residual != 0 && pick(0, 1) == 0 ? d.residual : memory.reserve(out_size);
    MemoryShell in_place = memory;
    const auto job = make_job(factory, descriptor);
    const test::JobRun run = memory.run(*job);
    EXPECT_EQ(run.macs, std::uint64_t{d.out_h} * d.out_w * d.n * depth);
    // As one piece of work, on operands where they stand.
    const auto whole = factory.whole(descriptor, in_place);
    ASSERT_NE(whole, nullptr);
    whole->run();
    ASSERT_EQ(in_place.get<std::byte>(MemoryShell::kBase, 1U << 16U),
              memory.get<std::byte>(MemoryShell::kBase, 1U << 16U))
        << "trial " << trial;
    EXPECT_EQ(run.store_bytes, std::uint64_t{d.out_h} * d.out_w * d.n * out_bytes);

    const auto out = memory.get<std::byte>(d.out, out_size);
    for (std::uint32_t p = 0; p < d.out_h * d.out_w; ++p) {
      for (std::uint32_t n = 0; n < d.n; ++n) {
        const std::int32_t zero = d.b_zero_table == 0 ? d.b_zero : byte_value(zeros[n], d.b_type);
        const std::int32_t start = d.bias == 0 ? 0 : bias[n];
        const std::int32_t acc = test::window_sum(
            d, p, start,
            [&](std::int32_t sum, std::int64_t y, std::int64_t x, std::uint32_t c, std::uint32_t k) {
              if (y < 0) return sum;
              const auto at = static_cast<std::size_t>(y * d.a_row_stride + x * d.a_pixel_stride + c);
              return sum + (byte_value(a[at], d.a_type) - d.a_zero) *
                               (byte_value(b[packed_index(d, depth, k, n)], d.b_type) - zero);
            });
        const auto at = static_cast<std::size_t>(static_cast<std::int64_t>(p / d.out_w) * d.out_row_stride +
                                                 static_cast<std::int64_t>(p % d.out_w) * d.out_pixel_stride +
                                                 std::int64_t{n} * out_bytes);
        if (out_bytes == 4) {
          std::int32_t value = 0;
          std::memcpy(&value, out.data() + at, 4);
          ASSERT_EQ(value, acc) << "trial " << trial;
          continue;
        }
        const std::int32_t low = d.out_type == SGB_TYPE_INT8 ? -128 : 0;
        const double rounded = std::nearbyint(static_cast<float>(acc) * scale[n]);
        double saturated = std::clamp<double>(rounded + d.out_zero, low, low + 255);
        if (d.residual != 0) {
          const float product = (static_cast<float>(saturated) - static_cast<float>(d.out_zero)) * 0.07F;
          const float other =
              static_cast<float>(byte_value(addend[at], d.out_type) - d.residual_zero) * 0.11F;
          const float sum = product + other;
          saturated = std::clamp<double>(std::nearbyint(sum / 0.13F) + static_cast<float>(d.sum_zero), low,
                                         low + 255);
        }
        // A clip bound beyond the type cannot be reached.
        const double clipped = std::clamp<double>(saturated, d.clip_min, std::min(d.clip_max, low + 255));
        ASSERT_EQ(byte_value(out[at], d.out_type), static_cast<std::int32_t>(clipped)) << "trial " << trial;
      }
    }
  }
}

TEST(MatrixJob, KeepAndContinueSplitASum) {
  // K = 10 in one command, and as 6 + 4 in two.
  const std::uint32_t m = 5;
  const std::uint32_t n = 6;
  std::mt19937 random(5);
  const auto a = test::random_bytes(random, m * 10);
  const auto b = test::random_bytes(random, 10 * n);
  const std::vector<std::int32_t> bias{1, 2, 3, 4, 5, 6};
  MemoryShell memory(4096);
  sgb_descriptor whole = gemm(m, 10, n, 8);
  whole.u.matrix.a = memory.put(a);
  whole.u.matrix.b = memory.put(b);
  whole.u.matrix.bias = memory.put(bias);
  whole.u.matrix.out = memory.reserve(m * n * 4);
  MatrixFactory factory(array(4, 8));
  memory.run(*make_job(factory, whole));

  sgb_descriptor first = whole;
  first.u.matrix.in_c = 6;
  first.u.matrix.bias = 0;
  first.u.matrix.flags = SGB_MATRIX_KEEP;
  first.u.matrix.a_pixel_stride = 10;
  sgb_descriptor second = first;
  second.u.matrix.in_c = 4;
  second.u.matrix.a += 6;
  second.u.matrix.b += 6 * n;  // one column tile: row 6 of the packed weights
  second.u.matrix.bias = whole.u.matrix.bias;
  second.u.matrix.flags = SGB_MATRIX_CONTINUE;
  second.u.matrix.out = memory.reserve(m * n * 4);
  // Made before the first one has run, as the shell may do.
  const auto job1 = make_job(factory, first);
  const auto job2 = make_job(factory, second);
  EXPECT_EQ(memory.run(*job1).store_bytes, 0U);
  memory.run(*job2);
  EXPECT_EQ(memory.get<std::int32_t>(second.u.matrix.out, m * n),
            memory.get<std::int32_t>(whole.u.matrix.out, m * n));
}

TEST(MatrixJob, ContinueNeedsWhatTheCommandBeforeKept) {
  MatrixFactory factory(array(4, 4));
  sgb_descriptor keep = gemm(3, 4, 5, 4);
  keep.u.matrix.flags = SGB_MATRIX_KEEP;
  sgb_descriptor go_on = keep;
  go_on.u.matrix.flags = SGB_MATRIX_CONTINUE;
  EXPECT_EQ(refusal(factory, go_on), SGB_ERROR_BAD_FIELD);  // nothing kept yet
  EXPECT_EQ(refusal(factory, keep), SGB_ERROR_NONE);
  sgb_descriptor other = go_on;
  other.u.matrix.n = 4;
  EXPECT_EQ(refusal(factory, other), SGB_ERROR_BAD_FIELD);  // another shape
  EXPECT_EQ(refusal(factory, go_on), SGB_ERROR_NONE);
  EXPECT_EQ(refusal(factory, go_on), SGB_ERROR_BAD_FIELD);  // that one did not keep
}

TEST(MatrixJob, KeepNeedsRoomInTheAccumulators) {
  // 8 accumulators per column; 4 pixels x 2 column tiles fit, 5 x 2 do not.
  MatrixFactory factory(array(4, 4, 8 * 4 * 4));
  sgb_descriptor keep = gemm(4, 4, 8, 4);
  keep.u.matrix.flags = SGB_MATRIX_KEEP;
  EXPECT_EQ(refusal(factory, keep), SGB_ERROR_NONE);
  keep.u.matrix.in_w = keep.u.matrix.out_w = 5;
  EXPECT_EQ(refusal(factory, keep), SGB_ERROR_UNSUPPORTED);
}

TEST(MatrixJob, AResidualIsLoadedOnceWithItsColumnTile) {
  // 3 pixels x 5 columns in tiles of 4: beside A, B and scales, 15 bytes of residual, and none without.
  MatrixFactory factory(array(8, 4));
  sgb_descriptor plain = gemm(3, 8, 5, 4);
  plain.u.matrix.out_type = SGB_TYPE_INT8;
  plain.u.matrix.out_pixel_stride = 5;
  plain.u.matrix.out_row_stride = 15;
  MemoryShell memory(4096);
  plain.u.matrix.a = memory.reserve(24);
  plain.u.matrix.b = memory.reserve(40);
  plain.u.matrix.out = memory.reserve(15);
  sgb_descriptor sum = plain;
  sum.u.matrix.residual = memory.reserve(15);
  sum.u.matrix.residual_pixel_stride = 5;
  sum.u.matrix.residual_row_stride = 15;
  sum.u.matrix.sum_scale = 1.0F;
  const auto bytes_of_input = [&](const sgb_descriptor& descriptor) {
    const auto job = make_job(factory, descriptor);
    std::uint64_t bytes = 0;
    for (Phase phase; job->next(phase); phase = {}) {
      for (const Access& load : phase.loads) {
        if (load.stream == Stream::kInput) bytes += std::uint64_t{load.run_bytes} * load.count;
      }
    }
    return bytes;
  };
  EXPECT_EQ(bytes_of_input(plain), 2U * 24);  // A once for each column tile
  EXPECT_EQ(bytes_of_input(sum), 2U * 24 + 15);
}

TEST(MatrixJob, RefusesAResidualThatMakesNoSense) {
  MatrixFactory factory(array(4, 4));
  sgb_descriptor good = gemm(3, 6, 5, 4);
  good.u.matrix.out_type = SGB_TYPE_INT8;
  good.u.matrix.residual = 64;
  good.u.matrix.sum_scale = 0.5F;
  ASSERT_EQ(refusal(factory, good), SGB_ERROR_NONE);
  const auto with = [&](auto&& change) {
    sgb_descriptor bad = good;
    change(bad.u.matrix);
    return refusal(factory, bad);
  };
  using M = sgb_matrix&;
  EXPECT_EQ(with([](M d) { d.out_type = SGB_TYPE_INT32; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.flags = SGB_MATRIX_KEEP; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.residual_zero = 200; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.sum_zero = -200; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.sum_scale = 0.0F; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.sum_scale = std::nanf(""); }), SGB_ERROR_BAD_FIELD);
}

TEST(MatrixJob, RefusesFieldsThatMakeNoSense) {
  MatrixFactory factory(array(4, 4));
  const sgb_descriptor good = gemm(3, 6, 5, 4);
  ASSERT_EQ(refusal(factory, good), SGB_ERROR_NONE);
  const auto with = [&](auto&& change) {
    sgb_descriptor bad = good;
    change(bad.u.matrix);
    return refusal(factory, bad);
  };
  using M = sgb_matrix&;
  for (const auto extent : {&sgb_matrix::in_h, &sgb_matrix::in_w, &sgb_matrix::in_c, &sgb_matrix::out_h,
                            &sgb_matrix::out_w, &sgb_matrix::n}) {
    EXPECT_EQ(with([&](M d) { d.*extent = 0; }), SGB_ERROR_BAD_FIELD);
    EXPECT_EQ(with([&](M d) { d.*extent = 0xffffffffU; }), SGB_ERROR_BAD_FIELD);
  }
  for (const auto extent : {&sgb_matrix::kernel_h, &sgb_matrix::kernel_w, &sgb_matrix::stride_h,
                            &sgb_matrix::stride_w, &sgb_matrix::dilation_h, &sgb_matrix::dilation_w}) {
    EXPECT_EQ(with([&](M d) { d.*extent = 0; }), SGB_ERROR_BAD_FIELD);
  }
  EXPECT_EQ(with([](M d) { d.b_tile_cols = 8; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.flags = 8; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.flags = SGB_MATRIX_CLIP; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.a_type = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.b_type = SGB_TYPE_INT64; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.out_type = SGB_TYPE_FLOAT32; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.a_zero = 128; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.b_zero = -129; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.scale = 64; }), SGB_ERROR_BAD_FIELD);  // of int32 results
  EXPECT_EQ(with([](M d) {
              d.out_type = SGB_TYPE_INT8;
              d.clip_min = 1;
              d.clip_max = 0;
            }),
            SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](M d) { d.a_type = d.b_type = d.out_type = SGB_TYPE_FLOAT32; }), SGB_ERROR_UNSUPPORTED);
  sgb_descriptor other = good;
  other.opcode = SGB_OP_SORT;
  EXPECT_EQ(refusal(factory, other), SGB_ERROR_BAD_OPCODE);

  MatrixConfig floats = array(4, 4);
  floats.format = NumberFormat::kFloat32;
  MatrixFactory float_factory(floats);
  EXPECT_EQ(refusal(float_factory, good), SGB_ERROR_UNSUPPORTED);
}

TEST(MatrixJob, TimingDoesNotDependOnFunction) {
  MatrixFactory factory(array(4, 4, 64));
  sgb_descriptor descriptor = convolution(6, 6, 3, 6, 3, 4);
  MemoryShell memory(8192);
  std::mt19937 random(1);
  descriptor.u.matrix.a = memory.put(test::random_bytes(random, 108));
  descriptor.u.matrix.b = memory.put(test::random_bytes(random, 162));
  descriptor.u.matrix.bias = memory.put(std::vector<std::int32_t>(6, 1));
  descriptor.u.matrix.out = memory.reserve(16 * 6 * 4);
  const test::JobRun on = memory.run(*make_job(factory, descriptor));
  const test::JobRun off = memory.run(*make_job(factory, descriptor, false), false);
  ASSERT_EQ(on.phases.size(), off.phases.size());
  for (std::size_t i = 0; i < on.phases.size(); ++i) {
    EXPECT_EQ(on.phases[i].compute_cycles, off.phases[i].compute_cycles);
    EXPECT_EQ(on.phases[i].drain_cycles, off.phases[i].drain_cycles);
    const auto expect_same = [](const std::vector<Access>& a, const std::vector<Access>& b) {
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t j = 0; j < a.size(); ++j) {
        EXPECT_EQ(a[j].address, b[j].address);
        EXPECT_EQ(a[j].run_bytes, b[j].run_bytes);
        EXPECT_EQ(a[j].count, b[j].count);
        EXPECT_EQ(a[j].stride, b[j].stride);
        EXPECT_EQ(b[j].data, nullptr);
      }
    };
    expect_same(on.phases[i].loads, off.phases[i].loads);
    expect_same(on.phases[i].stores, off.phases[i].stores);
  }
}

}  // namespace
}  // namespace systole::engine
