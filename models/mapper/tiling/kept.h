// What a command multiplies of its K: all of it, or the rows of B and the places that hold something.
#pragma once

#include <cstdint>
#include <vector>

#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

/// How many k of the chunk take part, at least one.
std::int64_t kept_count(const MatrixOp& op, const KChunk& chunk);
/// Which: numbers within the chunk, in its (ky, kx, c) order; empty if it has no table.
std::vector<std::uint32_t> kept_in(const MatrixOp& op, const KChunk& chunk);

/// Rows of packed B, and of the array's folds, of so many k that take part.
inline std::int64_t packed_rows(const MatrixOp& op, std::int64_t kept) {
  return op.sparse_m == 0 ? kept : (kept + op.sparse_m - 1) / op.sparse_m * op.sparse_n;
}
/// Of a chunk.
inline std::int64_t packed_rows(const MatrixOp& op, const KChunk& chunk) {
  return packed_rows(op, op.kept.empty() ? chunk.rows() : chunk.kept);
}
/// Of all of K.
inline std::int64_t packed_rows(const MatrixOp& op) {
  const std::int64_t all = op.window.kernel[0] * op.window.kernel[1] * op.in_c;
  return packed_rows(op, op.kept.empty() ? all : static_cast<std::int64_t>(op.kept.size()));
}
/// Of all chunks of a tile together, and of the largest one.
std::int64_t all_packed_rows(const MatrixOp& op, const MatrixTile& tile);
std::int64_t most_packed_rows(const MatrixOp& op, const MatrixTile& tile);

/// Bytes of a row of N:M indices of so many columns; 0 if B is not N:M.
std::int64_t index_row_bytes(const MatrixOp& op, std::int64_t columns);

/// Whether N:M groups of a piece of K that begins at a multiple of `channels` channels (and at any kernel
/// position, if `taps`) are those of all of K.
bool may_cut(const MatrixOp& op, std::int64_t channels, bool taps);

}  // namespace systole::mapper
