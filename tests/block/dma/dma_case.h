// DMA descriptors for tests, and what they mean.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "hw/abi/descriptor.h"

namespace systole::test {

/// A descriptor with these dimensions, outermost first.
inline sgb_dma make_dma(std::uint64_t src, std::uint64_t dst, std::uint8_t element_bytes,
                        const std::vector<sgb_dma_dim>& dims, std::uint64_t fill = 0) {
  sgb_dma dma{};
  dma.src = src;
  dma.dst = dst;
  dma.rank = static_cast<std::uint8_t>(dims.size());
  dma.element_bytes = element_bytes;
  dma.fill = fill;
  for (std::size_t d = 0; d < dims.size(); ++d) dma.dim[d] = dims[d];
  return dma;
}

/// `bytes` contiguous bytes.
inline sgb_dma linear_dma(std::uint64_t src, std::uint64_t dst, std::uint32_t bytes) {
  return make_dma(src, dst, 1, {{bytes, 0, bytes, 1, 1}});
}

/// One byte of the stream, as the definition in descriptor.h gives it.
struct ByteMove {
  bool fill = false;
  std::uint64_t src = 0;
  std::uint8_t value = 0;  ///< of a fill byte
  std::uint64_t dst = 0;
  bool operator==(const ByteMove&) const = default;
};

/// The definition, word by word: every index vector, the last dimension fastest.
inline std::vector<ByteMove> define(const sgb_dma& dma) {
  std::vector<ByteMove> moves;
  std::vector<std::uint32_t> index(dma.rank, 0);
  while (true) {
    std::uint64_t src = dma.src;
    std::uint64_t dst = dma.dst;
    bool inside = true;
    for (unsigned d = 0; d < dma.rank; ++d) {
      const std::int64_t s = std::int64_t{dma.dim[d].src_origin} + index[d];
      inside = inside && s >= 0 && s < std::int64_t{dma.dim[d].src_limit};
      src += static_cast<std::uint64_t>(s * dma.dim[d].src_stride);
      dst += static_cast<std::uint64_t>(std::int64_t{index[d]} * dma.dim[d].dst_stride);
    }
    for (std::uint64_t b = 0; b < dma.element_bytes; ++b) {
      if (inside) {
        moves.push_back({false, src + b, 0, dst + b});
      } else {
        moves.push_back({true, 0, static_cast<std::uint8_t>(dma.fill >> (8 * b)), dst + b});
      }
    }
    unsigned d = dma.rank;
    while (d > 0 && ++index[d - 1] == dma.dim[d - 1].extent) index[--d] = 0;
    if (d == 0) return moves;
  }
}

/// A small descriptor of any kind: every rank and element size, padding on any side, broadcasts, transposes,
/// dense and sparse strides. Source and destination stay within 1 MiB around 1 GiB and 2 GiB.
inline sgb_dma random_dma(std::mt19937& random) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const std::uint32_t rank = 1 + below(SGB_MAX_RANK);
  const std::uint32_t element = 1U << below(4);
  std::vector<sgb_dma_dim> dims(rank);
  std::int32_t src_dense = static_cast<std::int32_t>(element);
  std::int32_t dst_dense = static_cast<std::int32_t>(element);
  for (std::uint32_t d = rank; d-- > 0;) {
    sgb_dma_dim& dim = dims[d];
    dim.extent = 1 + below(rank <= 3 ? 9 : 3);
    dim.src_limit = dim.extent;
    if (below(3) == 0) {
      dim.src_origin = static_cast<std::int32_t>(below(7)) - 3;
      dim.src_limit = below(2 * dim.extent + 1);
    }
    dim.src_stride = src_dense;
    dim.dst_stride = dst_dense;
    switch (below(6)) {
      case 0:
        dim.src_stride = 0;
        break;
      case 1:
        dim.src_stride = static_cast<std::int32_t>(below(200)) - 100;
        break;
      case 2:
        dim.dst_stride += static_cast<std::int32_t>(below(20));
        break;
      default:
        break;
    }
    src_dense = static_cast<std::int32_t>(dim.src_stride * static_cast<std::int32_t>(dim.src_limit));
    dst_dense = static_cast<std::int32_t>(dim.dst_stride * static_cast<std::int32_t>(dim.extent));
  }
  if (rank > 1 && below(4) == 0) std::swap(dims[0], dims[rank - 1]);  // a transpose
  return make_dma(0x4000'0000, 0x8000'0000, static_cast<std::uint8_t>(element), dims,
                  0x1122'3344'5566'7788ULL);
}

}  // namespace systole::test
