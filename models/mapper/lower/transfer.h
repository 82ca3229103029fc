// Strided copies as DMA descriptors.
#pragma once

#include "models/mapper/hw_graph.h"
#include "models/mapper/lower/operation.h"

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

}  // namespace systole::mapper
