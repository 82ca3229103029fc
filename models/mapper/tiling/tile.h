// Tiles: how an operation is cut so that its operands fit the scratchpad, and the steps that this makes.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/mapper/capability.h"
#include "models/mapper/hw_graph.h"
#include "models/mapper/tiling/step.h"

namespace systole::mapper {

/// A part of K: rows [ky, ky + kernel_h), columns, channels of the kernel. (ky, kx, c) order is kept over the
/// chunks, so that float sums come out the same.
struct KChunk {
  std::int64_t ky = 0, kernel_h = 1;
  std::int64_t kx = 0, kernel_w = 1;
  std::int64_t c = 0, channels = 1;
  std::int64_t kept = 0;  ///< of its k that take part, if the operation does not take all (tiling/kept.h)
  [[nodiscard]] std::int64_t rows() const { return kernel_h * kernel_w * channels; }
  bool operator==(const KChunk&) const = default;
};

struct MatrixTile {
  std::int64_t rows = 1;           ///< output rows
  std::int64_t columns = 1;        ///< output channels; with groups: whole groups
  std::int64_t group_columns = 0;  ///< > 0: output channels of one group instead, groups one by one
  std::vector<KChunk> chunks;      ///< at least one
  bool rows_inside = true;         ///< loop order: columns outside, rows inside; or the other way round
  /// Of the pack's blocks: a burst's start where they are loaded one by one, less where they stay together.
  std::int64_t block_align = 64;
  std::int64_t copies = 2;  ///< buffers of an operand that changes from step to step
};
/// True if both lay a pack out in the same way.
bool same_pack(const MatrixTile& a, const MatrixTile& b);

/// A box of the result.
struct BoxTile {
  Dims extent;
};

using Tile = std::variant<MatrixTile, BoxTile>;

/// Staging memory for one operation. With ping-pong, buffers of operands that change from step to step come
/// once for every engine that works on the operation and once more, to be filled meanwhile.
struct Budget {
  std::int64_t bytes = 0;
  bool ping_pong = true;
  std::int64_t engines = 1;
  double before = 0;  ///< cycles of the operation before: first loads of constants hide behind them
  // Stripes of one operation share its pack: its layout is that of the first one's tile.
  bool shares_pack = false;
  const MatrixTile* layout = nullptr;  ///< null: the first one
  [[nodiscard]] std::int64_t copies() const { return ping_pong ? engines + 1 : 1; }
};

/// Buffers start at multiples of this.
std::int64_t staging_alignment(const Capability& capability);

/// The tile with the least traffic, then the fewest steps, that fits the budget; nullopt if none does. Copies
/// have no tile of their own (see lower).
std::optional<Tile> choose_tile(const HwGraph& hw, const HwOp& op, const Homes& homes, const Budget& budget,
                                const Capability& capability);
/// Staging bytes that the smallest tile needs: for the message when nothing fits.
std::int64_t least_staging(const HwGraph& hw, const HwOp& op, const Homes& homes,
                           const Capability& capability);

/// The steps, in order. Together they cover the result exactly once.
std::vector<Step> make_steps(const HwGraph& hw, const HwOp& op, const Tile& tile,
                             const Capability& capability);

/// "rows 14 x channels 64 x k 2", or "" when one step does all.
std::string describe(const HwOp& op, const Tile& tile);

// The parts, by kind of operation.
std::optional<MatrixTile> choose_matrix_tile(const HwGraph& hw, const MatrixOp& op, const Homes& homes,
                                             const Budget& budget, const Capability& capability,
                                             std::int64_t* least = nullptr);
std::vector<Step> matrix_steps(const HwGraph& hw, const MatrixOp& op, const MatrixTile& tile,
                               const Capability& capability);
/// The result of an element-wise, pooling or axis operation: what a box tile cuts.
Dims result_dims(const HwGraph& hw, const HwOp& op);
/// The operands of the box [begin, begin + extent) of the result. worst: the most that any box of this extent
/// needs (windows at the edges need less).
std::vector<Operand> box_operands(const HwGraph& hw, const HwOp& op, const Dims& begin, const Dims& extent,
                                  bool worst);
/// Those of a Winograd transform. A box has all of its planes.
std::vector<Operand> winograd_operands(const HwGraph& hw, const WinogradOp& op, const Region& box,
                                       bool worst);
Step winograd_step(const HwGraph& hw, const WinogradOp& op, const Region& box);
std::vector<Step> box_steps(const HwGraph& hw, const HwOp& op, const BoxTile& tile);

/// Input rows that `count` output rows from `first` on read: [begin, end), at least one.
struct Span1 {
  std::int64_t begin = 0;
  std::int64_t end = 1;
  std::int64_t pad = 0;  ///< padding before `begin` as the tile sees it; negative = rows that are skipped
};
Span1 window_span(std::int64_t first, std::int64_t count, std::int64_t kernel_first, std::int64_t kernel,
                  std::int64_t stride, std::int64_t dilation, std::int64_t pad, std::int64_t in);

}  // namespace systole::mapper
