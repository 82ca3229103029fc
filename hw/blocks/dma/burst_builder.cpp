#include "hw/blocks/dma/burst_builder.h"

#include <algorithm>

namespace systole::dma {
namespace {

/// Appends bytes to a side: they lengthen its last piece where they continue it, and are cut at boundaries.
void append(std::vector<Piece>& pieces, std::uint64_t address, std::uint32_t offset, std::uint32_t bytes) {
  while (bytes > 0) {
    const std::uint64_t to_boundary = kBoundary - address % kBoundary;
    const auto part = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, to_boundary));
    const bool continues = !pieces.empty() && address % kBoundary != 0 &&
                           pieces.back().address + pieces.back().bytes == address &&
                           pieces.back().offset + pieces.back().bytes == offset;
    if (continues) {
      pieces.back().bytes += part;
    } else {
      pieces.push_back({address, offset, part});
    }
    address += part;
    offset += part;
    bytes -= part;
  }
}

}  // namespace

BurstBuilder::BurstBuilder(const sgb_dma& dma, std::uint32_t burst_bytes)
    : generator_(dma), burst_bytes_(burst_bytes), element_bytes_(dma.element_bytes) {}

bool BurstBuilder::next(Burst& burst) {
  burst.bytes = 0;
  burst.reads.clear();
  burst.writes.clear();
  burst.fills.clear();
  while (burst.bytes < burst_bytes_) {
    if (rest_.bytes == 0) {
      phase_ = 0;
      if (!generator_.next(rest_)) break;
    }
    const auto part =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(rest_.bytes, burst_bytes_ - burst.bytes));
    if (rest_.fill) {
      burst.fills.push_back({burst.bytes, part, phase_});
      phase_ = (phase_ + part) % element_bytes_;
    } else {
      append(burst.reads, rest_.src, burst.bytes, part);
      rest_.src += part;
    }
    append(burst.writes, rest_.dst, burst.bytes, part);
    rest_.dst += part;
    rest_.bytes -= part;
    burst.bytes += part;
  }
  return burst.bytes > 0;
}

}  // namespace systole::dma
