// The three situations of a convolution in a scratchpad: its feature maps fit, its weights fit, neither fits.
// Exact DRAM traffic; loops run forth and back, so that a pass begins with what the one before has ended
// with.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::Network;

struct Mapped {
  mapper::MapReport report;
  std::uint64_t rows = 0;     ///< output rows of a tile
  std::uint64_t columns = 0;  ///< output channels
};

/// A 3 x 3 convolution of size x size pixels, padding 1, int8, on a 16 x 16 array.
Mapped map_layer(std::int64_t size, std::int64_t in_c, std::int64_t out_c, std::uint64_t sram) {
  Network net;
  ir::ConvAttributes a;
  a.window.kernel = {3, 3};
  a.window.pad_begin = a.window.pad_end = {1, 1};
  net.output(net.qconv(net.input(DType::kInt8, {1, in_c, size, size}), out_c, a));
  mapper::Capability c = test::capability(DType::kInt8, sram);
  c.array.rows = c.array.cols = 16;
  c.array.accumulator_depth = 1024;  // 64 KiB
  Mapped mapped;
  test::map_or_fail(net.graph(), c, {mapper::WeightPolicy::kStreamed}, &mapped.report);
  unsigned long rows = 0;
  unsigned long columns = 0;
  if (std::sscanf(mapped.report.nodes[0].tiling.c_str(), "rows %lu x channels %lu", &rows, &columns) == 2) {
    mapped.rows = rows;
    mapped.columns = columns;
  }
  return mapped;
}

TEST(Situation, FeatureMapsFitSoWeightsComeOnceInBlocks) {
  // Input 14 x 14 x 64 = 12,544 bytes; weights 9 x 64 x 512, bias and scales 8 x 512; result 14 x 14 x 512.
  const Mapped mapped = map_layer(14, 64, 512, 64 * 1024);
  constexpr std::uint64_t kOnce = 12'544 + 294'912 + 4'096 + 100'352;
  EXPECT_EQ(mapped.report.compulsory_dram_bytes, kOnce);
  EXPECT_EQ(mapped.report.dram_bytes, kOnce);
  EXPECT_LT(mapped.columns, 512U);
  EXPECT_GT(mapped.report.nodes[0].commands, 1U);
}

TEST(Situation, WeightsFitSoFeatureMapsComeInBlocksOfRows) {
  // Weights 9 x 64 x 64 = 36,864 bytes and 8 x 64; maps of 56 x 56 x 64 = 200,704 bytes.
  const Mapped mapped = map_layer(56, 64, 64, 128 * 1024);
  constexpr std::uint64_t kOnce = 36'864 + 512 + 2 * 200'704;
  EXPECT_EQ(mapped.report.compulsory_dram_bytes, kOnce);
  ASSERT_GT(mapped.rows, 0U);
  EXPECT_EQ(mapped.columns, 64U);
  // Two blocks that meet share two input rows.
  const std::uint64_t blocks = (56 + mapped.rows - 1) / mapped.rows;
  EXPECT_GT(blocks, 1U);
  EXPECT_EQ(mapped.report.dram_bytes, kOnce + (blocks - 1) * 2 * 56 * 64);
  EXPECT_LT(static_cast<double>(mapped.report.dram_bytes), 1.2 * kOnce);
}

TEST(Situation, NeitherFitsSoOneOfThemComesSeveralTimes) {
  // Input 28 x 28 x 256 = 200,704 bytes, weights 9 x 256 x 256 = 589,824 and 8 x 256, result 200,704.
  const Mapped mapped = map_layer(28, 256, 256, 96 * 1024);
  constexpr std::uint64_t kInput = 200'704;
  constexpr std::uint64_t kWeights = 589'824 + 2'048;
  EXPECT_EQ(mapped.report.compulsory_dram_bytes, 2 * kInput + kWeights);
  ASSERT_GT(mapped.rows, 0U);
  ASSERT_EQ(256 % mapped.columns, 0U);
  ASSERT_EQ(28 % mapped.rows, 0U);
  const std::uint64_t row_tiles = 28 / mapped.rows;
  const std::uint64_t column_tiles = 256 / mapped.columns;
  EXPECT_GT(row_tiles, 1U);
  EXPECT_GT(column_tiles, 1U);
  const std::uint64_t blocks = kInput + (row_tiles - 1) * 2 * 28 * 256;  // the input in blocks of rows, once
  const std::uint64_t edge = (mapped.rows + 1) * 28 * 256;               // its first or last block
  // Either the weights come for every block of rows, or the input for every block of channels. Split sums
  // move both for every tile.
  const std::uint64_t rows_stay = blocks + row_tiles * kWeights - (row_tiles - 1) * kWeights / column_tiles;
  const std::uint64_t weights_stay = kWeights + column_tiles * blocks - (column_tiles - 1) * edge;
  const std::uint64_t split = column_tiles * blocks + row_tiles * kWeights;
  const std::uint64_t moved = mapped.report.dram_bytes - kInput;  // without the result
  EXPECT_TRUE(moved == rows_stay || moved == weights_stay || moved == split)
      << moved << ": " << rows_stay << ", " << weights_stay << ", " << split;
  EXPECT_GT(mapped.report.dram_bytes, mapped.report.compulsory_dram_bytes);
}

// No convolution moves its window matrix (Toeplitz matrix): 3 x 3 windows would make the input nine times as
// large. What a mapping reads of the input is the input, once for every pass, and the rows that blocks share:
// in 64 KiB blocks are of few rows, which share most of theirs.
TEST(Situation, WindowsAreNeverMadeInMemory) {
  constexpr std::uint64_t kMap = 200'704;
  constexpr std::uint64_t kWeights = 36'864 + 512;
  EXPECT_LT(map_layer(56, 64, 64, 512 * 1024).report.dram_bytes, kWeights + kMap + 2 * kMap);
  EXPECT_LT(map_layer(56, 64, 64, 128 * 1024).report.dram_bytes, kWeights + kMap + 2 * kMap);
  EXPECT_LT(2 * map_layer(56, 64, 64, 64 * 1024).report.dram_bytes, kWeights + kMap + 9 * kMap);
}

}  // namespace
}  // namespace systole
