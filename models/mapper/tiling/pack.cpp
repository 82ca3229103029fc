#include "models/mapper/tiling/pack.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#include "hw/base/parallel.h"
#include "hw/base/units.h"
#include "hw/numerics/formats/packed.h"
#include "models/mapper/tiling/kept.h"

namespace systole::mapper {

namespace {

std::int64_t align(std::int64_t value, std::int64_t step) {
  return static_cast<std::int64_t>(
      round_up(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(step)));
}

/// Bytes of so many rows of B, tile by tile: a row of a tile takes whole bytes. N:M indices are extra.
std::int64_t packed_bytes(const MatrixOp& op, std::int64_t columns, std::int64_t rows) {
  const auto row = [&](std::int64_t used) {
    return static_cast<std::int64_t>(
        numerics::packed_bytes(op.format_of_b(), static_cast<std::uint64_t>(used)));
  };
  const std::int64_t cols = op.tile_cols == 0 ? columns : op.tile_cols;
  return rows * (columns / cols * row(cols) + row(columns % cols));
}

/// Bytes of a row of N:M indices, over all column tiles.
std::int64_t indices_of(const MatrixOp& op, std::int64_t columns) {
  if (op.sparse_m == 0) return 0;
  const std::int64_t cols = op.tile_cols == 0 ? columns : op.tile_cols;
  return columns / cols * index_row_bytes(op, cols) + index_row_bytes(op, columns % cols);
}

/// Entries of the table of k of so many rows of packed B. N:M groups are not cut: then it has all.
std::int64_t most_kept(const MatrixOp& op, std::int64_t rows) {
  return op.sparse_m == 0 ? rows : static_cast<std::int64_t>(op.kept.size());
}

/// Places the parts of a block one after the other. rows: of packed B.
PackBlock layout(const MatrixOp& op, std::int64_t groups, std::int64_t per_group, std::int64_t rows,
                 bool last) {
  PackBlock block;
  const std::int64_t columns = groups * per_group;
  const auto size = static_cast<std::int64_t>(size_of(op.b_type));
  const auto put = [&](std::int64_t& offset, std::int64_t bytes, std::int64_t alignment) {
    block.bytes = align(block.bytes, alignment);
    offset = block.bytes;
    block.bytes += bytes;
  };
  if (op.b_data) {
    block.group_bytes = packed_bytes(op, per_group, rows) + rows * indices_of(op, per_group);
    put(block.b, groups * block.group_bytes, 1);
  }
  if (op.b_zero.size() > 1) put(block.b_zero, columns * size, 4);
  if (last && !op.bias.empty()) put(block.bias, columns * 4, 4);
  if (last && !op.scale.empty()) put(block.scale, columns * 4, 4);
  if (!op.kept.empty()) put(block.k_table, most_kept(op, rows) * 4, 4);
  return block;
}

/// What is left of the elements' bytes when they are packed.
std::int64_t narrowed(const MatrixOp& op, std::int64_t bytes) {
  const auto bits = static_cast<std::int64_t>(traits_of(op.format_of_b()).bits);
  return (bytes / static_cast<std::int64_t>(size_of(op.b_type)) * bits + 7) / 8;
}

bool is_zero(const std::byte* element, std::size_t size) {
  if (size != sizeof(float))
    return std::all_of(element, element + size, [](auto b) { return b == std::byte{0}; });
  float value = 0;
  std::memcpy(&value, element, sizeof value);
  return value == 0.0F;
}

std::int64_t parts_of_group(const MatrixOp& op, const MatrixTile& tile) {
  return (op.n + tile.group_columns - 1) / tile.group_columns;
}

}  // namespace

std::int64_t column_tile_count(const MatrixOp& op, const MatrixTile& tile) {
  if (tile.group_columns > 0) return op.groups * parts_of_group(op, tile);
  const std::int64_t units = op.groups > 1 ? op.groups : op.n;
  return (units + tile.columns - 1) / tile.columns;
}

ColumnRange column_range(const MatrixOp& op, const MatrixTile& tile, std::int64_t index) {
  if (tile.group_columns > 0) {
    const std::int64_t group = index / parts_of_group(op, tile);
    const std::int64_t at = index % parts_of_group(op, tile) * tile.group_columns;
    const std::int64_t count = std::min(tile.group_columns, op.n - at);
    return {group * op.n + at, count, group, 1, count};
  }
  const std::int64_t first = index * tile.columns;
  if (op.groups > 1) {
    const std::int64_t groups = std::min(tile.columns, op.groups - first);
    return {first * op.n, groups * op.n, first, groups, op.n};
  }
  const std::int64_t count = std::min(tile.columns, op.n - first);
  return {first, count, 0, 1, count};
}

std::int64_t pack_block_bytes(const MatrixOp& op, std::int64_t groups, std::int64_t per_group,
                              std::int64_t rows, bool last) {
  return layout(op, groups, per_group, rows, last).bytes;
}

std::int64_t pack_payload_bytes(const MatrixOp& op) {
  const auto size = static_cast<std::int64_t>(size_of(op.b_type));
  const auto count = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  const auto b_bytes = [&]() -> std::int64_t {
    if (!op.b_data) return 0;
    if (op.kept.empty() && op.sparse_m == 0) {
      return narrowed(op, static_cast<std::int64_t>(op.b_data.size()));
    }
    const std::int64_t rows = packed_rows(op);
    return packed_bytes(op, op.n, rows) + rows * indices_of(op, op.n) + count(op.kept) * 4;
  };
  return b_bytes() + (op.b_zero.size() > 1 ? count(op.b_zero) * size : 0) +
         (count(op.bias) + count(op.scale)) * 4;
}

std::int64_t pack_gap_bytes(const MatrixOp& op) {
  return op.b_data ? narrowed(op, static_cast<std::int64_t>(op.b_data.size())) * (op.blocks - 1) : 0;
}

std::int64_t PackLayout::b_batches() const {
  const bool shared =
      std::all_of(op_.b_index.batch.begin(), op_.b_index.batch.end(), [](auto s) { return s == 0; });
  return op_.b_data && !shared ? ir::elements_of(op_.batch) : 1;
}

PackLayout::PackLayout(const MatrixOp& op, const MatrixTile& tile, const Capability& capability)
    : op_(op), tile_(tile), cols_(capability.array.cols), column_tiles_(column_tile_count(op, tile)) {
  for (std::int64_t batch = 0; batch < b_batches(); ++batch) {
    for (std::int64_t t = 0; t < column_tiles_; ++t) {
      const ColumnRange range = column_range(op, tile, t);
      for (std::size_t k = 0; k < tile.chunks.size(); ++k) {
        PackBlock block = layout(op, range.groups, range.per_group, packed_rows(op, tile.chunks[k]),
                                 k + 1 == tile.chunks.size());
        bytes_ = align(bytes_, tile.block_align);
        block.offset = bytes_;
        bytes_ += block.bytes;
        blocks_.push_back(block);
      }
    }
  }
}

const PackBlock& PackLayout::block(std::int64_t batch, std::int64_t column_tile, std::int64_t chunk) const {
  const auto chunks = static_cast<std::int64_t>(tile_.chunks.size());
  const std::int64_t own_batch = b_batches() == 1 ? 0 : batch;
  return blocks_[static_cast<std::size_t>((own_batch * column_tiles_ + column_tile) * chunks + chunk)];
}

// What multiplies to nothing: a column's zero point, or a float's 0.
int PackLayout::gap_of(std::int64_t n) const {
  if (op_.b_zero.empty()) return 0;
  return op_.b_zero[op_.b_zero.size() > 1 ? static_cast<std::size_t>(n) : 0];
}

// One column tile: K rows of `used` columns, column by column, as the weights of a filter stand together. The
// tile is small beside the caches, the weights are not.
template <std::size_t kSize>
void PackLayout::write_tile(std::byte* to, const std::byte* weights, std::int64_t base, std::int64_t first,
                            std::int64_t used, const KChunk& chunk) const {
  constexpr auto kBytes = static_cast<std::int64_t>(kSize);
  const auto& order = op_.b_channel_order;
  const std::int64_t block_c = op_.in_c / op_.blocks;
  const std::int64_t block_n = op_.n / op_.blocks;
  for (std::int64_t j = 0; j < used; ++j) {
    const std::int64_t n = first + j;
    const std::int64_t own_block = n % op_.n / block_n;
    const std::int64_t column = base + n * op_.b_index.n;
    std::byte* out = to + j * kBytes;
    for (std::int64_t ky = chunk.ky; ky < chunk.ky + chunk.kernel_h; ++ky) {
      for (std::int64_t kx = chunk.kx; kx < chunk.kx + chunk.kernel_w; ++kx) {
        const std::int64_t row = column + ky * op_.b_index.ky + kx * op_.b_index.kx;
        if (op_.blocks == 1 && order.empty()) {
          const std::byte* from = weights + (row + chunk.c * op_.b_index.c) * kBytes;
          for (std::int64_t c = 0; c < chunk.channels; ++c) {
            std::memcpy(out, from, kSize);
            out += used * kBytes;
            from += op_.b_index.c * kBytes;
          }
          continue;
        }
        for (std::int64_t c = chunk.c; c < chunk.c + chunk.channels; ++c) {
          if (op_.blocks > 1 && own_block != c / block_c) {  // between the blocks
            std::memset(out, gap_of(n), kSize);
          } else {
            const std::int64_t channel = order.empty() ? c % block_c : order[static_cast<std::size_t>(c)];
            std::memcpy(out, weights + (row + channel * op_.b_index.c) * kBytes, kSize);
          }
          out += used * kBytes;
        }
      }
    }
  }
}

void PackLayout::write_elements(std::byte* to, const std::byte* weights, std::int64_t base,
                                std::int64_t first, std::int64_t used, const KChunk& chunk) const {
  switch (size_of(op_.b_type)) {
    case 1:
      return write_tile<1>(to, weights, base, first, used, chunk);
    case 2:
      return write_tile<2>(to, weights, base, first, used, chunk);
    default:
      return write_tile<4>(to, weights, base, first, used, chunk);
  }
}

void PackLayout::pack_rows(const std::vector<std::byte>& elements, std::int64_t rows, std::int64_t used,
                           std::byte* to) const {
  const std::size_t size = size_of(op_.b_type);
  const std::byte* from = elements.data();
  for (std::int64_t k = 0; k < rows; ++k) {
    numerics::pack_row(op_.format_of_b(), from, size, static_cast<std::size_t>(used), to);
    from += static_cast<std::size_t>(used) * size;
    to += packed_bytes(op_, used, 1);
  }
}

// The rows that take part, of a tile made whole; N:M groups as values and then indices.
void PackLayout::write_kept_tile(std::byte* to, const std::byte* weights, std::int64_t base,
                                 std::int64_t first, std::int64_t used, const KChunk& chunk) const {
  const std::size_t size = size_of(op_.b_type);
  const std::size_t row = static_cast<std::size_t>(used) * size;
  std::vector<std::byte> whole(static_cast<std::size_t>(chunk.rows()) * row);
  write_elements(whole.data(), weights, base, first, used, chunk);
  std::vector<std::uint32_t> kept = kept_in(op_, chunk);
  if (op_.kept.empty()) {
    kept.resize(static_cast<std::size_t>(chunk.rows()));
    std::iota(kept.begin(), kept.end(), 0U);
  }
  const std::int64_t rows = packed_rows(op_, static_cast<std::int64_t>(kept.size()));
  std::vector<std::byte> values(static_cast<std::size_t>(rows) * row);
  if (op_.sparse_m == 0) {
    std::byte* out = values.data();
    for (const std::uint32_t k : kept) out = std::copy_n(whole.data() + k * row, row, out);
  } else {
    compress(whole, kept, used, values, to + packed_bytes(op_, used, rows));
  }
  pack_rows(values, rows, used, to);
}

// N:M groups of the kept rows: values, in elements, and indices.
void PackLayout::compress(const std::vector<std::byte>& whole, const std::vector<std::uint32_t>& kept,
                          std::int64_t used, std::vector<std::byte>& values, std::byte* indices) const {
  const std::size_t size = size_of(op_.b_type);
  const std::size_t row = static_cast<std::size_t>(used) * size;
  const auto index_row = static_cast<std::size_t>(index_row_bytes(op_, used));
  const auto bits = static_cast<std::size_t>(std::bit_width(op_.sparse_m - 1U));
  for (std::size_t group = 0; group * op_.sparse_m < kept.size(); ++group) {
    const std::size_t begin = group * op_.sparse_m;
    const std::size_t end = std::min<std::size_t>(begin + op_.sparse_m, kept.size());
    for (std::size_t j = 0; j < static_cast<std::size_t>(used); ++j) {
      std::size_t place = group * op_.sparse_n;
      for (std::size_t i = begin; i < end; ++i) {
        const std::byte* const weight = whole.data() + kept[i] * row + j * size;
        if (is_zero(weight, size)) continue;
        std::copy_n(weight, size, values.data() + place * row + j * size);
        for (std::size_t bit = 0; bit < bits; ++bit) {
          const std::size_t at = j * bits + bit;
          indices[place * index_row + at / 8] |=
              static_cast<std::byte>(((i - begin) >> bit & 1U) << (at % 8));
        }
        ++place;
      }
    }
  }
}

void PackLayout::write_block(std::vector<std::byte>& out, const std::byte* weights, const PackBlock& block,
                             std::int64_t batch, std::int64_t column_tile, const KChunk& chunk,
                             bool last) const {
  const ColumnRange range = column_range(op_, tile_, column_tile);
  const std::size_t size = size_of(op_.b_type);
  std::byte* at = out.data() + block.offset;
  if (weights != nullptr) {
    // Elements before those of this batch index.
    std::int64_t base = 0;
    std::int64_t left = batch;
    for (std::size_t d = op_.batch.size(); d-- > 0;) {
      base += left % op_.batch[d] * op_.b_index.batch[d];
      left /= op_.batch[d];
    }
    std::byte* to = at + block.b;
    std::vector<std::byte> unpacked;  // a tile's elements
    const std::int64_t rows = packed_rows(op_, chunk);
    for (std::int64_t g = 0; g < range.groups; ++g) {
      for (std::int64_t n0 = 0; n0 < range.per_group; n0 += cols_) {
        const std::int64_t first = range.first + g * range.per_group + n0;
        const std::int64_t used = std::min(cols_, range.per_group - n0);
        if (!op_.kept.empty() || op_.sparse_m != 0) {
          write_kept_tile(to, weights, base, first, used, chunk);
          to += packed_bytes(op_, used, rows) + rows * index_row_bytes(op_, used);
          continue;
        }
        const bool as_they_are = traits_of(op_.format_of_b()).bits == 8 * size;
        if (!as_they_are) unpacked.resize(static_cast<std::size_t>(rows * used) * size);
        write_elements(as_they_are ? to : unpacked.data(), weights, base, first, used, chunk);
        if (!as_they_are) pack_rows(unpacked, rows, used, to);
        to += packed_bytes(op_, used, rows);
      }
    }
  }
  if (block.k_table >= 0) {
    const std::vector<std::uint32_t> kept = kept_in(op_, chunk);
    std::memcpy(at + block.k_table, kept.data(), kept.size() * sizeof(std::uint32_t));
  }
  for (std::int64_t j = 0; j < range.count; ++j) {
    const auto n = static_cast<std::size_t>(range.first + j);
    if (block.b_zero >= 0) at[block.b_zero + j] = static_cast<std::byte>(op_.b_zero[n]);
    if (last && block.bias >= 0) std::memcpy(at + block.bias + j * 4, &op_.bias[n], 4);
    if (last && block.scale >= 0) std::memcpy(at + block.scale + j * 4, &op_.scale[n], 4);
  }
}

std::vector<std::byte> PackLayout::data() const {
  std::vector<std::byte> out(static_cast<std::size_t>(bytes_));
  const auto chunks = static_cast<std::int64_t>(tile_.chunks.size());
  // Weights that stand nowhere are made for this call only.
  const auto weights = op_.b_data ? op_.b_data.bytes() : nullptr;
  // Every block has bytes of its own.
  constexpr std::int64_t kWorthAThread = 1 << 20;
  const unsigned threads = bytes_ < kWorthAThread ? 1 : worker_threads();
  parallel_for(static_cast<std::size_t>(b_batches() * column_tiles_), threads, [&](std::size_t task) {
    const std::int64_t batch = static_cast<std::int64_t>(task) / column_tiles_;
    const std::int64_t t = static_cast<std::int64_t>(task) % column_tiles_;
    for (std::int64_t k = 0; k < chunks; ++k) {
      write_block(out, weights ? weights->data() : nullptr, block(batch, t, k), batch, t,
                  tile_.chunks[static_cast<std::size_t>(k)], k + 1 == chunks);
    }
  });
  return out;
}

}  // namespace systole::mapper
