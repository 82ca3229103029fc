#include "hw/blocks/dma/address_generator.h"

#include <algorithm>

namespace systole::dma {

std::uint32_t check(const sgb_dma& dma) {
  if (dma.rank < 1 || dma.rank > SGB_MAX_RANK) return SGB_ERROR_BAD_FIELD;
  const std::uint8_t bytes = dma.element_bytes;
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) return SGB_ERROR_BAD_FIELD;
  if (dma.stream >= SGB_STREAM_COUNT) return SGB_ERROR_BAD_FIELD;
  for (unsigned d = 0; d < dma.rank; ++d) {
    if (dma.dim[d].extent == 0) return SGB_ERROR_BAD_FIELD;
  }
  return SGB_ERROR_NONE;
}

AddressGenerator::AddressGenerator(const sgb_dma& dma) : src_(dma.src), dst_(dma.dst) {
  dims_[0] = {dma.element_bytes, 0, dma.element_bytes, 1, 1};
  for (unsigned d = dma.rank; d-- > 0;) {
    const sgb_dma_dim& dim = dma.dim[d];
    src_ += static_cast<std::uint64_t>(std::int64_t{dim.src_origin} * dim.src_stride);
    add_outer(make(dim));
  }
}

AddressGenerator::Dim AddressGenerator::make(const sgb_dma_dim& dim) {
  const std::int64_t origin = dim.src_origin;
  const std::int64_t begin = std::clamp<std::int64_t>(-origin, 0, dim.extent);
  const std::int64_t end = std::clamp<std::int64_t>(std::int64_t{dim.src_limit} - origin, begin, dim.extent);
  return {dim.extent, static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(end),
          static_cast<std::uint64_t>(std::int64_t{dim.src_stride}),
          static_cast<std::uint64_t>(std::int64_t{dim.dst_stride})};
}

/// Adds a dimension outside of those there are. It becomes a part of the outermost one where that has no
/// padding and steps over into the next index seamlessly in both spaces.
void AddressGenerator::add_outer(const Dim& dim) {
  Dim& inner = dims_[rank_ - 1];
  constexpr std::uint64_t kLargest = std::uint64_t{1} << 31U;  // so that products of extents fit 64 bits
  const bool seamless =
      dim.src_stride == inner.extent * inner.src_stride && dim.dst_stride == inner.extent * inner.dst_stride;
  const bool single = dim.extent == 1 && dim.whole();
  if (inner.whole() && inner.extent <= kLargest && (seamless || single)) {
    inner = {inner.extent * dim.extent, inner.extent * dim.valid_begin, inner.extent * dim.valid_end,
             inner.src_stride, inner.dst_stride};
    return;
  }
  dims_[rank_++] = dim;
}

// The next run of the current row: what is left of its leading padding, its body or its trailing padding.
bool AddressGenerator::next(Segment& segment) {
  if (done_) return false;
  const Dim& row = dims_[0];
  bool padding = row.valid_begin == row.valid_end;
  for (unsigned d = 1; d < rank_ && !padding; ++d) padding = !dims_[d].valid(index_[d]);
  std::uint64_t end = row.extent;
  bool fill = true;
  if (!padding && column_ < row.valid_begin) {
    end = row.valid_begin;
  } else if (!padding && column_ < row.valid_end) {
    end = row.valid_end;
    fill = false;
  }
  segment = {fill, fill ? 0 : src_ + column_, dst_ + column_, end - column_};
  column_ = end;
  if (column_ == row.extent) advance_row();
  return true;
}

void AddressGenerator::advance_row() {
  column_ = 0;
  for (unsigned d = 1; d < rank_; ++d) {
    src_ += dims_[d].src_stride;
    dst_ += dims_[d].dst_stride;
    if (++index_[d] < dims_[d].extent) return;
    src_ -= dims_[d].extent * dims_[d].src_stride;
    dst_ -= dims_[d].extent * dims_[d].dst_stride;
    index_[d] = 0;
  }
  done_ = true;
}

}  // namespace systole::dma
