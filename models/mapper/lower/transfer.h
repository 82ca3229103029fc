// Strided copies as DMA descriptors.
#pragma once

#include "models/mapper/lower/operation.h"
#include "models/mapper/tiling/step.h"

namespace systole::mapper {

struct CopyDim {
  std::int64_t extent = 1;
  std::int64_t src_stride = 0;  ///< bytes
  std::int64_t dst_stride = 0;
};

struct Copy {
  Location src;
  Location dst;
  std::vector<CopyDim> dims;  ///< any order
  std::size_t element_bytes = 1;
  std::uint8_t stream = SGB_STREAM_INPUT;
};

/// One descriptor. Dimensions that are dense on both sides become one; the others are ordered so that the
/// side in DRAM is walked in ascending addresses, for long bursts. At most SGB_MAX_RANK dimensions may be
/// left.
Operation make_transfer(const Copy& copy);

/// A computed B into the column tiles of sgb_matrix: for each group the full tiles in one copy, then what is
/// left. strides: of the value's dims at its home. like: from the region's first element to the buffer; its
/// dims do not matter.
std::vector<Copy> column_copies(const ColumnPack& pack, const Region& region, const Dims& strides,
                                const Copy& like);

}  // namespace systole::mapper
