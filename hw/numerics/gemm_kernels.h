// Shared by the GEMM sources of this folder; not a public header.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "hw/base/assert.h"
#include "hw/numerics/gemm.h"

namespace systole::numerics::kernels {

/// A block of columns of B whose rows are `ld` elements apart, from element `offset` on.
struct Tile {
  std::size_t n0 = 0;  ///< first column
  std::size_t n = 0;   ///< columns
  std::size_t offset = 0;
  std::size_t ld = 0;
};

/// The column tiles of B from left to right; a row-major B is one.
template <typename F>
void for_each_tile(const BLayout& layout, std::size_t n, std::size_t k, F&& f) {
  if (layout.tile_cols == 0) {
    if (n > 0) f(Tile{.n0 = 0, .n = n, .offset = 0, .ld = layout.ld});
    return;
  }
  for (std::size_t n0 = 0; n0 < n; n0 += layout.tile_cols) {
    const std::size_t columns = std::min(layout.tile_cols, n - n0);
    f(Tile{.n0 = n0, .n = columns, .offset = n0 * k, .ld = columns});
  }
}

inline bool is_signed(DType type) {
  SYSTOLE_ASSERT(type == DType::kInt8 || type == DType::kUInt8, "an 8-bit GEMM of another type");
  return type == DType::kInt8;
}

}  // namespace systole::numerics::kernels
