#include "hw/blocks/dma/burst_builder.h"

#include <gtest/gtest.h>

#include "tests/block/dma/dma_case.h"

namespace systole::dma {
namespace {

using test::ByteMove;
using test::define;
using test::linear_dma;
using test::make_dma;

std::vector<Burst> bursts_of(const sgb_dma& dma, std::uint32_t burst_bytes) {
  BurstBuilder builder(dma, burst_bytes);
  std::vector<Burst> bursts;
  for (Burst burst; builder.next(burst);) bursts.push_back(burst);
  return bursts;
}

TEST(BurstBuilder, CutsALinearCopy) {
  const auto bursts = bursts_of(linear_dma(0, 0x10000, 600), 256);
  ASSERT_EQ(bursts.size(), 3U);
  EXPECT_EQ(bursts[0].bytes, 256U);
  EXPECT_EQ(bursts[2].bytes, 88U);
  ASSERT_EQ(bursts[1].reads.size(), 1U);
  EXPECT_EQ(bursts[1].reads[0].address, 256U);
  EXPECT_EQ(bursts[1].writes[0].address, 0x10100U);
}

TEST(BurstBuilder, PiecesDoNotCrossBoundariesOfTheirOwnSide) {
  // 256 bytes from 4096 - 100 to an aligned place: the read has two pieces, the write one.
  const auto bursts = bursts_of(linear_dma(kBoundary - 100, 0x10000, 256), 256);
  ASSERT_EQ(bursts.size(), 1U);
  ASSERT_EQ(bursts[0].reads.size(), 2U);
  EXPECT_EQ(bursts[0].reads[0].bytes, 100U);
  EXPECT_EQ(bursts[0].reads[1].address, kBoundary);
  EXPECT_EQ(bursts[0].reads[1].offset, 100U);
  EXPECT_EQ(bursts[0].reads[1].bytes, 156U);
  EXPECT_EQ(bursts[0].writes.size(), 1U);
}

TEST(BurstBuilder, ATransposeReadsLongPiecesAndWritesElements) {
  // NCHW to NHWC: 2 channels of 8 pixels; the source runs on, every byte goes to a place of its own.
  const auto bursts = bursts_of(make_dma(0, 0x1000, 1, {{2, 0, 2, 8, 1}, {8, 0, 8, 1, 2}}), 256);
  ASSERT_EQ(bursts.size(), 1U);
  EXPECT_EQ(bursts[0].reads.size(), 1U);
  EXPECT_EQ(bursts[0].reads[0].bytes, 16U);
  EXPECT_EQ(bursts[0].writes.size(), 16U);
}

TEST(BurstBuilder, FillKeepsItsPhaseOverBursts) {
  // 5 elements of 8 bytes, all padding, in bursts of 12: 12, 12, 12, 4.
  const auto bursts = bursts_of(make_dma(0, 0x1000, 8, {{5, -9, 1, 8, 8}}), 12);
  ASSERT_EQ(bursts.size(), 4U);
  EXPECT_EQ(bursts[0].fills[0].phase, 0U);
  EXPECT_EQ(bursts[1].fills[0].phase, 4U);
  EXPECT_EQ(bursts[2].fills[0].phase, 0U);
  EXPECT_EQ(bursts[3].fills[0].phase, 4U);
  EXPECT_TRUE(bursts[0].reads.empty());
}

/// What a burst's two sides do to its bytes, put together again.
std::vector<ByteMove> bytes_of(const Burst& burst, const sgb_dma& dma) {
  std::vector<ByteMove> moves(burst.bytes);
  std::vector<int> filled(burst.bytes, 0);
  std::vector<int> written(burst.bytes, 0);
  for (const Piece& piece : burst.reads) {
    for (std::uint32_t b = 0; b < piece.bytes; ++b) {
      moves[piece.offset + b].src = piece.address + b;
      ++filled[piece.offset + b];
    }
  }
  for (const FillPiece& piece : burst.fills) {
    for (std::uint32_t b = 0; b < piece.bytes; ++b) {
      moves[piece.offset + b].fill = true;
      moves[piece.offset + b].value =
          static_cast<std::uint8_t>(dma.fill >> (8 * ((piece.phase + b) % dma.element_bytes)));
      ++filled[piece.offset + b];
    }
  }
  for (const Piece& piece : burst.writes) {
    for (std::uint32_t b = 0; b < piece.bytes; ++b) {
      moves[piece.offset + b].dst = piece.address + b;
      ++written[piece.offset + b];
    }
  }
  EXPECT_EQ(filled, std::vector<int>(burst.bytes, 1));
  EXPECT_EQ(written, std::vector<int>(burst.bytes, 1));
  return moves;
}

TEST(BurstBuilder, AgreesWithTheDefinitionByteForByte) {
  std::mt19937 random(2);
  for (int i = 0; i < 2000; ++i) {
    sgb_dma dma = test::random_dma(random);
    dma.src += random() % 8192;
    dma.dst += random() % 8192;
    const auto burst_bytes = static_cast<std::uint32_t>(1 + random() % 300);
    std::vector<ByteMove> moves;
    const std::vector<Burst> bursts = bursts_of(dma, burst_bytes);
    for (const Burst& burst : bursts) {
      ASSERT_LE(burst.bytes, burst_bytes);
      for (const Piece& piece : burst.reads) {
        ASSERT_EQ(piece.address / kBoundary, (piece.address + piece.bytes - 1) / kBoundary);
      }
      for (const Piece& piece : burst.writes) {
        ASSERT_EQ(piece.address / kBoundary, (piece.address + piece.bytes - 1) / kBoundary);
      }
      const std::vector<ByteMove> part = bytes_of(burst, dma);
      moves.insert(moves.end(), part.begin(), part.end());
    }
    for (std::size_t b = 0; b + 1 < bursts.size(); ++b) ASSERT_EQ(bursts[b].bytes, burst_bytes);
    ASSERT_EQ(moves, define(dma)) << "case " << i;
  }
}

}  // namespace
}  // namespace systole::dma
