// Constant operands of a matrix operation, laid out so that every step's share is one contiguous block:
// B in column tiles, zero points, the table of k, and (with the last part of K) bias and scales.
#pragma once

#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

struct PackBlock {
  std::int64_t offset = 0;  ///< in the pack
  std::int64_t bytes = 0;
  std::int64_t group_bytes = 0;  ///< B of one group
  // Offsets in the block; -1 = not there.
  std::int64_t b = -1;
  std::int64_t b_zero = -1;
  std::int64_t bias = -1;
  std::int64_t scale = -1;
  std::int64_t k_table = -1;
};

class PackLayout {
public:
  PackLayout(const MatrixOp& op, const MatrixTile& tile, const Capability& capability);

  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  /// batch: flat batch index; column_tile, chunk: position in the tile's order.
  [[nodiscard]] const PackBlock& block(std::int64_t batch, std::int64_t column_tile,
                                       std::int64_t chunk) const;
  /// All bytes of the pack.
  [[nodiscard]] std::vector<std::byte> data() const;

private:
  [[nodiscard]] std::int64_t b_batches() const;
  [[nodiscard]] int gap_of(std::int64_t n) const;
  template <std::size_t kSize>
  void write_tile(std::byte* to, const std::byte* weights, std::int64_t base, std::int64_t first,
                  std::int64_t used, const KChunk& chunk) const;
  void write_elements(std::byte* to, const std::byte* weights, std::int64_t base, std::int64_t first,
                      std::int64_t used, const KChunk& chunk) const;
  void pack_rows(const std::vector<std::byte>& elements, std::int64_t rows, std::int64_t used,
                 std::byte* to) const;
  void write_kept_tile(std::byte* to, const std::byte* weights, std::int64_t base, std::int64_t first,
                       std::int64_t used, const KChunk& chunk) const;
  void compress(const std::vector<std::byte>& whole, const std::vector<std::uint32_t>& kept,
                std::int64_t used, std::vector<std::byte>& values, std::byte* indices) const;
  void write_block(std::vector<std::byte>& out, const std::byte* weights, const PackBlock& block,
                   std::int64_t batch, std::int64_t column_tile, const KChunk& chunk, bool last) const;

  const MatrixOp& op_;
  const MatrixTile& tile_;
  std::int64_t cols_;
  std::int64_t column_tiles_;
  std::vector<PackBlock> blocks_;
  std::int64_t bytes_ = 0;
};

/// Output channels of column tile `index`: [first, first + count), counted over all groups.
struct ColumnRange {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t first_group = 0;
  std::int64_t groups = 1;
  std::int64_t per_group = 0;  ///< columns of one command
};
ColumnRange column_range(const MatrixOp& op, const MatrixTile& tile, std::int64_t index);
std::int64_t column_tile_count(const MatrixOp& op, const MatrixTile& tile);

/// Bytes of the constants themselves, without padding: what must come out of DRAM at least.
std::int64_t pack_payload_bytes(const MatrixOp& op);

/// Bytes between the blocks of a block-diagonal B.
std::int64_t pack_gap_bytes(const MatrixOp& op);

/// Bytes of a block with these columns and packed rows of K, at most.
std::int64_t pack_block_bytes(const MatrixOp& op, std::int64_t groups, std::int64_t per_group,
                              std::int64_t rows, bool last);

}  // namespace systole::mapper
