// From a DMA descriptor to the runs of bytes that it stands for. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "hw/abi/descriptor.h"

namespace systole::dma {

/// SGB_ERROR_NONE, or SGB_ERROR_BAD_FIELD: rank not in 1..SGB_MAX_RANK, element_bytes not 1, 2, 4 or 8, a
/// stream that does not exist, an extent of 0.
[[nodiscard]] std::uint32_t check(const sgb_dma& dma);

/// Bytes that are contiguous in the destination, and in the source too unless they are fill.
struct Segment {
  bool fill = false;
  std::uint64_t src = 0;  ///< 0 for fill
  std::uint64_t dst = 0;
  std::uint64_t bytes = 0;
};

/// Walks the index space of a checked descriptor (check() == SGB_ERROR_NONE), rank-1 innermost. Addresses
/// wrap at 2^64, as the hardware's adders do.
class AddressGenerator {
public:
  explicit AddressGenerator(const sgb_dma& dma);
  /// The next segment; false at the end. Dimensions that are dense on both sides are walked as one, so that a
  /// linear copy is one segment; a row with padding is up to three. Segments of fill are whole elements.
  bool next(Segment& segment);

private:
  /// One dimension after merging, its index i in 0 .. extent-1; i outside [valid_begin, valid_end) is
  /// padding.
  struct Dim {
    std::uint64_t extent = 1;
    std::uint64_t valid_begin = 0;
    std::uint64_t valid_end = 1;
    std::uint64_t src_stride = 0;  ///< bytes, two's complement
    std::uint64_t dst_stride = 0;
    [[nodiscard]] bool whole() const { return valid_begin == 0 && valid_end == extent; }
    [[nodiscard]] bool valid(std::uint64_t i) const { return i >= valid_begin && i < valid_end; }
  };
  static Dim make(const sgb_dma_dim& dim);
  void add_outer(const Dim& dim);
  void advance_row();

  /// dims_[0] is the row: bytes, stride 1 in both spaces. Then outwards.
  std::array<Dim, SGB_MAX_RANK + 1> dims_;
  unsigned rank_ = 1;
  std::uint64_t src_ = 0;  ///< of the current row's byte 0
  std::uint64_t dst_ = 0;
  std::array<std::uint64_t, SGB_MAX_RANK + 1> index_{};
  std::uint64_t column_ = 0;  ///< the next byte of the current row
  bool done_ = false;
};

}  // namespace systole::dma
