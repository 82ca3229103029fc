// Which tile of a convolution or GEMM: all combinations of a few sizes are weighed.
#include <algorithm>
#include <tuple>

#include "hw/base/units.h"
#include "models/mapper/tiling/pack.h"
#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

namespace {

/// Sizes of tiles that cut `total` into 1, 2, 3, ... parts of about the same size: every size for few parts,
/// then in steps of a quarter.
std::vector<std::int64_t> sizes_of_parts(std::int64_t total) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t parts = 1; parts <= total; parts += std::max<std::int64_t>(1, parts / 4)) {
    const std::int64_t size = (total + parts - 1) / parts;
    if (sizes.empty() || sizes.back() != size) sizes.push_back(size);
  }
  if (sizes.back() != 1) sizes.push_back(1);
  return sizes;
}

/// K in pieces of at most `channels` channels; taps: every kernel position on its own.
std::vector<KChunk> chunks_of(const MatrixOp& op, std::int64_t channels, bool taps) {
  std::vector<KChunk> chunks;
  const std::int64_t kh = op.window.kernel[0];
  const std::int64_t kw = op.window.kernel[1];
  for (std::int64_t tap = 0; tap < (taps ? kh * kw : 1); ++tap) {
    for (std::int64_t c = 0; c < op.in_c; c += channels) {
      const std::int64_t used = std::min(channels, op.in_c - c);
      chunks.push_back(taps ? KChunk{tap / kw, 1, tap % kw, 1, c, used} : KChunk{0, kh, 0, kw, c, used});
    }
  }
  return chunks;
}

/// The ways to cut K, whole first.
std::vector<std::vector<KChunk>> chunkings(const MatrixOp& op, const Capability& capability) {
  std::vector<std::vector<KChunk>> list{chunks_of(op, op.in_c, false)};
  if (op.groups > 1) return list;
  const bool one_tap = op.window.kernel[0] * op.window.kernel[1] == 1;
  const bool is_float = op.a_type == DType::kFloat32;
  const auto rows = static_cast<std::int64_t>(capability.array_rows);
  const auto add = [&](bool taps) {
    for (std::int64_t channels : sizes_of_parts(op.in_c)) {
      // Whole folds of the array where it makes a difference.
      if (channels > rows) channels = static_cast<std::int64_t>(round_up(channels, rows));
      auto chunks = chunks_of(op, channels, taps);
      if (chunks.size() > list.back().size()) list.push_back(std::move(chunks));
    }
  };
  // Channels outside of taps would change the order of a float sum.
  if (one_tap || !is_float) add(false);
  if (!one_tap) add(true);
  return list;
}

/// What decides between tiles.
struct Cost {
  std::int64_t staging = 0;  ///< bytes of all buffers
  std::int64_t traffic = 0;  ///< bytes moved into and out of them
  std::int64_t steps = 0;
};

class Evaluator {
public:
  Evaluator(const HwGraph& hw, const MatrixOp& op, const Homes& homes, bool ping_pong,
            const Capability& capability)
      : op_(op), ping_pong_(ping_pong), capability_(capability) {
    const auto strided = [&](ValueId id, int adjacent) {
      Operand operand{0, id, whole(hw.value(id)), false, {}, adjacent, {}, 0};
      return in_place(hw, homes, operand);
    };
    a_in_place_ = strided(op.a, op.a_roles.chan);
    out_in_place_ = strided(op.out, op.out_roles.chan < 0 ? kAnyStrides : op.out_roles.chan);
    pack_in_place_ = op.pack == kNoValue || homes.has(hw, op.pack);
    residual_in_place_ = op.residual == kNoValue ||
                         strided(op.residual, op.out_roles.chan < 0 ? kAnyStrides : op.out_roles.chan);
    bias_in_place_ = op.bias_value == kNoValue || homes.has(hw, op.bias_value);
    batches_ = ir::elements_of(op.batch);
    shared_b_ = op.b_data &&
                std::all_of(op.b_index.batch.begin(), op.b_index.batch.end(), [](auto s) { return s == 0; });
  }

  [[nodiscard]] Cost operator()(const MatrixTile& tile) const {
    const std::int64_t row_tiles = (op_.out_h + tile.rows - 1) / tile.rows;
    const std::int64_t column_tiles = column_tile_count(op_, tile);
    const auto chunks = static_cast<std::int64_t>(tile.chunks.size());
    const ColumnRange range = column_range(op_, tile, 0);
    const KChunk& chunk = tile.chunks.front();
    const bool split_k = chunks > 1;

    Cost cost;
    cost.steps = batches_ * row_tiles * column_tiles * chunks;
    const auto buffer = [&](std::int64_t bytes, bool changes, std::int64_t loads) {
      const auto step = staging_alignment(capability_);
      const std::int64_t copies = ping_pong_ && changes ? 2 : 1;
      cost.staging += copies * static_cast<std::int64_t>(round_up(bytes, step));
      cost.traffic += bytes * loads;
    };
    if (!a_in_place_) {
      const std::int64_t in_rows = std::min(op_.in_h, (tile.rows - 1) * op_.window.stride[0] +
                                                          (chunk.kernel_h - 1) * op_.window.dilation[0] + 1);
      const std::int64_t channels = op_.groups > 1 ? range.groups * op_.in_c : chunk.channels;
      const auto size = static_cast<std::int64_t>(size_of(op_.a_type));
      const bool per_column = op_.groups > 1;
      // Each tile of A once; again for every column tile if other tiles of A came in between.
      std::int64_t loads = batches_ * row_tiles * chunks * (per_column ? column_tiles : 1);
      if (!per_column && (split_k || (tile.rows_inside && row_tiles > 1))) loads *= column_tiles;
      buffer(in_rows * op_.in_w * channels * size, loads > 1, loads);
    }
    const std::int64_t repeats = (shared_b_ ? (column_tiles * chunks > 1 ? batches_ : 1) : batches_) *
                                 (split_k || (!tile.rows_inside && column_tiles > 1) ? row_tiles : 1);
    if (!pack_in_place_) {
      buffer(pack_block_bytes(op_, range.groups, range.per_group, chunk.rows(), true),
             repeats * column_tiles * chunks > 1, repeats * column_tiles * chunks);
    }
    if (op_.b != kNoValue) {
      buffer(range.count * chunk.rows() * static_cast<std::int64_t>(size_of(op_.b_type)),
             repeats * column_tiles * chunks > 1, repeats * column_tiles * chunks);
    }
    if (!bias_in_place_) buffer(range.count * 4, column_tiles > 1, repeats * column_tiles);
    const std::int64_t tiles = batches_ * row_tiles * column_tiles;
    const std::int64_t result =
        tile.rows * op_.out_w * range.count * static_cast<std::int64_t>(size_of(op_.out_type));
    if (!out_in_place_) buffer(result, tiles > 1, tiles);
    if (!residual_in_place_) buffer(result, tiles > 1, tiles);
    return cost;
  }

  /// Partial sums of a split K stay in the accumulators.
  [[nodiscard]] bool accumulators_hold(const MatrixTile& tile) const {
    if (tile.chunks.size() == 1) return true;
    const std::uint64_t columns = round_up(static_cast<std::uint64_t>(tile.columns), capability_.array_cols);
    return static_cast<std::uint64_t>(tile.rows * op_.out_w) * columns * 4 <=
           capability_.accumulators.count();
  }

private:
  const MatrixOp& op_;
  bool ping_pong_;
  const Capability& capability_;
  bool a_in_place_, out_in_place_, pack_in_place_, bias_in_place_, residual_in_place_;
  std::int64_t batches_;
  bool shared_b_;
};

}  // namespace

std::optional<MatrixTile> choose_matrix_tile(const HwGraph& hw, const MatrixOp& op, const Homes& homes,
                                             const Budget& budget, const Capability& capability,
                                             std::int64_t* least) {
  const Evaluator evaluate(hw, op, homes, budget.ping_pong, capability);
  const auto cols = static_cast<std::int64_t>(capability.array_cols);
  std::vector<std::int64_t> columns;
  if (op.groups > 1) {
    columns = sizes_of_parts(op.groups);
  } else {
    for (const std::int64_t tiles : sizes_of_parts((op.n + cols - 1) / cols)) {
      columns.push_back(std::min(op.n, tiles * cols));
    }
  }
  const std::vector<std::int64_t> rows = sizes_of_parts(op.out_h);

  // One step that leaves room for the neighbours' buffers, or several steps that share the budget; failing
  // both, one step that takes it all.
  std::optional<MatrixTile> best;
  std::tuple<std::int64_t, std::int64_t> best_cost;
  std::optional<MatrixTile> last_resort;
  for (const auto& chunks : chunkings(op, capability)) {
    for (const std::int64_t column : columns) {
      for (const std::int64_t row : rows) {
        for (const bool rows_inside : {true, false}) {
          MatrixTile tile{row, column, chunks, rows_inside};
          if (!evaluate.accumulators_hold(tile)) continue;
          const Cost cost = evaluate(tile);
          if (least != nullptr) *least = std::min(*least, cost.staging);
          if (cost.staging > budget.bytes) continue;
          if (budget.ping_pong && cost.steps == 1 && cost.staging > budget.bytes / 2) {
            last_resort = tile;
            continue;
          }
          const auto key = std::tuple(cost.traffic, cost.steps);
          if (best && key >= best_cost) continue;
          best = tile;
          best_cost = key;
        }
      }
    }
    if (best && least == nullptr) return best;
  }
  return best ? best : last_resort;
}

}  // namespace systole::mapper
