// The vector engine's functions, normalisations, means and 8-bit averages.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tests/unit/engine/support/vector_case.h"

namespace systole::engine {
namespace {

using test::refusal;
using test::run_vector;
using test::vector_op;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

sgb_descriptor float_op(std::uint8_t op, std::uint32_t count) {
  return vector_op(op, SGB_TYPE_FLOAT32, SGB_TYPE_FLOAT32, count);
}

TEST(VectorFunctions, DifferencesAndQuotientsInBothOrders) {
  sgb_descriptor sub = float_op(SGB_VECTOR_SUB, 4);
  sub.u.vector.b_count = 2;
  EXPECT_EQ((run_vector<float, float>(sub, {5, 6, 7, 8}, {1, 10})), (std::vector<float>{4, -4, 6, -2}));
  sub.u.vector.flags = SGB_VECTOR_SWAPPED;
  EXPECT_EQ((run_vector<float, float>(sub, {5, 6, 7, 8}, {1, 10})), (std::vector<float>{-4, 4, -6, 2}));
  sgb_descriptor div = float_op(SGB_VECTOR_DIV, 3);
  EXPECT_EQ((run_vector<float, float>(div, {1, 8, -1}, {4, 2, 0})),
            (std::vector<float>{0.25F, 4, -std::numeric_limits<float>::infinity()}));
  div.u.vector.flags = SGB_VECTOR_SWAPPED | SGB_VECTOR_CLIP_RESULT;
  div.u.vector.clip_min_f = 0.5F;
  div.u.vector.clip_max_f = 3.0F;
  EXPECT_EQ((run_vector<float, float>(div, {1, 8, -1}, {4, 2, 0})), (std::vector<float>{3, 0.5F, 0.5F}));
}

TEST(VectorFunctions, QuantisedDifferencesAndQuotients) {
  // A = (a - 1) * 0.5, B = (b + 2) * 0.25
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_SUB, SGB_TYPE_INT8, SGB_TYPE_INT8, 2);
  sgb_vector& d = descriptor.u.vector;
  d.a_scale = 0.5F;
  d.a_zero = 1;
  d.b_scale = 0.25F;
  d.b_zero = -2;
  d.out_scale = 0.5F;
  d.out_zero = 3;
  // 9 * .5 - 5 * .25 = 3.25 -> 6.5 -> 6 (even) + 3;   0 - 0 = 0 -> 3
  EXPECT_EQ((run_vector<std::int8_t, std::int8_t>(descriptor, {10, 1}, {3, -2})),
            (std::vector<std::int8_t>{9, 3}));
  d.op = SGB_VECTOR_DIV;
  // 4.5 / 1.25 = 3.6 -> 7.2 -> 7 + 3;   0 / 0 is no number: the zero point
  EXPECT_EQ((run_vector<std::int8_t, std::int8_t>(descriptor, {10, 1}, {3, -2})),
            (std::vector<std::int8_t>{10, 3}));
  d.flags = SGB_VECTOR_SWAPPED;
  // 1.25 / 4.5 = 0.277.. -> 0.555.. -> 1 + 3;   1.25 / 0: beyond every bound
  EXPECT_EQ((run_vector<std::int8_t, std::int8_t>(descriptor, {10, 1}, {3, 3})),
            (std::vector<std::int8_t>{4, 127}));
}

TEST(VectorFunctions, Activations) {
  sgb_descriptor leaky = float_op(SGB_VECTOR_LEAKY_RELU, 3);
  leaky.u.vector.a_scale = 0.25F;
  EXPECT_EQ((run_vector<float, float>(leaky, {-4, 0, 3})), (std::vector<float>{-1, 0, 3}));
  const auto sigmoid = run_vector<float, float>(float_op(SGB_VECTOR_SIGMOID, 4), {0, 1, -200, 200});
  EXPECT_EQ(sigmoid[0], 0.5F);
  EXPECT_FLOAT_EQ(sigmoid[1], 0.7310586F);
  EXPECT_EQ(sigmoid[2], 0.0F);  // exp(200) is infinite in float
  EXPECT_EQ(sigmoid[3], 1.0F);
  const auto tanh = run_vector<float, float>(float_op(SGB_VECTOR_TANH, 3), {0, 0.5F, -20});
  EXPECT_EQ(tanh[0], 0.0F);
  EXPECT_FLOAT_EQ(tanh[1], 0.46211717F);
  EXPECT_EQ(tanh[2], -1.0F);
  sgb_descriptor hard = float_op(SGB_VECTOR_HARD_SIGMOID, 4);
  hard.u.vector.a_scale = 0.25F;
  hard.u.vector.b_scale = 0.5F;
  const auto h = run_vector<float, float>(hard, {-3, -1, 4, kNan});
  EXPECT_EQ(h[0], 0.0F);
  EXPECT_EQ(h[1], 0.25F);
  EXPECT_EQ(h[2], 1.0F);
  EXPECT_TRUE(std::isnan(h[3]));
  hard.u.vector.op = SGB_VECTOR_HARD_SWISH;
  EXPECT_EQ((run_vector<float, float>(hard, {-1, 1, 4, 0})), (std::vector<float>{-0.25F, 0.75F, 4, 0}));
}

TEST(VectorFunctions, ExponentialsHoldTheirLanes) {
  // 2,048 floats: two tiles of 1,024 on 16 lanes, 64 turns of 4 cycles each; 3 lane operations an element.
  test::JobRun record;
  run_vector<float>(float_op(SGB_VECTOR_SIGMOID, 2048), std::vector<float>(2048, 1.0F), {}, &record);
  ASSERT_EQ(record.phases.size(), 2U);
  EXPECT_EQ(record.phases[0].compute_cycles, 256U);
  EXPECT_EQ(record.phases[0].drain_cycles, 24U);
  EXPECT_EQ(record.operations, 3U * 2048U);
}

TEST(VectorFunctions, NormalisesAcrossTiles) {
  // (outer 4, axis 3, inner 150): tiles of 1,024 elements start in the middle of a channel.
  sgb_descriptor descriptor = float_op(SGB_VECTOR_NORMALIZE, 1800);
  sgb_vector& d = descriptor.u.vector;
  d.axis = 3;
  d.inner = 150;
  d.flags = SGB_VECTOR_CLIP_RESULT;
  d.clip_min_f = 0.0F;
  d.clip_max_f = 1000.0F;
  const std::vector<float> rows{1, 2, 3, 0.5F, -1, 2, 10, 20, 30};  // means, scales, biases
  std::vector<float> a(1800);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i) * 0.25F - 100.0F;
  test::JobRun record;
  const auto out = run_vector<float>(descriptor, a, rows, &record);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t c = i / 150 % 3;
    const float value = (a[i] - rows[c]) * rows[3 + c] + rows[6 + c];
    ASSERT_EQ(out[i], std::min(std::max(value, 0.0F), 1000.0F)) << i;
  }
  EXPECT_EQ(record.load_bytes, 1800U * 4U + 36U);
  EXPECT_EQ(record.phases[0].compute_cycles, 64U);
  EXPECT_EQ(record.phases[0].drain_cycles, 14U);
}

TEST(VectorFunctions, LocalResponseNormalisation) {
  // Five channels of one pixel, size 3: sums of squares over (c - 1 .. c + 1). alpha / size = 1, beta 1,
  // bias 2.
  sgb_descriptor descriptor = float_op(SGB_VECTOR_LRN, 5);
  sgb_vector& d = descriptor.u.vector;
  d.outer = d.inner = 1;
  d.axis = 5;
  d.kernel_w = 3;
  d.a_scale = 3.0F;
  d.b_scale = 1.0F;
  d.out_scale = 2.0F;
  test::JobRun record;
  auto out = run_vector<float, float>(descriptor, {1, 2, 3, 4, 5}, {}, &record);
  // 1 / (2 + 1 + 4), 2 / (2 + 14), 3 / (2 + 29), 4 / (2 + 50), 5 / (2 + 41)
  EXPECT_EQ(out, (std::vector<float>{1.0F / 7, 2.0F / 16, 3.0F / 31, 4.0F / 52, 5.0F / 43}));
  EXPECT_EQ(record.phases[0].compute_cycles, 8U);
  EXPECT_EQ(record.operations, 5U * 6U);
  // An even size reaches one further up: 2 is (c .. c + 1). alpha / size = 1.
  d.kernel_w = 2;
  d.a_scale = 2.0F;
  out = run_vector<float, float>(descriptor, {1, 2, 3, 4, 5});
  EXPECT_EQ(out, (std::vector<float>{1.0F / 7, 2.0F / 15, 3.0F / 27, 4.0F / 43, 5.0F / 27}));
}

TEST(VectorFunctions, MeansOverAnyAxis) {
  for (const std::uint32_t inner : {1U, 7U}) {
    sgb_descriptor descriptor = float_op(SGB_VECTOR_REDUCE_MEAN, 30 * inner);
    sgb_vector& d = descriptor.u.vector;
    d.outer = 30;
    d.axis = 50;
    d.inner = inner;
    std::mt19937 random(inner);
    std::vector<float> a(30 * 50 * inner);
    for (float& value : a) value = static_cast<float>(random() % 2000) / 100.0F - 10.0F;
    test::JobRun record;
    const auto out = run_vector<float>(descriptor, a, {}, &record);
    for (std::uint32_t row = 0; row < 30 * inner; ++row) {
      float sum = 0;
      for (std::uint32_t x = 0; x < 50; ++x) sum += a[(row / inner * 50 + x) * inner + row % inner];
      ASSERT_EQ(out[row], sum / 50.0F);
    }
    EXPECT_EQ(record.load_bytes, a.size() * 4);
    EXPECT_EQ(record.store_bytes, out.size() * 4);
    EXPECT_EQ(record.operations, a.size());
    // A lane takes a whole row of 50.
    EXPECT_EQ(record.phases[0].compute_cycles % 50, 0U);
  }
}

TEST(VectorFunctions, AveragesBytes) {
  // 2 x 2 windows over 2 x 4 pixels, one channel; 0.5 * (a - 10) to steps of 0.25 around 1.
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_AVERAGE_POOL, SGB_TYPE_UINT8, SGB_TYPE_UINT8, 2);
  sgb_vector& d = descriptor.u.vector;
  d.in_h = 2;
  d.in_w = 4;
  d.channels = 1;
  d.out_h = 1;
  d.out_w = 2;
  d.kernel_h = d.kernel_w = d.stride_h = d.stride_w = 2;
  d.dilation_h = d.dilation_w = 1;
  d.a_scale = 0.5F;
  d.a_zero = 10;
  d.out_scale = 0.25F;
  d.out_zero = 1;
  d.clip_max = 60;
  test::JobRun record;
  // Sums less 10 each: 10 + 0 + 1 + 2 = 13, 13 * .5 / (.25 * 4) = 6.5 -> 6 + 1; the other: 4 * 90 -> 180 + 1
  // -> 60
  const auto out =
      run_vector<std::uint8_t, std::uint8_t>(descriptor, {20, 10, 100, 100, 11, 12, 100, 100}, {}, &record);
  EXPECT_EQ(out, (std::vector<std::uint8_t>{7, 60}));
  EXPECT_EQ(record.phases[0].compute_cycles, 4U);
  EXPECT_EQ(record.phases[0].drain_cycles, 12U);
  EXPECT_EQ(record.load_bytes, 8U);
  EXPECT_EQ(record.store_bytes, 2U);
  // With padding on the left: the window of output 0 has one valid column, of two elements.
  d.pad_left = 1;
  EXPECT_EQ((run_vector<std::uint8_t, std::uint8_t>(descriptor, {20, 10, 14, 100, 11, 10, 10, 100}))[0],
            static_cast<std::uint8_t>(11 + 1));  // 11 * .5 / (.25 * 2) = 11
  d.flags = SGB_VECTOR_COUNT_INCLUDE_PAD;
  EXPECT_EQ((run_vector<std::uint8_t, std::uint8_t>(descriptor, {20, 10, 14, 100, 11, 10, 10, 100}))[0],
            static_cast<std::uint8_t>(6 + 1));  // 11 * .5 / (.25 * 4) = 5.5 -> 6
}

TEST(VectorFunctions, RefusesFieldsThatMakeNoSense) {
  VectorFactory factory(VectorConfig{});
  const auto with = [&](const sgb_descriptor& good, auto&& change) {
    EXPECT_EQ(refusal(factory, good), SGB_ERROR_NONE);
    sgb_descriptor bad = good;
    change(bad.u.vector);
    return refusal(factory, bad);
  };
  using V = sgb_vector&;
  const sgb_descriptor sub = float_op(SGB_VECTOR_SUB, 12);
  EXPECT_EQ(with(sub, [](V d) { d.b_count = 5; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(sub, [](V d) { d.op = SGB_VECTOR_ADD, d.flags = SGB_VECTOR_SWAPPED; }), SGB_ERROR_BAD_FIELD);
  const sgb_descriptor tanh = float_op(SGB_VECTOR_TANH, 12);
  EXPECT_EQ(with(tanh, [](V d) { d.flags = SGB_VECTOR_CLIP_RESULT; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(tanh, [](V d) { d.in_type = SGB_TYPE_INT8; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(tanh, [](V d) { d.op = 18; }), SGB_ERROR_BAD_FIELD);
  sgb_descriptor rows = float_op(SGB_VECTOR_NORMALIZE, 12);
  rows.u.vector.axis = 3;
  rows.u.vector.inner = 2;
  EXPECT_EQ(with(rows, [](V d) { d.axis = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(rows, [](V d) { d.inner = 3; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(rows, [](V d) { d.axis = 0x80000003U; }), SGB_ERROR_BAD_FIELD);
  sgb_descriptor lrn = float_op(SGB_VECTOR_LRN, 12);
  lrn.u.vector.outer = 2;
  lrn.u.vector.axis = 3;
  lrn.u.vector.inner = 2;
  lrn.u.vector.kernel_w = 3;
  EXPECT_EQ(with(lrn, [](V d) { d.kernel_w = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(lrn, [](V d) { d.count = 4; }), SGB_ERROR_BAD_FIELD);
  sgb_descriptor mean = lrn;
  mean.u.vector.op = SGB_VECTOR_REDUCE_MEAN;
  mean.u.vector.count = 4;
  EXPECT_EQ(with(mean, [](V d) { d.count = 12; }), SGB_ERROR_BAD_FIELD);
}

}  // namespace
}  // namespace systole::engine
