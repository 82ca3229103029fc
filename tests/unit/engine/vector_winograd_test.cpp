// The two transforms of a Winograd convolution as commands of the vector engine.
#include <gtest/gtest.h>

#include <limits>

#include "hw/numerics/winograd.h"
#include "tests/unit/engine/support/vector_case.h"

namespace systole::engine {
namespace {

using test::refusal;
using test::run_vector;
using test::vector_op;

/// 5 x 6 x 2 with padding 1: 3 x 3 tiles.
sgb_descriptor input_command() {
  sgb_descriptor descriptor =
      vector_op(SGB_VECTOR_WINOGRAD_INPUT, SGB_TYPE_UINT8, SGB_TYPE_INT16, 16 * 3 * 3 * 2);
  sgb_vector& d = descriptor.u.vector;
  d.in_h = 5;
  d.in_w = 6;
  d.channels = 2;
  d.out_h = d.out_w = 3;
  d.pad_top = d.pad_left = 1;
  d.inner = 18;
  d.a_zero = 100;
  return descriptor;
}

/// 3 x 3 tiles of 2 channels: 5 x 5 results, from the first tile's first place on.
sgb_descriptor output_command() {
  sgb_descriptor descriptor = vector_op(SGB_VECTOR_WINOGRAD_OUTPUT, SGB_TYPE_INT32, SGB_TYPE_INT8, 5 * 5 * 2);
  sgb_vector& d = descriptor.u.vector;
  d.in_h = d.in_w = 3;
  d.channels = 2;
  d.out_h = d.out_w = 5;
  d.inner = 18;
  d.b = 1;  // some address
  return descriptor;
}

TEST(VectorWinograd, InputTilesOverlapByTwo) {
  std::vector<std::uint8_t> map(60);
  for (std::size_t i = 0; i < map.size(); ++i) map[i] = static_cast<std::uint8_t>(i * i + 7 * i);
  sgb_descriptor descriptor = input_command();
  test::JobRun record;
  const auto out = run_vector<std::int16_t>(descriptor, map, {}, &record);
  for (std::size_t tile = 0; tile < 9; ++tile) {
    for (std::size_t c = 0; c < 2; ++c) {
      numerics::WinogradTile d{};
      for (std::size_t i = 0; i < 16; ++i) {
        const std::size_t y = 2 * (tile / 3) + i / 4;  // one more than the row: padding
        const std::size_t x = 2 * (tile % 3) + i % 4;
        if (y >= 1 && y <= 5 && x >= 1 && x <= 6) d[i] = map[((y - 1) * 6 + x - 1) * 2 + c] - 100;
      }
      const auto v = numerics::winograd_input(d);
      for (std::size_t p = 0; p < 16; ++p) EXPECT_EQ(out[p * 18 + tile * 2 + c], v[p]) << tile << ' ' << p;
    }
  }
  // Rows of tiles read lines -1 .. 2, 1 .. 4 and 3 .. 6, of which 0 .. 4 are there, 12 bytes each; they store
  // 16 times 3 tiles x 2 channels x 2 bytes.
  ASSERT_EQ(record.phases.size(), 3U);
  EXPECT_EQ(bytes_of(record.phases[0].loads), 36U);
  EXPECT_EQ(bytes_of(record.phases[1].loads), 48U);
  EXPECT_EQ(bytes_of(record.phases[2].loads), 24U);
  EXPECT_EQ(bytes_of(record.phases[1].stores), 16U * 12U);
  // 6 tiles on 16 lanes: one pass of 32 sums; three sums deep, 4 cycles each.
  for (const Phase& phase : record.phases) {
    EXPECT_EQ(phase.compute_cycles, 32U);
    EXPECT_EQ(phase.drain_cycles, 12U);
    EXPECT_EQ(phase.operations, 6U * 32U);
  }
}

TEST(VectorWinograd, PlanesMayStandApart) {
  std::vector<std::uint8_t> map(60);
  for (std::size_t i = 0; i < map.size(); ++i) map[i] = static_cast<std::uint8_t>(31 * i);
  const auto dense = run_vector<std::int16_t>(input_command(), map);
  sgb_descriptor apart = input_command();
  apart.u.vector.inner = 25;
  test::MemoryShell memory(1U << 16U);
  sgb_vector& d = apart.u.vector;
  d.a = memory.put(map);
  d.out = memory.reserve(16 * 25 * 2);
  VectorFactory factory(VectorConfig{.lanes = 16});
  memory.run(*test::make_job(factory, apart));
  const auto out = memory.get<std::int16_t>(d.out, 16 * 25);
  for (std::size_t p = 0; p < 16; ++p) {
    for (std::size_t i = 0; i < 25; ++i) {
      EXPECT_EQ(out[p * 25 + i], i < 18 ? dense[p * 18 + i] : static_cast<std::int16_t>(0xa5a5)) << p;
    }
  }
}

/// Runs an output command on 3 x 3 tiles; returns the results.
std::vector<std::int8_t> run_output(sgb_descriptor descriptor, const std::vector<std::int32_t>& m,
                                    bool with_bias, test::JobRun* record = nullptr) {
  test::MemoryShell memory(1U << 16U);
  sgb_vector& d = descriptor.u.vector;
  d.a = memory.put(m);
  d.b = memory.put(std::vector<float>{0.5F, 0.25F});
  if (with_bias) d.table = memory.put(std::vector<std::int32_t>{10, -6});
  d.out = memory.reserve(d.count);
  VectorFactory factory(VectorConfig{.lanes = 4});
  const test::JobRun run = memory.run(*test::make_job(factory, descriptor));
  if (record != nullptr) *record = run;
  return memory.get<std::int8_t>(d.out, d.count);
}

TEST(VectorWinograd, OutputIsRequantised) {
  std::vector<std::int32_t> m(16 * 18);
  for (std::size_t i = 0; i < m.size(); ++i) {
    m[i] = 4 * (static_cast<std::int32_t>(i * 37 % 101) - 50);  // results are then multiples of 4
  }
  for (const bool with_bias : {false, true}) {
    for (const int skip : {0, 1}) {
      sgb_descriptor descriptor = output_command();
      sgb_vector& d = descriptor.u.vector;
      d.pad_top = d.pad_left = static_cast<std::int16_t>(skip);
      d.out_zero = 3;
      d.clip_min = -40;
      d.clip_max = 50;
      test::JobRun record;
      const auto out = run_output(descriptor, m, with_bias, &record);
      for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t c = i % 2;
        const std::size_t y = i / 2 / 5 + static_cast<std::size_t>(skip);
        const std::size_t x = i / 2 % 5 + static_cast<std::size_t>(skip);
        numerics::WinogradTile tile{};
        for (std::size_t p = 0; p < 16; ++p) tile[p] = m[p * 18 + (y / 2 * 3 + x / 2) * 2 + c];
        const std::int32_t four_y = numerics::winograd_output(tile)[y % 2 * 2 + x % 2];
        ASSERT_EQ(four_y % 4, 0);
        const std::int32_t bias = !with_bias ? 0 : c == 0 ? 10 : -6;
        const std::int32_t y_exact = four_y / 4;
        const auto exact = static_cast<float>(y_exact + bias) * (c == 0 ? 0.5F : 0.25F);
        const int rounded = std::clamp(static_cast<int>(std::nearbyint(exact)) + 3, -128, 127);
        EXPECT_EQ(out[i], std::clamp(rounded, -40, 50)) << i << ' ' << skip;
      }
      // Three rows of tiles hold 2, 2 and 1 lines of results, or 1, 2 and 2, of 10 bytes.
      ASSERT_EQ(record.phases.size(), 3U);
      EXPECT_EQ(bytes_of(record.phases[0].stores), skip == 0 ? 20U : 10U);
      EXPECT_EQ(bytes_of(record.phases[1].stores), 20U);
      EXPECT_EQ(bytes_of(record.phases[2].stores), skip == 0 ? 10U : 20U);
      // 16 planes of 6 sums; before them 8 bytes of scales, and 8 of bias.
      EXPECT_EQ(bytes_of(record.phases[0].loads), 16U * 24U + (with_bias ? 16U : 8U));
      EXPECT_EQ(bytes_of(record.phases[1].loads), 16U * 24U);
      for (const Phase& phase : record.phases) {
        EXPECT_EQ(phase.compute_cycles, 48U);  // 6 tiles on 4 lanes: two passes of 24 sums
        EXPECT_EQ(phase.drain_cycles, 28U);    // four sums, bias 4, scale 4, rounding 2, clip 2
        EXPECT_EQ(phase.operations, 6U * 24U);
      }
    }
  }
}

TEST(VectorWinograd, SumsWrapAndNegativeOnesShift) {
  // A^T m A of a single place 5 is m: 2^31 - 4 stays, and -4 / 4 is -1.
  std::vector<std::int32_t> m(16 * 18, 0);
  for (std::size_t i = 0; i < 18; ++i)
    m[5 * 18 + i] = i % 2 == 0 ? std::numeric_limits<std::int32_t>::max() - 3 : -4;
  sgb_descriptor descriptor = output_command();
  const auto out = run_output(descriptor, m, false);
  EXPECT_EQ(out[0], 127);                                  // saturated
  EXPECT_EQ(out[1], 0);                                    // -1 * 0.25
  for (std::size_t i = 0; i < 18; ++i) m[6 * 18 + i] = 8;  // beyond 2^31 in the left places
  EXPECT_EQ(run_output(descriptor, m, false)[0], -128);
}

TEST(VectorWinograd, RefusesFieldsThatMakeNoSense) {
  VectorFactory factory(VectorConfig{});
  const auto with = [&](const sgb_descriptor& good, auto&& change) {
    sgb_descriptor bad = good;
    change(bad.u.vector);
    return refusal(factory, bad);
  };
  using V = sgb_vector&;
  const sgb_descriptor input = input_command();
  ASSERT_EQ(refusal(factory, input), SGB_ERROR_NONE);
  EXPECT_EQ(with(input, [](V d) { d.in_type = SGB_TYPE_FLOAT32; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(input, [](V d) { d.out_type = SGB_TYPE_INT32; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(input, [](V d) { d.a_zero = 256; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(input, [](V d) { d.inner = 17; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(input, [](V d) { d.inner = 0xffffffffU; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(input, [](V d) { d.count = 18; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(input, [](V d) { d.flags = 1; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(input, [](V d) { d.in_h = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(input, [](V d) { d.in_w = 0x40000000U; }), SGB_ERROR_BAD_FIELD);
  const sgb_descriptor output = output_command();
  ASSERT_EQ(refusal(factory, output), SGB_ERROR_NONE);
  EXPECT_EQ(with(output, [](V d) { d.in_type = SGB_TYPE_INT16; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output, [](V d) { d.out_type = SGB_TYPE_INT16; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output, [](V d) { d.out_zero = 128; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output, [](V d) { d.b = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output, [](V d) { d.inner = 17; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output, [](V d) { d.pad_top = 2; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output, [](V d) { d.pad_left = -1; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output, [](V d) { d.clip_min = 256; }), SGB_ERROR_BAD_FIELD);
  // Results beyond the tiles, and a row of tiles without results.
  EXPECT_EQ(with(output,
                 [](V d) {
                   d.out_h = 7;
                   d.count = 70;
                 }),
            SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output,
                 [](V d) {
                   d.out_w = 4;
                   d.count = 40;
                 }),
            SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with(output, [](V d) { d.count = 49; }), SGB_ERROR_BAD_FIELD);
}

}  // namespace
}  // namespace systole::engine
