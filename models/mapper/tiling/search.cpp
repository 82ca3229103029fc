// Which tile of a convolution or GEMM.
//
// Loop order (which operand stays), rows, columns of the array and pieces of K are enumerated; what does not
// fit is cut off with all that is larger. Of the tiles with about the least traffic the fastest wins, and
// among about equals the one with few steps: some are weighed by predicted cycles, those with few steps
// first, the others in the order of a lower bound of their cycles.
#include <algorithm>
#include <tuple>

#include "hw/base/units.h"
#include "models/mapper/tiling/kept.h"
#include "models/mapper/tiling/matrix_cost.h"
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
  for (KChunk& chunk : chunks) {
    if (!op.kept.empty()) chunk.kept = kept_count(op, chunk);
  }
  return chunks;
}

/// The ways to cut K, whole first.
std::vector<std::vector<KChunk>> chunkings(const MatrixOp& op, const Capability& capability) {
  std::vector<std::vector<KChunk>> list{chunks_of(op, op.in_c, false)};
  if (op.groups > 1) return list;
  const bool one_tap = op.window.kernel[0] * op.window.kernel[1] == 1;
  const bool ordered = op.a_type == DType::kFloat32 || op.ordered_sums;
  const auto rows = static_cast<std::int64_t>(capability.array.rows);
  // A command knows its blocks by the channels of all of them.
  const bool whole = op.has_float_blocks();
  const auto add = [&](bool taps) {
    for (std::int64_t channels : whole ? std::vector{op.in_c} : sizes_of_parts(op.in_c)) {
      // Whole folds of the array where it makes a difference.
      if (channels > rows) channels = static_cast<std::int64_t>(round_up(channels, rows));
      if (!may_cut(op, channels, taps)) continue;
      auto chunks = chunks_of(op, channels, taps);
      if (chunks.size() > list.back().size()) list.push_back(std::move(chunks));
    }
  };
  // Channels outside of taps would change the order of a sum.
  if (one_tap || !ordered) add(false);
  if (!one_tap) add(true);
  return list;
}

/// A tile in the running. Thousands are: what they share is not copied.
struct Candidate {
  std::size_t chunking = 0;
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  std::int64_t group_columns = 0;
  bool rows_inside = true;
  TileCost cost;
  double bound = 0;  ///< of those with the least traffic: cycles at least
};

constexpr double kTrafficSlack = 1.02;  // over the least traffic
constexpr double kCycleSlack = 1.01;    // over the fewest cycles: then the neighbours' buffers decide
constexpr double kWaiting = 1.05;       // cycles over those of the commands
constexpr std::size_t kWeighed = 24;    // predictions at most

class Search {
public:
  Search(const HwGraph& hw, const MatrixOp& op, const Homes& homes, const Budget& budget, std::int64_t copies,
         const Capability& capability)
      : op_(op),
        budget_(budget),
        copies_(copies),
        capability_(capability),
        chunkings_(budget.layout == nullptr ? chunkings(op, capability)
                                            : std::vector<std::vector<KChunk>>{budget.layout->chunks}),
        cost_(hw, op, homes, copies, budget.before, capability) {}

  std::optional<MatrixTile> best() {
    enumerate();
    return choose();
  }
  /// Of the tile that best() has returned.
  [[nodiscard]] double cycles() const { return cycles_; }
  [[nodiscard]] std::int64_t traffic() const { return traffic_; }
  /// The array waits for its operands.
  [[nodiscard]] bool waits() const { return cycles_ > kWaiting * commands_; }
  [[nodiscard]] std::int64_t least_staging() const { return least_staging_; }

private:
  void enumerate() {
    if (cost_.all_in_place() && budget_.layout == nullptr && ir::elements_of(op_.batch) == 1) {
      // Nothing to cut.
      MatrixTile all{
          op_.out_h, op_.groups > 1 ? op_.groups : op_.n, 0, chunkings_.front(), true, cost_.block_align(),
          copies_};
      return add(all, 0, cost_.input_rows(all));
    }
    const auto cols = static_cast<std::int64_t>(capability_.array.cols);
    std::vector<std::int64_t> columns;
    if (op_.groups > 1) {
      columns = sizes_of_parts(op_.groups);
    } else {
      for (const std::int64_t tiles : sizes_of_parts((op_.n + cols - 1) / cols)) {
        columns.push_back(std::min(op_.n, tiles * cols));
      }
    }
    std::vector<std::int64_t> group_columns;
    if (op_.groups > 1) {
      for (const std::int64_t tiles : sizes_of_parts((op_.n + cols - 1) / cols)) {
        if (tiles * cols < op_.n) group_columns.push_back(tiles * cols);  // else a whole group
      }
    }
    if (budget_.layout != nullptr) {
      const bool in_group = budget_.layout->group_columns > 0;
      columns = in_group ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{budget_.layout->columns};
      group_columns =
          in_group ? std::vector<std::int64_t>{budget_.layout->group_columns} : std::vector<std::int64_t>{};
    }
    const std::vector<std::int64_t> rows = sizes_of_parts(op_.out_h);
    std::vector<std::int64_t> input_rows(rows.size());
    for (std::size_t i = 0; i < chunkings_.size(); ++i) {
      MatrixTile tile{1, 1, 0, chunkings_[i], true, cost_.block_align(), copies_};
      for (std::size_t r = 0; r < rows.size(); ++r) {
        tile.rows = rows[r];
        input_rows[r] = cost_.input_rows(tile);
      }
      for (const std::int64_t column : columns) {
        tile.columns = column;
        for (std::size_t r = 0; r < rows.size(); ++r) {
          tile.rows = rows[r];
          if (cost_.accumulators_hold(tile)) add(tile, i, input_rows[r]);
        }
      }
      tile.columns = 1;
      for (const std::int64_t column : group_columns) {
        tile.group_columns = column;
        for (std::size_t r = 0; r < rows.size(); ++r) {
          tile.rows = rows[r];
          add(tile, i, input_rows[r]);
        }
      }
    }
  }

  /// Both loop orders.
  void add(MatrixTile& tile, std::size_t chunking, std::int64_t input_rows) {
    const bool split = tile.chunks.size() > 1;
    for (const bool rows_inside : {true, false}) {
      const bool one_order = split || tile.rows >= op_.out_h || column_tile_count(op_, tile) == 1;
      if (!rows_inside && one_order) continue;  // the same order
      tile.rows_inside = rows_inside;
      const TileCost cost = cost_(tile, input_rows);
      least_staging_ = std::min(least_staging_, cost.staging);
      if (cost.staging > budget_.bytes) continue;
      least_traffic_ = std::min(least_traffic_, cost.traffic);
      if (static_cast<double>(cost.traffic) > most_traffic()) continue;
      candidates_.push_back({chunking, tile.rows, tile.columns, tile.group_columns, rows_inside, cost});
    }
  }

  [[nodiscard]] MatrixTile tile_of(const Candidate& c) const {
    return {c.rows,        c.columns,           c.group_columns, chunkings_[c.chunking],
            c.rows_inside, cost_.block_align(), copies_};
  }

  void set_bounds() {
    MatrixTile tile;
    std::size_t chunking = chunkings_.size();
    for (Candidate& c : candidates_) {
      if (c.chunking != chunking) tile = tile_of(c);
      chunking = c.chunking;
      tile.rows = c.rows;
      tile.columns = c.columns;
      tile.group_columns = c.group_columns;
      tile.rows_inside = c.rows_inside;
      c.bound = cost_.bound(tile, c.cost);
    }
  }

  [[nodiscard]] double most_traffic() const { return static_cast<double>(least_traffic_) * kTrafficSlack; }

  std::optional<MatrixTile> choose() {
    std::erase_if(candidates_,
                  [&](const Candidate& c) { return static_cast<double>(c.cost.traffic) > most_traffic(); });
    if (candidates_.empty()) return std::nullopt;
    set_bounds();
    if (cost_.all_in_place() || capability_.whole_layers()) {  // nothing to hide, or not wanted
      const auto one = std::find_if(candidates_.begin(), candidates_.end(),
                                    [](const Candidate& c) { return c.cost.steps == 1; });
      if (one != candidates_.end()) return tile_of(*one);
    }
    // Half of the predictions go to few steps among those that may be the fastest, the others by the bound.
    double least = std::numeric_limits<double>::infinity();
    for (const Candidate& c : candidates_) least = std::min(least, c.bound);
    const auto far = std::stable_partition(candidates_.begin(), candidates_.end(), [&](const Candidate& c) {
      return c.bound <= least * kCycleSlack;
    });
    std::stable_sort(candidates_.begin(), far, [](const Candidate& a, const Candidate& b) {
      return std::tuple(a.cost.steps, a.bound, a.cost.traffic) <
             std::tuple(b.cost.steps, b.bound, b.cost.traffic);
    });
    const auto few = candidates_.begin() + std::min<std::ptrdiff_t>(kWeighed / 2, far - candidates_.begin());
    std::stable_sort(few, candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return std::tuple(a.bound, a.cost.steps, a.cost.traffic) <
             std::tuple(b.bound, b.cost.steps, b.cost.traffic);
    });
    std::vector<std::pair<double, const Candidate*>> weighed;
    double fewest = std::numeric_limits<double>::infinity();
    for (const Candidate& candidate : candidates_) {
      if (weighed.size() == kWeighed || candidate.bound > fewest * kCycleSlack) break;
      weighed.emplace_back(cost_.cycles(tile_of(candidate)), &candidate);
      fewest = std::min(fewest, weighed.back().first);
    }
    // Among equals: room for the neighbours' buffers, then few steps.
    const auto key = [&](const std::pair<double, const Candidate*>& item) {
      return std::tuple(item.first > fewest * kCycleSlack, item.second->cost.staging > budget_.bytes / 2,
                        item.second->cost.steps, item.first);
    };
    const auto best = std::min_element(weighed.begin(), weighed.end(),
                                       [&](const auto& a, const auto& b) { return key(a) < key(b); });
    cycles_ = best->first;
    auto tile = tile_of(*best->second);
    commands_ = cost_.commands(tile);
    traffic_ = best->second->cost.traffic;
    return tile;
  }

  const MatrixOp& op_;
  Budget budget_;
  std::int64_t copies_;
  const Capability& capability_;
  std::vector<std::vector<KChunk>> chunkings_;
  MatrixCost cost_;
  std::vector<Candidate> candidates_;
  std::int64_t least_staging_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t least_traffic_ = std::numeric_limits<std::int64_t>::max();
  double cycles_ = 0;
  double commands_ = 0;
  std::int64_t traffic_ = 0;
};

}  // namespace

bool same_pack(const MatrixTile& a, const MatrixTile& b) {
  return a.columns == b.columns && a.group_columns == b.group_columns && a.chunks == b.chunks &&
         a.block_align == b.block_align;
}

std::optional<MatrixTile> choose_matrix_tile(const HwGraph& hw, const MatrixOp& op, const Homes& homes,
                                             const Budget& budget, const Capability& capability,
                                             std::int64_t* least) {
  Search search(hw, op, homes, budget, budget.copies(), capability);
  auto tile = search.best();
  if (least != nullptr) *least = std::min(*least, search.least_staging());
  if (!tile || !budget.ping_pong || !search.waits()) return tile;
  // One buffer more hides the memory's latency, if it costs no traffic.
  Search deeper(hw, op, homes, budget, budget.copies() + 1, capability);
  auto other = deeper.best();
  const bool better =
      other && deeper.cycles() < search.cycles() &&
      static_cast<double>(deeper.traffic()) <= kTrafficSlack * static_cast<double>(search.traffic());
  return better ? other : tile;
}

}  // namespace systole::mapper
