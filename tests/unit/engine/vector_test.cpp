#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "hw/blocks/engine/vector/factory.h"
#include "tests/unit/engine/support/memory_shell.h"
#include "tests/unit/engine/support/vector_case.h"

namespace systole::engine {
namespace {

using test::make_job;
using test::MemoryShell;
using test::refusal;
using test::run_vector;
using test::vector_op;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<float> ramp(std::size_t count, float scale) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = scale * static_cast<float>(i) - 100.0F;
  return values;
}

TEST(VectorJob, AddsFloatsInTilesOfFourKibibytes) {
  // 2,500 floats: tiles of 1,024, 1,024 and 452 elements on 16 lanes: 64, 64 and 29 cycles, 6 to drain
  // (adder 4, the two comparators of the fused clip).
  const std::vector<float> a = ramp(2500, 0.5F);
  const std::vector<float> b = ramp(2500, 0.25F);
  test::JobRun record;
  const auto out =
      run_vector<float>(vector_op(SGB_VECTOR_ADD, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, 2500), a, b, &record);
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], a[i] + b[i]);
  ASSERT_EQ(record.phases.size(), 3U);
  EXPECT_EQ(record.phases[0].compute_cycles, 64U);
  EXPECT_EQ(record.phases[2].compute_cycles, 29U);
  EXPECT_EQ(record.phases[2].drain_cycles, 6U);
  EXPECT_EQ(record.load_bytes, 2U * 10000U);
  EXPECT_EQ(record.store_bytes, 10000U);
  EXPECT_EQ(record.operations, 2500U);
  EXPECT_EQ(record.macs, 0U);
}

TEST(VectorJob, ASmallSecondOperandIsLoadedOnce) {
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_MUL, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, 3000);
  descriptor.u.vector.b_count = 3;
  const std::vector<float> a = ramp(3000, 1.0F);
  const std::vector<float> b{2.0F, -1.0F, 0.5F};
  test::JobRun record;
  const auto out = run_vector<float>(descriptor, a, b, &record);
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], a[i] * b[i % 3]);
  EXPECT_EQ(record.load_bytes, 12000U + 12U);
  EXPECT_EQ(record.phases[1].loads.size(), 1U);
}

TEST(VectorJob, ALongSecondOperandStreamsAndWraps) {
  // 1,500 floats (6,000 bytes) do not stay: the second tile, elements 1,024 to 2,047, wraps at 1,500.
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_ADD, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, 3000);
  descriptor.u.vector.b_count = 1500;
  const std::vector<float> a = ramp(3000, 1.0F);
  const std::vector<float> b = ramp(1500, 3.0F);
  test::JobRun record;
  const auto out = run_vector<float>(descriptor, a, b, &record);
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], a[i] + b[i % 1500]);
  EXPECT_EQ(record.load_bytes, 24000U);
  ASSERT_EQ(record.phases[1].loads.size(), 3U);
  EXPECT_EQ(record.phases[1].loads[1].run_bytes, (1500U - 1024U) * 4U);
  EXPECT_EQ(record.phases[1].loads[2].run_bytes, (2048U - 1500U) * 4U);
}

TEST(VectorJob, FusedClipOfFloats) {
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_ADD, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, 4);
  descriptor.u.vector.flags = SGB_VECTOR_CLIP_RESULT;
  descriptor.u.vector.clip_min_f = 0.0F;
  descriptor.u.vector.clip_max_f = 6.0F;
  const auto out = run_vector<float, float>(descriptor, {-3, 1, 5, kNan}, {1, 1, 4, 1});
  EXPECT_EQ(out[0], 0.0F);
  EXPECT_EQ(out[1], 2.0F);
  EXPECT_EQ(out[2], 6.0F);
  EXPECT_TRUE(std::isnan(out[3]));
}

TEST(VectorJob, QuantisedAdd) {
  // A = (a - 1) * 0.5, B = (b + 2) * 0.25, out = round_half_even((A + B) / 0.5) + 3.
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_ADD, SGB_TYPE_INT8, SGB_TYPE_INT8, 5);
  sgb_vector& d = descriptor.u.vector;
  d.a_scale = 0.5F;
  d.a_zero = 1;
  d.b_scale = 0.25F;
  d.b_zero = -2;
  d.out_scale = 0.5F;
  d.out_zero = 3;
  d.clip_max = 100;
  // (10 - 1) * .5 + (3 + 2) * .25 = 5.75 -> 11.5 -> 12 (even) + 3 = 15
  // (1 - 1) * .5 + (-1 + 2) * .25 = 0.25 -> 0.5 -> 0 (even) + 3 = 3
  // 127: 63 + 32.25 = 95.25 -> 190.5 -> 190 + 3 -> 127, clipped to 100
  // -128: -64.5 - 31.5 = -96 -> -192 + 3 -> -128;   (3 - 1) * .5 + 0 = 1 -> 2 + 3 = 5
  const auto out =
      run_vector<std::int8_t, std::int8_t>(descriptor, {10, 1, 127, -128, 3}, {3, -1, 127, -128, -2});
  EXPECT_EQ(out, (std::vector<std::int8_t>{15, 3, 100, -128, 5}));
}

TEST(VectorJob, ClipsEveryNumericType) {
  sgb_descriptor bytes = vector_op(SGB_VECTOR_CLIP, SGB_TYPE_INT8, SGB_TYPE_INT8, 3);
  bytes.u.vector.clip_min = 0;
  bytes.u.vector.clip_max = 1000;  // beyond the type: never reached
  EXPECT_EQ((run_vector<std::int8_t, std::int8_t>(bytes, {-5, 0, 127})),
            (std::vector<std::int8_t>{0, 0, 127}));
  sgb_descriptor longs = vector_op(SGB_VECTOR_CLIP, SGB_TYPE_INT64, SGB_TYPE_INT64, 3);
  longs.u.vector.clip_min = -2;
  longs.u.vector.clip_max = 2;
  EXPECT_EQ((run_vector<std::int64_t, std::int64_t>(longs, {-(1LL << 40), 1, 1LL << 40})),
            (std::vector<std::int64_t>{-2, 1, 2}));
  sgb_descriptor floats = vector_op(SGB_VECTOR_CLIP, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, 3);
  floats.u.vector.clip_max_f = std::numeric_limits<float>::infinity();
  EXPECT_EQ((run_vector<float, float>(floats, {-1.5F, 0.5F, 1e30F})),
            (std::vector<float>{0.0F, 0.5F, 1e30F}));
}

TEST(VectorJob, LooksUpTables) {
  MemoryShell memory(8192);
  std::vector<float> table(256);
  for (std::size_t i = 0; i < 256; ++i) table[i] = static_cast<float>(i) * 2.0F;
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_TABLE, SGB_TYPE_INT8, SGB_TYPE_FLOAT32, 3);
  sgb_vector& d = descriptor.u.vector;
  d.a = memory.put(std::vector<std::int8_t>{0, 5, -1});
  d.table = memory.put(table);
  d.out = memory.reserve(12);
  VectorFactory factory(VectorConfig{});
  const auto job = make_job(factory, descriptor);
  EXPECT_EQ(memory.run(*job).load_bytes, 3U + 1024U);
  EXPECT_EQ(memory.get<float>(d.out, 3), (std::vector<float>{0.0F, 10.0F, 510.0F}));
}

TEST(VectorJob, QuantisesAndDequantises) {
  sgb_descriptor quantise = vector_op(SGB_VECTOR_QUANTIZE, SGB_TYPE_FLOAT32, SGB_TYPE_UINT8, 5);
  quantise.u.vector.out_scale = 2.0F;
  quantise.u.vector.out_zero = 10;
  // 3 / 2 = 1.5 -> 2; 5 / 2 = 2.5 -> 2; both ties to even
  EXPECT_EQ((run_vector<std::uint8_t, float>(quantise, {3.0F, 5.0F, 1000.0F, -1000.0F, kNan})),
            (std::vector<std::uint8_t>{12, 12, 255, 0, 10}));
  sgb_descriptor dequantise = vector_op(SGB_VECTOR_DEQUANTIZE, SGB_TYPE_INT32, SGB_TYPE_FLOAT32, 2);
  dequantise.u.vector.a_scale = 0.5F;
  dequantise.u.vector.a_zero = 100;
  EXPECT_EQ((run_vector<float, std::int32_t>(dequantise, {102, 90})), (std::vector<float>{1.0F, -5.0F}));
}

TEST(VectorJob, QuantisesPerAxisAcrossTiles) {
  // (outer 5, axis 3, inner 100): tiles of 1,024 elements start in the middle of a channel.
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_QUANTIZE, SGB_TYPE_FLOAT32, SGB_TYPE_INT8, 1500);
  sgb_vector& d = descriptor.u.vector;
  d.flags = SGB_VECTOR_PER_AXIS;
  d.axis = 3;
  d.inner = 100;
  MemoryShell memory(16384);
  const std::vector<float> scales{1.0F, 4.0F, 10.0F};
  const std::vector<std::int8_t> zeros{0, 5, -5};
  const std::vector<float> a = ramp(1500, 0.3F);
  d.a = memory.put(a);
  d.b = memory.put(scales);
  d.table = memory.put(zeros);
  d.out = memory.reserve(1500);
  VectorFactory factory(VectorConfig{});
  memory.run(*make_job(factory, descriptor));
  const auto out = memory.get<std::int8_t>(d.out, 1500);
  for (std::size_t i = 0; i < 1500; ++i) {
    const std::size_t channel = i / 100 % 3;
    const float expected = std::clamp(
        std::nearbyint(a[i] / scales[channel]) + static_cast<float>(zeros[channel]), -128.0F, 127.0F);
    ASSERT_EQ(static_cast<float>(out[i]), expected) << i;
  }
}

TEST(VectorJob, SoftmaxOverAnyAxis) {
  for (const std::uint32_t inner : {1U, 3U, 50U}) {
    const std::uint32_t outer = 40;
    const std::uint32_t axis = 30;
    sgb_descriptor descriptor =
        vector_op(SGB_VECTOR_SOFTMAX, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, outer * axis * inner);
    descriptor.u.vector.outer = outer;
    descriptor.u.vector.axis = axis;
    descriptor.u.vector.inner = inner;
    std::mt19937 random(inner);
    std::vector<float> a(descriptor.u.vector.count);
    for (float& value : a) value = static_cast<float>(random() % 2000) / 100.0F - 10.0F;
    test::JobRun record;
    const auto out = run_vector<float>(descriptor, a, {}, &record);
    for (std::uint32_t row = 0; row < outer * inner; ++row) {
      const auto at = [&](std::uint32_t x) { return (row / inner * axis + x) * inner + row % inner; };
      float top = a[at(0)];
      for (std::uint32_t x = 1; x < axis; ++x) top = std::max(top, a[at(x)]);
      float sum = 0;
      for (std::uint32_t x = 0; x < axis; ++x) sum += std::exp(a[at(x)] - top);
      for (std::uint32_t x = 0; x < axis; ++x) ASSERT_EQ(out[at(x)], std::exp(a[at(x)] - top) / sum);
    }
    // Each byte once each way; three passes of every element.
    EXPECT_EQ(record.load_bytes, a.size() * 4);
    EXPECT_EQ(record.store_bytes, a.size() * 4);
    EXPECT_EQ(record.operations, a.size() * 3);
  }
}

TEST(VectorJob, SoftmaxPhasesFillTheLanes) {
  // 40 rows of 100 floats: 4,096 / 400 = 10 rows would leave 6 of 16 lanes idle: phases of 16, 16 and 8 rows.
  // A lane takes 100 + 1, then 100 * 4 + 4 + 8 + 4, then 100 cycles a row.
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_SOFTMAX, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, 4000);
  descriptor.u.vector.outer = 40;
  descriptor.u.vector.axis = 100;
  descriptor.u.vector.inner = 1;
  test::JobRun record;
  run_vector<float>(descriptor, ramp(4000, 0.01F), {}, &record);
  ASSERT_EQ(record.phases.size(), 3U);
  for (const Phase& phase : record.phases) {
    EXPECT_EQ(phase.compute_cycles, 101U + 416U + 100U);
    EXPECT_EQ(phase.drain_cycles, 12U);
  }
}

TEST(VectorJob, AveragePoolsRowByRow) {
  // 4 x 4 x 2, 3 x 3 windows with stride 2 and padding 1: output 2 x 2 x 2.
  for (const bool include_pad : {false, true}) {
    sgb_descriptor descriptor = vector_op(SGB_VECTOR_AVERAGE_POOL, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, 8);
    sgb_vector& d = descriptor.u.vector;
    d.in_h = d.in_w = 4;
    d.channels = 2;
    d.out_h = d.out_w = 2;
    d.kernel_h = d.kernel_w = 3;
    d.stride_h = d.stride_w = 2;
    d.dilation_h = d.dilation_w = 1;
    d.pad_top = d.pad_left = 1;
    if (include_pad) d.flags = SGB_VECTOR_COUNT_INCLUDE_PAD;
    std::vector<float> a(32);
    for (std::size_t i = 0; i < 32; ++i) a[i] = static_cast<float>(i);
    test::JobRun record;
    const auto out = run_vector<float>(descriptor, a, {}, &record);
    // Output (0, 0): rows 0..1, columns 0..1: channel 0 has 0, 2, 8, 10 = 20. Output (1, 1): rows 1..3,
    // columns 1..3: channel 1 has (11 + 13 + 15) + (19 + 21 + 23) + (27 + 29 + 31) = 189.
    EXPECT_EQ(out[0], include_pad ? 20.0F / 9.0F : 5.0F);
    EXPECT_EQ(out[7], 21.0F);
    // Rows of outputs: the first needs lines 0 and 1, the second 1, 2 and 3; a line has 32 bytes.
    ASSERT_EQ(record.phases.size(), 2U);
    EXPECT_EQ(bytes_of(record.phases[0].loads), 64U);
    EXPECT_EQ(bytes_of(record.phases[1].loads), 96U);
    // 4 outputs fit on the 16 lanes: the 9 positions of a window.
    EXPECT_EQ(record.phases[0].compute_cycles, 9U);
    EXPECT_EQ(record.phases[0].drain_cycles, 16U);
    EXPECT_EQ(record.operations, 72U);
  }
}

TEST(VectorJob, RefusesFieldsThatMakeNoSense) {
  VectorFactory factory(VectorConfig{});
  const sgb_descriptor add = vector_op(SGB_VECTOR_ADD, SGB_TYPE_INT8, SGB_TYPE_INT8, 12);
  ASSERT_EQ(refusal(factory, add), SGB_ERROR_NONE);
  const auto with = [&](const sgb_descriptor& good, auto&& change) {
    sgb_descriptor bad = good;
    change(bad.u.vector);
    return refusal(factory, bad);
  };
  using V = sgb_vector&;
  EXPECT_EQ(with(add, [](V d) { d.op = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.op = 99; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.count = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.count = 0xffffffffU; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.b_count = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.b_count = 5; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.in_type = SGB_TYPE_INT32; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.out_type = 15; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.a_zero = 200; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(add, [](V d) { d.flags = SGB_VECTOR_CLIP_RESULT; }), SGB_ERROR_BAD_FIELD);
  const sgb_descriptor clip = vector_op(SGB_VECTOR_CLIP, SGB_TYPE_INT8, SGB_TYPE_INT8, 12);
  EXPECT_EQ(with(clip, [](V d) { d.out_type = SGB_TYPE_UINT8; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(clip, [](V d) { d.in_type = d.out_type = SGB_TYPE_BOOL; }), SGB_ERROR_BAD_FIELD);
  const sgb_descriptor quantise = vector_op(SGB_VECTOR_QUANTIZE, SGB_TYPE_FLOAT32, SGB_TYPE_INT8, 12);
  ASSERT_EQ(refusal(factory, quantise), SGB_ERROR_NONE);
  EXPECT_EQ(with(quantise, [](V d) { d.out_type = SGB_TYPE_INT32; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(quantise, [](V d) { d.flags = SGB_VECTOR_PER_AXIS; }), SGB_ERROR_BAD_FIELD);  // axis 0
  sgb_descriptor softmax = vector_op(SGB_VECTOR_SOFTMAX, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, 12);
  softmax.u.vector.outer = 3;
  softmax.u.vector.axis = 4;
  softmax.u.vector.inner = 1;
  ASSERT_EQ(refusal(factory, softmax), SGB_ERROR_NONE);
  EXPECT_EQ(with(softmax, [](V d) { d.count = 3; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(softmax, [](V d) { d.inner = 0; }), SGB_ERROR_BAD_FIELD);
  sgb_descriptor other = add;
  other.opcode = SGB_OP_DMA;
  EXPECT_EQ(refusal(factory, other), SGB_ERROR_BAD_OPCODE);
}

}  // namespace
}  // namespace systole::engine
