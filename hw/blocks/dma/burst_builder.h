// Cuts a DMA descriptor's segments into bursts: what passes through one slot of the engine's buffer. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/blocks/dma/address_generator.h"

namespace systole::dma {

/// One transaction: `bytes` at `address`, which stand at `offset` in the burst's buffer.
struct Piece {
  std::uint64_t address = 0;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
};

/// Fill that the engine makes itself: bytes of the fill element, starting at its byte `phase`.
struct FillPiece {
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
  std::uint32_t phase = 0;
};

/// Up to `burst` consecutive bytes of the descriptor's stream. The two sides are independent: a transpose may
/// read one long piece and write many of one element, or the other way round.
struct Burst {
  std::uint32_t bytes = 0;
  std::vector<Piece> reads;   ///< contiguous in the source
  std::vector<Piece> writes;  ///< contiguous in the destination
  std::vector<FillPiece> fills;
};

/// No piece crosses a multiple of this: regions of the address map are aligned to it, so that a transaction
/// lies in one region or in none.
inline constexpr std::uint64_t kBoundary = 4096;

class BurstBuilder {
public:
  /// burst_bytes >= 1.
  BurstBuilder(const sgb_dma& dma, std::uint32_t burst_bytes);
  /// The next burst (its vectors keep their memory from call to call), or false at the end.
  bool next(Burst& burst);

private:
  AddressGenerator generator_;
  std::uint32_t burst_bytes_;
  std::uint32_t element_bytes_;
  Segment rest_;             ///< what is left of the current segment
  std::uint32_t phase_ = 0;  ///< fill that was already used of the current element
};

}  // namespace systole::dma
