#include "hw/blocks/dma/address_generator.h"

#include <gtest/gtest.h>

#include "tests/block/dma/dma_case.h"

namespace systole::dma {
namespace {

using test::ByteMove;
using test::define;
using test::linear_dma;
using test::make_dma;

std::vector<Segment> segments_of(const sgb_dma& dma) {
  AddressGenerator generator(dma);
  std::vector<Segment> segments;
  for (Segment segment; generator.next(segment);) segments.push_back(segment);
  return segments;
}

std::vector<ByteMove> bytes_of(const std::vector<Segment>& segments, const sgb_dma& dma) {
  std::vector<ByteMove> moves;
  for (const Segment& segment : segments) {
    for (std::uint64_t b = 0; b < segment.bytes; ++b) {
      const auto value = static_cast<std::uint8_t>(dma.fill >> (8 * (b % dma.element_bytes)));
      moves.push_back({segment.fill, segment.fill ? 0 : segment.src + b,
                       segment.fill ? value : std::uint8_t{0}, segment.dst + b});
    }
  }
  return moves;
}

TEST(AddressGenerator, ALinearCopyIsOneSegment) {
  const auto segments = segments_of(linear_dma(0x100, 0x9000, 100'000));
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].src, 0x100U);
  EXPECT_EQ(segments[0].dst, 0x9000U);
  EXPECT_EQ(segments[0].bytes, 100'000U);
}

TEST(AddressGenerator, DenseDimensionsMerge) {
  // 4 x 5 x 6 elements of 2 bytes, dense on both sides: 240 bytes at once.
  const auto segments =
      segments_of(make_dma(0, 0x1000, 2, {{4, 0, 4, 60, 60}, {5, 0, 5, 12, 12}, {6, 0, 6, 2, 2}}));
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].bytes, 240U);
}

TEST(AddressGenerator, AWindowHasOneSegmentPerRow) {
  // 3 rows of 4 bytes out of an image of 10 bytes a row, from (2, 5), into a dense tile.
  const auto segments = segments_of(make_dma(0, 0x1000, 1, {{3, 2, 8, 10, 4}, {4, 5, 10, 1, 1}}));
  ASSERT_EQ(segments.size(), 3U);
  EXPECT_EQ(segments[0].src, 25U);
  EXPECT_EQ(segments[1].src, 35U);
  EXPECT_EQ(segments[2].dst, 0x1008U);
  EXPECT_EQ(segments[2].bytes, 4U);
}

TEST(AddressGenerator, PaddingOnAllSides) {
  // A 2 x 2 image with one byte of padding around it: 4 x 4. Rows: 4 fill; 1, 2, 1; 1, 2, 1; 4 fill.
  const auto segments = segments_of(make_dma(0x500, 0x1000, 1, {{4, -1, 2, 2, 4}, {4, -1, 2, 1, 1}}));
  const std::vector<std::uint64_t> lengths{4, 1, 2, 1, 1, 2, 1, 4};
  ASSERT_EQ(segments.size(), lengths.size());
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    EXPECT_EQ(segments[i].bytes, lengths[i]);
    EXPECT_EQ(segments[i].fill, i != 2 && i != 5);
  }
  EXPECT_EQ(segments[2].src, 0x500U);
  EXPECT_EQ(segments[5].src, 0x502U);
}

TEST(AddressGenerator, FiveDimensionsAreAWindowMatrix) {
  // 3 x 3 windows, stride 2, of a channels-last map of 9 x 8 x 4 bytes: 4 x 3 pixels of 36 bytes, by (output
  // row, output column, kernel row, kernel column, channel). The source moves by the stride for an output
  // pixel and by one pixel for a tap, so windows overlap; a kernel row of 12 bytes is one segment.
  constexpr std::int32_t kLine = 8 * 4;
  const auto segments = segments_of(make_dma(0x100, 0x1000, 1,
                                             {{4, 0, 4, 2 * kLine, 3 * 36},
                                              {3, 0, 3, 2 * 4, 36},
                                              {3, 0, 3, kLine, 12},
                                              {3, 0, 3, 4, 4},
                                              {4, 0, 4, 1, 1}}));
  ASSERT_EQ(segments.size(), 4U * 3 * 3);
  std::size_t at = 0;
  for (std::uint64_t oy = 0; oy < 4; ++oy) {
    for (std::uint64_t ox = 0; ox < 3; ++ox) {
      for (std::uint64_t ky = 0; ky < 3; ++ky, ++at) {
        EXPECT_EQ(segments[at].src, 0x100 + (2 * oy + ky) * kLine + 2 * ox * 4);
        EXPECT_EQ(segments[at].dst, 0x1000 + (oy * 3 + ox) * 36 + ky * 12);
        EXPECT_EQ(segments[at].bytes, 12U);
      }
    }
  }
}

TEST(AddressGenerator, NothingInsideIsAllFill) {
  const auto segments = segments_of(make_dma(0, 0x1000, 4, {{8, 3, 2, 64, 64}, {16, 0, 16, 4, 4}}));
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_TRUE(segments[0].fill);
  EXPECT_EQ(segments[0].bytes, 512U);
}

TEST(AddressGenerator, ABroadcastReadsTheSameBytesAgain) {
  const auto segments = segments_of(make_dma(0x40, 0x1000, 1, {{3, 0, 3, 0, 8}, {8, 0, 8, 1, 1}}));
  ASSERT_EQ(segments.size(), 3U);
  for (const Segment& segment : segments) EXPECT_EQ(segment.src, 0x40U);
}

TEST(AddressGenerator, LargestValuesNeitherHangNorOverflowAtOnce) {
  // Only the first segments are asked for: the whole would be 2^192 bytes.
  const sgb_dma_dim huge{0xffffffffU, INT32_MIN, 0xffffffffU, INT32_MIN, INT32_MAX};
  sgb_dma dma = make_dma(~0ULL, ~0ULL, 8, {huge, huge, huge, huge, huge, huge});
  AddressGenerator generator(dma);
  Segment segment;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(generator.next(segment));
  for (sgb_dma_dim& dim : dma.dim) dim = {0xffffffffU, 0, 0xffffffffU, 0, 0};
  AddressGenerator broadcast(dma);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(broadcast.next(segment));
}

TEST(AddressGenerator, AgreesWithTheDefinitionByteForByte) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    const sgb_dma dma = test::random_dma(random);
    ASSERT_EQ(check(dma), SGB_ERROR_NONE);
    ASSERT_EQ(bytes_of(segments_of(dma), dma), define(dma)) << "case " << i;
  }
}

TEST(AddressGenerator, FieldsAreChecked) {
  const sgb_dma good = linear_dma(0, 0, 16);
  EXPECT_EQ(check(good), SGB_ERROR_NONE);
  sgb_dma bad = good;
  bad.rank = 0;
  EXPECT_EQ(check(bad), SGB_ERROR_BAD_FIELD);
  bad.rank = SGB_MAX_RANK + 1;
  EXPECT_EQ(check(bad), SGB_ERROR_BAD_FIELD);
  bad = good;
  bad.element_bytes = 3;
  EXPECT_EQ(check(bad), SGB_ERROR_BAD_FIELD);
  bad = good;
  bad.stream = SGB_STREAM_COUNT;
  EXPECT_EQ(check(bad), SGB_ERROR_BAD_FIELD);
  bad = good;
  bad.dim[0].extent = 0;
  EXPECT_EQ(check(bad), SGB_ERROR_BAD_FIELD);
}

}  // namespace
}  // namespace systole::dma
