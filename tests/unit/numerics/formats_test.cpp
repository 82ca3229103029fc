// Conversions of the number formats: every value of the small ones, against tables made from the definitions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "hw/numerics/formats/bit_gemm.h"
#include "hw/numerics/formats/float16.h"
#include "hw/numerics/formats/format_gemm.h"
#include "hw/numerics/formats/packed.h"

namespace systole::numerics {
namespace {

using F = NumberFormat;

/// (-1)^s * 2^e * f, as IEEE 754 defines binary16; not for infinities and NaNs.
double half_value(std::uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST(Half, EveryPatternHasItsValue) {
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto half = static_cast<std::uint16_t>(i);
    const float value = half_to_float(half);
    if ((i >> 10U & 31U) == 31U) {
      EXPECT_EQ(std::isnan(value), (i & 1023U) != 0);
      EXPECT_EQ(std::signbit(value), i >= 0x8000U);
    } else {
      ASSERT_EQ(static_cast<double>(value), half_value(half)) << i;
      ASSERT_EQ(std::signbit(value), i >= 0x8000U) << i;
    }
    if (!std::isnan(value)) {
      ASSERT_EQ(float_to_half(value), half) << i;
    } else {
      ASSERT_TRUE(std::isnan(half_to_float(float_to_half(value))));
    }
  }
}

TEST(Half, RoundsToTheNearestWithTiesToEven) {
  // Between every two neighbours: the middle, and the floats beside it.
  for (std::uint16_t low = 0; low < 0x7bffU; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const auto middle = static_cast<float>((half_value(low) + half_value(high)) / 2);  // exact
    const std::uint16_t even = (low & 1U) == 0 ? low : high;
    ASSERT_EQ(float_to_half(middle), even) << low;
    ASSERT_EQ(float_to_half(-middle), even | 0x8000U) << low;
    ASSERT_EQ(float_to_half(std::nextafter(middle, 0.0F)), low) << low;
    ASSERT_EQ(float_to_half(std::nextafter(middle, 1e9F)), high) << low;
  }
  EXPECT_EQ(float_to_half(65519.996F), 0x7bffU);
  EXPECT_EQ(float_to_half(65520.0F), 0x7c00U);  // half way to 65536 goes to the even one, which is infinity
  EXPECT_EQ(float_to_half(1e30F), 0x7c00U);
  EXPECT_EQ(float_to_half(-1e30F), 0xfc00U);
  EXPECT_EQ(float_to_half(std::numeric_limits<float>::infinity()), 0x7c00U);
  EXPECT_EQ(float_to_half(std::ldexp(1.0F, -25)), 0U);  // half way to the least subnormal
  EXPECT_EQ(float_to_half(std::numeric_limits<float>::denorm_min()), 0U);
}

TEST(BFloat, EveryPatternAndEveryMiddle) {
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto pattern = static_cast<std::uint16_t>(i);
    const float value = bfloat_to_float(pattern);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(bfloat_to_float(float_to_bfloat(value))));
      continue;
    }
    ASSERT_EQ(float_to_bfloat(value), pattern);
    if (std::isinf(value)) continue;
    // One more bit is the middle of this one and the next.
    const auto middle = std::bit_cast<float>((i << 16U) | 0x8000U);
    ASSERT_EQ(float_to_bfloat(middle), (i & 1U) == 0 ? i : i + 1);
    ASSERT_EQ(float_to_bfloat(std::bit_cast<float>((i << 16U) | 0x7fffU)), i);
    ASSERT_EQ(float_to_bfloat(std::bit_cast<float>((i << 16U) | 0x8001U)), i + 1);
  }
  EXPECT_EQ(float_to_bfloat(std::numeric_limits<float>::max()), 0x7f80U);  // overflow
}

/// The values of a format, by their codes.
std::vector<std::int32_t> values_of(F format) {
  switch (format) {
    case F::kBinary:
      return {-1, 1};
    case F::kTernary:
      return {0, 1, -1, -1};  // the third code is none of its values
    case F::kInt2:
      return {0, 1, -2, -1};
    case F::kInt4:
      return {0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1};
    default:
      return {0, 1, 2, 4, 8, 16, 32, 64, 0, -1, -2, -4, -8, -16, -32, -64};
  }
}

TEST(PackedFormats, EveryCodeAndEveryValue) {
  for (const F format : {F::kBinary, F::kTernary, F::kInt2, F::kInt4, F::kPowerOfTwo}) {
    const std::vector<std::int32_t> values = values_of(format);
    ASSERT_EQ(values.size(), 1U << traits_of(format).bits);
    for (std::uint32_t code = 0; code < values.size(); ++code) {
      EXPECT_EQ(decode(format, code), values[code]) << name_of(format) << " " << code;
      EXPECT_EQ(decode(format, encode(format, values[code])), values[code]) << name_of(format);
    }
    for (std::int32_t x = -128; x < 128; ++x) {
      // The nearest value; of two the greater in magnitude. Binary: the sign.
      std::int32_t nearest = values.back();
      for (const std::int32_t value : values) {
        const std::int32_t better = std::abs(nearest - x) - std::abs(value - x);
        if (better > 0 || (better == 0 && std::abs(value) > std::abs(nearest))) nearest = value;
      }
      if (format == F::kBinary) nearest = x < 0 ? -1 : 1;
      EXPECT_EQ(decode(format, encode(format, x)), nearest) << name_of(format) << " " << x;
      if (format != F::kPowerOfTwo) {
        EXPECT_EQ(saturate_to(format, x), nearest) << name_of(format) << " " << x;
      }
    }
  }
}

TEST(PackedFormats, PowersOfTwoFromFloats) {
  EXPECT_EQ(nearest_power_of_two(0.49F), 0);
  EXPECT_EQ(nearest_power_of_two(0.5F), 1);
  EXPECT_EQ(nearest_power_of_two(-1.49F), -1);
  EXPECT_EQ(nearest_power_of_two(-1.5F), -2);
  EXPECT_EQ(nearest_power_of_two(3.0F), 4);
  EXPECT_EQ(nearest_power_of_two(47.9F), 32);
  EXPECT_EQ(nearest_power_of_two(48.0F), 64);
  EXPECT_EQ(nearest_power_of_two(1e30F), 64);
  EXPECT_EQ(nearest_power_of_two(std::numeric_limits<float>::quiet_NaN()), 0);
}

TEST(PackedFormats, RowsGoThereAndBack) {
  std::mt19937 random(5);
  for (const F format : {F::kBinary, F::kTernary, F::kInt2, F::kInt4, F::kPowerOfTwo, F::kInt8, F::kInt16}) {
    for (std::size_t count = 1; count <= 19; ++count) {
      const std::size_t size = size_of(traits_of(format).element);
      std::vector<std::byte> elements(count * size);
      for (auto& x : elements) x = static_cast<std::byte>(random());
      std::vector<std::byte> packed(packed_bytes(format, count));
      pack_row(format, elements.data(), size, count, packed.data());
      std::vector<std::byte> back(elements.size());
      unpack_row(format, packed.data(), count, back.data());
      std::vector<std::byte> again(packed.size());
      pack_row(format, back.data(), size, count, again.data());
      EXPECT_EQ(again, packed);
      if (traits_of(format).bits == 8 * size) {
        EXPECT_EQ(back, elements);
      }
    }
  }
  // 5 elements of 2 bits: two bytes, the first element lowest.
  const std::vector<std::int8_t> elements{1, -2, 0, -1, 1};
  std::vector<std::byte> packed(packed_bytes(F::kInt2, 5));
  pack_row(F::kInt2, reinterpret_cast<const std::byte*>(elements.data()), 1, 5, packed.data());
  EXPECT_EQ(packed, (std::vector<std::byte>{std::byte{0b11001001}, std::byte{0b00000001}}));
}

TEST(Accumulators, HoldWrapAndSaturate) {
  EXPECT_EQ(hold(127, 8, Overflow::kWrap), 127);
  EXPECT_EQ(hold(128, 8, Overflow::kWrap), -128);
  EXPECT_EQ(hold(-129, 8, Overflow::kWrap), 127);
  EXPECT_EQ(hold(1000, 8, Overflow::kSaturate), 127);
  EXPECT_EQ(hold(-1000, 8, Overflow::kSaturate), -128);
  EXPECT_EQ(hold(std::int64_t{1} << 47, 48, Overflow::kWrap), -(std::int64_t{1} << 47));
  // Saturation counts where it happens: 100 + 100 - 100 is 27 in 8 bits, not 100.
  const std::vector<std::int8_t> a{100, 100, -100};
  const std::vector<std::int8_t> b{1, 1, 1};
  std::int32_t sum = 0;
  FormatGemm<std::int32_t> g{.m = 1,
                             .n = 1,
                             .k = 3,
                             .a = a.data(),
                             .lda = 3,
                             .b = b.data(),
                             .ldb = 1,
                             .c = &sum,
                             .ldc = 1,
                             .bits = 8,
                             .overflow = Overflow::kSaturate};
  gemm(g);
  EXPECT_EQ(sum, 27);
  g.overflow = Overflow::kWrap;
  gemm(g);
  EXPECT_EQ(sum, 100);
}

TEST(BitGemm, IsThePlainProduct) {
  std::mt19937 random(9);
  for (const F a_format : {F::kInt8, F::kUInt8, F::kInt16, F::kInt4, F::kInt2, F::kTernary, F::kBinary}) {
    for (const F b_format : {F::kInt8, F::kInt4, F::kInt2, F::kTernary, F::kBinary, F::kPowerOfTwo}) {
      const std::size_t m = 3, n = 4, k = 1 + random() % 150;
      const auto draw = [&](F format) {
        const auto raw = static_cast<std::int32_t>(random() >> 8U);
        if (format == F::kInt16) return std::int32_t{static_cast<std::int16_t>(raw)};
        if (format == F::kUInt8) return raw & 255;
        return decode(format, static_cast<std::uint32_t>(raw));
      };
      std::vector<std::int32_t> a(m * k), b(k * n);
      for (auto& x : a) x = draw(a_format);
      for (auto& x : b) x = draw(b_format);
      const std::vector<std::int8_t> a8(a.begin(), a.end());
      const std::vector<std::int16_t> a16(a.begin(), a.end());
      const std::vector<std::int8_t> b8(b.begin(), b.end());
      std::vector<std::int64_t> c(m * n);
      const BitGemm g{.m = m,
                      .n = n,
                      .k = k,
                      .a = a_format == F::kInt16 ? static_cast<const void*>(a16.data()) : a8.data(),
                      .a_format = a_format,
                      .lda = k,
                      .b = b8.data(),
                      .b_format = b_format,
                      .ldb = n,
                      .c = c.data(),
                      .ldc = n};
      gemm_bit_serial(g);
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          std::int64_t sum = 0;
          for (std::size_t x = 0; x < k; ++x) sum += std::int64_t{a[i * k + x]} * b[x * n + j];
          ASSERT_EQ(c[i * n + j], sum) << name_of(a_format) << " x " << name_of(b_format);
        }
      }
      if (a_format == F::kBinary && b_format == F::kBinary) {
        std::vector<std::int64_t> counted(m * n);
        BitGemm xnor = g;
        xnor.c = counted.data();
        gemm_xnor(xnor);
        EXPECT_EQ(counted, c);
      }
    }
  }
}

}  // namespace
}  // namespace systole::numerics
