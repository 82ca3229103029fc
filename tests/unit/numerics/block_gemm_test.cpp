// Products by a block-diagonal matrix: block by block the same as dense products, bit by bit, whatever stands
// between the blocks.
#include "hw/numerics/block_gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace systole::numerics {
namespace {

/// Three blocks of 2 channels and 3 columns, 5 taps, 4 rows of A.
class BlockGemm : public ::testing::Test {
protected:
  static constexpr std::size_t kM = 4, kTaps = 5, kEach = 2, kColumns = 3, kBlocks = 3;
  static constexpr std::size_t kChannels = kEach * kBlocks, kN = kColumns * kBlocks, kK = kTaps * kChannels;

  BlockGemm() {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (float& x : a_) x = normal(random);
    for (float& x : b_) x = normal(random);
    for (float& x : start_) x = normal(random);
  }

  /// Column n of row m by the definition.
  [[nodiscard]] float expected(std::size_t m, std::size_t n, float sum) const {
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      for (std::size_t c = n / kColumns * kEach; c < (n / kColumns + 1) * kEach; ++c) {
        const std::size_t k = tap * kChannels + c;
        const volatile float product = a_[m * kK + k] * b_[k * kN + n];
        sum += product;
      }
    }
    return sum;
  }

  /// Columns [first, first + count) of the product; those beside them stay as they were.
  [[nodiscard]] std::vector<float> product(std::size_t first, std::size_t count, bool accumulate) const {
    std::vector<float> c = start_;
    gemm({.m = kM,
          .n = count,
          .k = kK,
          .a = a_.data(),
          .lda = kK,
          .b = b_.data() + first,
          .b_layout = BLayout::row_major(kN),
          .c = c.data() + first,
          .ldc = kN,
          .accumulate = accumulate},
         {.channels = kChannels, .channels_each = kEach, .columns = kColumns, .at = first});
    return c;
  }

  std::vector<float> a_ = std::vector<float>(kM * kK);
  std::vector<float> b_ = std::vector<float>(kK * kN);
  std::vector<float> start_ = std::vector<float>(kM * kN);
};

TEST_F(BlockGemm, IsTheDefinitionForAnyColumns) {
  for (std::size_t first = 0; first < kN; ++first) {
    for (std::size_t count = 1; first + count <= kN; ++count) {
      for (const bool accumulate : {false, true}) {
        const std::vector<float> c = product(first, count, accumulate);
        for (std::size_t i = 0; i < c.size(); ++i) {
          const std::size_t n = i % kN;
          const bool inside = n >= first && n < first + count;
          const float wanted = inside ? expected(i / kN, n, accumulate ? start_[i] : 0.0F) : start_[i];
          ASSERT_EQ(c[i], wanted) << first << " " << count << " " << i;
        }
      }
    }
  }
}

TEST_F(BlockGemm, WhatIsNotFiniteStaysInItsBlock) {
  a_[2] = std::numeric_limits<float>::infinity();           // row 0, channel 2: the second block
  a_[kK + 4] = std::numeric_limits<float>::quiet_NaN();     // row 1, channel 4: the third
  b_[0 * kN + 8] = std::numeric_limits<float>::infinity();  // a gap: channel 0 with a column of the third
  const std::vector<float> c = product(0, kN, false);
  for (std::size_t i = 0; i < c.size(); ++i) {
    const bool spoilt = (i / kN == 0 && i % kN / kColumns == 1) || (i / kN == 1 && i % kN / kColumns == 2);
    EXPECT_EQ(std::isfinite(c[i]), !spoilt) << i;
    if (!spoilt) {
      EXPECT_EQ(c[i], expected(i / kN, i % kN, 0.0F));
    }
  }
}

}  // namespace
}  // namespace systole::numerics
