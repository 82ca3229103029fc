#include "models/mapper/tiling/kept.h"

#include <algorithm>
#include <bit>
#include <iterator>

namespace systole::mapper {

namespace {

/// Calls visit(first, last, shift) for the k of each tap of the chunk that take part: a part of op.kept, and
/// what to add to a k for its number within the chunk.
template <typename Visit>
void for_taps(const MatrixOp& op, const KChunk& chunk, Visit&& visit) {
  auto at = op.kept.begin();
  std::int64_t own = 0;  // number of the tap's first k within the chunk
  for (std::int64_t ky = chunk.ky; ky < chunk.ky + chunk.kernel_h; ++ky) {
    for (std::int64_t kx = chunk.kx; kx < chunk.kx + chunk.kernel_w; ++kx, own += chunk.channels) {
      const std::int64_t begin = (ky * op.window.kernel[1] + kx) * op.in_c + chunk.c;
      at = std::lower_bound(at, op.kept.end(), begin);
      const auto end = std::lower_bound(at, op.kept.end(), begin + chunk.channels);
      visit(at, end, own - begin);
      at = end;
    }
  }
}

}  // namespace

std::vector<std::uint32_t> kept_in(const MatrixOp& op, const KChunk& chunk) {
  std::vector<std::uint32_t> list;
  if (op.kept.empty()) return list;
  list.reserve(op.kept.size());
  for_taps(op, chunk, [&](auto first, auto last, std::int64_t shift) {
    std::transform(first, last, std::back_inserter(list),
                   [&](std::uint32_t k) { return static_cast<std::uint32_t>(k + shift); });
  });
  if (list.empty()) list.push_back(0);  // a command needs a row: one of zeros
  return list;
}

std::int64_t kept_count(const MatrixOp& op, const KChunk& chunk) {
  if (op.kept.empty()) return chunk.rows();
  std::int64_t count = 0;
  for_taps(op, chunk, [&](auto first, auto last, std::int64_t /*shift*/) { count += last - first; });
  return std::max<std::int64_t>(count, 1);
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
