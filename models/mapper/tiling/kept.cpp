#include "models/mapper/tiling/kept.h"

#include <algorithm>
#include <bit>

namespace systole::mapper {

std::vector<std::uint32_t> kept_in(const MatrixOp& op, const KChunk& chunk) {
  std::vector<std::uint32_t> list;
  if (op.kept.empty()) return list;
  list.reserve(op.kept.size());
  const std::int64_t kernel_w = op.window.kernel[1];
  for (const std::uint32_t k : op.kept) {
    const std::int64_t c = k % op.in_c - chunk.c;
    const std::int64_t kx = k / op.in_c % kernel_w - chunk.kx;
    const std::int64_t ky = k / op.in_c / kernel_w - chunk.ky;
    const bool inside =
        c >= 0 && c < chunk.channels && kx >= 0 && kx < chunk.kernel_w && ky >= 0 && ky < chunk.kernel_h;
    if (inside) list.push_back(static_cast<std::uint32_t>((ky * chunk.kernel_w + kx) * chunk.channels + c));
  }
  if (list.empty()) list.push_back(0);  // a command needs a row: one of zeros
  return list;
}

std::int64_t kept_count(const MatrixOp& op, const KChunk& chunk) {
  return op.kept.empty() ? chunk.rows() : static_cast<std::int64_t>(kept_in(op, chunk).size());
}

std::int64_t all_packed_rows(const MatrixOp& op, const MatrixTile& tile) {
  std::int64_t rows = 0;
  for (const KChunk& chunk : tile.chunks) rows += packed_rows(op, chunk);
  return rows;
}

std::int64_t most_packed_rows(const MatrixOp& op, const MatrixTile& tile) {
  if (op.kept.empty()) return packed_rows(op, tile.chunks.front());  // the first one is the largest
  std::int64_t rows = 0;
  for (const KChunk& chunk : tile.chunks) rows = std::max(rows, packed_rows(op, chunk));
  return rows;
}

std::int64_t index_row_bytes(const MatrixOp& op, std::int64_t columns) {
  if (op.sparse_m == 0) return 0;
  return (columns * static_cast<std::int64_t>(std::bit_width(op.sparse_m - 1U)) + 7) / 8;
}

bool may_cut(const MatrixOp& op, std::int64_t channels, bool taps) {
  if (op.sparse_m == 0) return true;
  if (!op.kept.empty()) return false;  // groups of what a table leaves begin anywhere
  const bool one_tap = op.window.kernel[0] * op.window.kernel[1] == 1;
  const bool whole_pixels = op.in_c % op.sparse_m == 0 || one_tap;
  return whole_pixels && (channels % op.sparse_m == 0 || (taps && channels == op.in_c));
}

}  // namespace systole::mapper
