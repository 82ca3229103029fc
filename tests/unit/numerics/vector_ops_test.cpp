// Element-wise operations, softmax and sorting, by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "hw/numerics/dispatch.h"
#include "hw/numerics/elementwise.h"
#include "hw/numerics/requantize.h"
#include "hw/numerics/softmax.h"
#include "hw/numerics/sort.h"

namespace systole::numerics {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
using Floats = std::vector<float>;
using Bytes8 = std::vector<std::int8_t>;
using Indices = std::vector<std::int64_t>;

TEST(Elementwise, AddsAndMultipliesWithARepeatedOperand) {
  const Floats a{1, 2, 3, 4, 5, 6}, b{10, 20, 30};
  Floats out(6);
  binary(BinaryOp::kAdd, a, b, out);
  EXPECT_EQ(out, (Floats{11, 22, 33, 14, 25, 36}));
  binary(BinaryOp::kMul, a, b, out);
  EXPECT_EQ(out, (Floats{10, 40, 90, 40, 100, 180}));
  binary(BinaryOp::kAdd, a, Floats{0.5F}, out);
  EXPECT_EQ(out[5], 6.5F);
}

// a = (4 - 2) x 0.5 = 1, b = (7 + 3) x 0.25 = 2.5: sum 3.5 / 0.2 = 17.5 (in float 17.5) -> 18, + 1 = 19;
// product 2.5 / 0.2 = 12.5 -> 12, + 1 = 13.
TEST(Elementwise, AddsAndMultipliesQuantised) {
  const Bytes8 a{4, 4}, b{7};
  Bytes8 out(2);
  const auto run = [&](BinaryOp op, int low, int high) {
    binary_quantised<std::int8_t, std::int8_t, std::int8_t>(op, a, {0.5F, 2}, b, {0.25F, -3}, out, {0.2F, 1},
                                                            low, high);
    return out[1];
  };
  EXPECT_EQ(run(BinaryOp::kAdd, -128, 127), 19);
  EXPECT_EQ(run(BinaryOp::kMul, -128, 127), 13);
  EXPECT_EQ(run(BinaryOp::kAdd, -128, 10), 10);  // fused clip
  EXPECT_EQ(run(BinaryOp::kAdd, 50, 127), 50);
}

TEST(Elementwise, ClipKeepsNaNAndBounds) {
  const Floats in{-1, 0.5F, 9, kNaN};
  Floats out(4);
  clip<float>(in, 0, 6, out);
  EXPECT_EQ(Floats(out.begin(), out.begin() + 3), (Floats{0, 0.5F, 6}));
  EXPECT_TRUE(std::isnan(out[3]));
  const std::vector<std::int64_t> wide{-(1LL << 40), 5, 1LL << 40};
  std::vector<std::int64_t> wide_out(3);
  clip<std::int64_t>(wide, -2, 100, wide_out);
  EXPECT_EQ(wide_out, (std::vector<std::int64_t>{-2, 5, 100}));
}

TEST(Elementwise, TableIsSelectedByBitPattern) {
  std::vector<float> table(256);
  for (std::size_t i = 0; i < 256; ++i) table[i] = static_cast<float>(i);
  Floats out(3);
  table_lookup<std::int8_t, float>(Bytes8{0, 127, -1}, table, out);
  EXPECT_EQ(out, (Floats{0, 127, 255}));
}

TEST(Elementwise, QuantisesPerAxis) {
  // (outer 2, axis 2, inner 2): channels 0 0 1 1 0 0 1 1
  const Floats in{1, 2, 1, 2, 3, 4, 3, 4}, scales{1.0F, 0.5F};
  Bytes8 out(8);
  quantize_axis<std::int8_t>(in, scales, Bytes8{0, 10}, 2, out);
  EXPECT_EQ(out, (Bytes8{1, 2, 12, 14, 3, 4, 16, 18}));
  Floats back(8);
  dequantize_axis<std::int8_t>(out, scales, Bytes8{0, 10}, 2, back);
  EXPECT_EQ(back, in);
  quantize_axis<std::int8_t>(in, scales, {}, 2, out);  // no zero points: all 0
  EXPECT_EQ(out[2], 2);
}

TEST(Elementwise, RequantisesARowPerColumn) {
  const std::vector<std::int32_t> acc{100, 100, -400};
  const Floats m{0.1F, 0.5F, 1.0F};
  Bytes8 out(3);
  requantize_row(acc.data(), m.data(), {1, 0, 40}, out.data(), 3);
  EXPECT_EQ(out, (Bytes8{11, 40, 0}));
}

// The row forms element by element, over halves, far values, infinities and NaN.
template <typename T>
void expect_rows_as_elements() {
  std::mt19937 random(3);
  const std::vector<float> special{0.5F,
                                   -0.5F,
                                   1.5F,
                                   1e9F,
                                   -1e9F,
                                   1e-9F,
                                   std::numeric_limits<float>::infinity(),
                                   0.25F,
                                   -1.0F,
                                   0.0F,
                                   3e-5F,
                                   std::numeric_limits<float>::quiet_NaN()};
  std::vector<std::int32_t> acc(1003);
  Floats m(acc.size());
  for (std::size_t i = 0; i < acc.size(); ++i) {
    acc[i] = static_cast<std::int32_t>(random()) >> (random() % 32);
    m[i] = i % 3 == 0 ? 0.0007F * static_cast<float>(i) : special[random() % special.size()];
  }
  std::vector<T> a(acc.size()), b(acc.size()), sum(acc.size()), expected(acc.size());
  for (const std::int32_t zero : {0, 7, 100}) {
    requantize_row(acc.data(), m.data(), {zero, 2, 120}, a.data(), a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i], clip<std::int32_t>(requantize<T>(acc[i], m[i], zero), 2, 120)) << acc[i] << ' ' << m[i];
      b[i] = static_cast<T>(random());
    }
    binary_quantised<T, T, T>(BinaryOp::kAdd, a, {0.3F, zero}, b, {0.7F, 5}, expected, {0.11F, zero}, 1, 125);
    add_row(a.data(), {0.3F, zero}, b.data(), {0.7F, 5}, 0.11F, {zero, 1, 125}, sum.data(), sum.size());
    EXPECT_EQ(sum, expected);
  }
}
TEST(Elementwise, RowsAreAsElements) {
  expect_rows_as_elements<std::int8_t>();
  expect_rows_as_elements<std::uint8_t>();
}

TEST(Softmax, OverTheMiddleAxis) {
  const std::size_t outer = 2, axis = 3, inner = 2;
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 20);
  Floats in(outer * axis * inner), out(in.size());
  for (float& x : in) x = normal(random);
  softmax(in, outer, axis, inner, out);
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < inner; ++i) {
      const auto at = [&](std::size_t a) { return in[(o * axis + a) * inner + i]; };
      const float m = std::max({at(0), at(1), at(2)});
      const float e[] = {std::exp(at(0) - m), std::exp(at(1) - m), std::exp(at(2) - m)};
      const float sum = e[0] + e[1] + e[2];
      for (std::size_t a = 0; a < axis; ++a) EXPECT_EQ(out[(o * axis + a) * inner + i], e[a] / sum);
    }
  }
  softmax(in, outer, axis, inner, in);  // in place
  EXPECT_EQ(in, out);
}

TEST(Sort, ArgMaxBreaksTies) {
  const std::vector<std::int32_t> in{3, 9, 9, 1};
  Indices out(1);
  const auto run = [&](bool smallest, bool last) {
    arg_extreme<std::int32_t>(in, {1, 4, 1}, smallest, last, out);
    return out[0];
  };
  EXPECT_EQ(run(false, false), 1);
  EXPECT_EQ(run(false, true), 2);
  EXPECT_EQ(run(true, false), 3);
}

TEST(Sort, ArgMaxOverAnInnerAxis) {
  // (outer 1, axis 2, inner 3)
  const Floats in{1, 5, kNaN, 2, 4, 7};
  Indices out(3);
  arg_extreme<float>(in, {1, 2, 3}, false, false, out);
  EXPECT_EQ(out, (Indices{1, 0, 0}));  // NaN is above everything
}

TEST(Sort, TopKKeepsTheLowerIndexFirst) {
  const std::vector<std::int8_t> in{5, 7, 7, -3, 5};
  Bytes8 values(3);
  Indices indices(3);
  top_k<std::int8_t>(in, {1, 5, 1}, 3, false, values, indices);
  EXPECT_EQ(values, (Bytes8{7, 7, 5}));
  EXPECT_EQ(indices, (Indices{1, 2, 0}));
  top_k<std::int8_t>(in, {1, 5, 1}, 3, true, values, indices);
  EXPECT_EQ(values, (Bytes8{-3, 5, 5}));
  EXPECT_EQ(indices, (Indices{3, 0, 4}));
}

TEST(Sort, FullSortOverAnInnerAxis) {
  // (outer 1, axis 3, inner 2): columns (3, 1, 2) and (4, 6, 5)
  const Floats in{3, 4, 1, 6, 2, 5};
  Floats values(6);
  top_k<float>(in, {1, 3, 2}, 3, true, values, {});
  EXPECT_EQ(values, (Floats{1, 4, 2, 5, 3, 6}));
}

TEST(Sort, NaNIsAboveEverything) {
  const Floats in{1, kNaN, std::numeric_limits<float>::infinity()};
  Floats values(3);
  Indices indices(3);
  top_k<float>(in, {1, 3, 1}, 3, false, values, indices);
  EXPECT_EQ(indices, (Indices{1, 2, 0}));
  top_k<float>(in, {1, 3, 1}, 3, true, values, indices);
  EXPECT_EQ(indices, (Indices{0, 2, 1}));
}

TEST(Dispatch, FindsTheType) {
  const auto size = [](DType type) {
    return visit_type(type, [](auto tag) { return sizeof(typename decltype(tag)::type); });
  };
  for (const DType type :
       {DType::kInt8, DType::kUInt8, DType::kInt32, DType::kFloat32, DType::kInt64, DType::kBool}) {
    EXPECT_EQ(size(type), size_of(type));
  }
}

}  // namespace
}  // namespace systole::numerics
