// What a tile of a convolution or GEMM costs: buffers, traffic, cycles.
#pragma once

#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

struct TileCost {
  std::int64_t staging = 0;  ///< bytes of all buffers
  std::int64_t traffic = 0;  ///< bytes moved into and out of them
  std::int64_t steps = 0;
  std::int64_t first = 0;  ///< bytes that the first step loads
};

/// Costs of the tiles of one operation, its operands being where `homes` says.
class MatrixCost {
public:
  /// copies: buffers of an operand that changes. before: cycles behind which the first load of constants
  /// hides.
  MatrixCost(const HwGraph& hw, const MatrixOp& op, const Homes& homes, std::int64_t copies, double before,
             const Capability& capability);

  /// Buffers, traffic and steps, in closed form. input_rows: that of the tile.
  [[nodiscard]] TileCost operator()(const MatrixTile& tile, std::int64_t input_rows) const;
  /// Input rows of all row tiles together, over the chunks of one channel range: depends on the tile's rows
  /// and chunks alone. 0 if A needs no buffers.
  [[nodiscard]] std::int64_t input_rows(const MatrixTile& tile) const;
  /// Cycles that array and DRAM need at least. cost: that of the tile.
  [[nodiscard]] double bound(const MatrixTile& tile, const TileCost& cost) const;
  /// Predicted cycles: the first load, then for every step the longer of its commands and the
  /// transfers beside them, then the last commands and their store. Without ping-pong the sum of all.
  [[nodiscard]] double cycles(const MatrixTile& tile) const;
  /// Cycles of all commands, one after another.
  [[nodiscard]] double commands(const MatrixTile& tile) const;
  /// Partial sums of a split K stay in the accumulators.
  [[nodiscard]] bool accumulators_hold(const MatrixTile& tile) const;
  /// Blocks of a pack that stays in SRAM need no more than their elements do.
  [[nodiscard]] std::int64_t block_align() const { return pack_in_place_ ? 4 : 64; }
  /// Nothing goes through a buffer.
  [[nodiscard]] bool all_in_place() const {
    return a_in_place_ && out_in_place_ && pack_in_place_ && bias_in_place_ && residual_in_place_ &&
           op_.b == kNoValue;
  }

private:
  struct Counts {
    std::int64_t row_tiles, column_tiles, chunks;
    std::int64_t a_loads;    ///< loads of a tile of A
    std::int64_t b_repeats;  ///< how often all of B is loaded
  };
  [[nodiscard]] Counts count(const MatrixTile& tile) const;
  /// Edge tiles are smaller: all tiles together, in whole tiles.
  [[nodiscard]] double share_of_whole_tiles(const MatrixTile& tile, const Counts& n) const;
  [[nodiscard]] double loads_of_a(const Counts& n) const;
  [[nodiscard]] double loads_of_b(const Counts& n) const;
  [[nodiscard]] double descriptors(const Counts& n) const;
  [[nodiscard]] double command_cycles(const MatrixTile& tile, bool last) const;
  [[nodiscard]] double a_load_cycles(const MatrixTile& tile) const;
  [[nodiscard]] double result_cycles(const MatrixTile& tile, bool store) const;

  const HwGraph& hw_;
  const MatrixOp& op_;
  const Homes& homes_;
  std::int64_t copies_;
  std::int64_t engines_;
  double before_;
  const Capability& capability_;
  bool a_in_place_, out_in_place_, pack_in_place_, bias_in_place_, residual_in_place_;
  std::int64_t batches_;
  bool shared_b_;
};

}  // namespace systole::mapper
