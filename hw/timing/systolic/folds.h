// The folds of a matrix product on a systolic array, and their cycles.
//
// A fold is what fits on the array at a time:
//   weight stationary  rows x cols of K x N; M is streamed, in chunks that the accumulators hold
//   input stationary   rows x cols of K x M; N is streamed, in chunks likewise
//   output stationary  rows x cols of M x N; K is streamed
//   dot-product unit   cols of N, and as many of M as the accumulators hold; all of K
// Order: chunks outside, then tiles of the columns, then tiles of the rows.
#pragma once

#include <cstdint>
#include <optional>

#include "hw/base/losses.h"
#include "hw/timing/systolic/array_shape.h"

namespace systole::timing {

/// `size` values from `begin` on.
struct Part {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  [[nodiscard]] std::uint64_t end() const { return begin + size; }
  bool operator==(const Part&) const = default;
};

struct Fold {
  std::uint64_t index = 0;
  Part m, n, k;
  bool first_k = false;  ///< sums start from zero, or from what CONTINUE left
  bool last_k = false;   ///< sums are complete after this fold
  // In clock cycles. Fold i starts at  sum over j < i of (load(j) + interval(j)) + load(i).
  Ticks load = 0;      ///< the array waits for the stationary operand after the fold before has freed it
  Ticks interval = 0;  ///< from the fold's start until the array is free for the next one's load and start
  Ticks drain = 0;     ///< from the end of the interval until the last useful sum has left

  // Of the interval and the load, in clock cycles: what is not streaming of operands.
  Ticks streamed = 0;  ///< steps that move operands, times passes
  Ticks starved = 0;
  Ticks conflicts = 0;
  Ticks held = 0;  ///< waits for the stationary operand, `load` included
};

/// Gives the folds of a product one by one.
class FoldSequence {
public:
  FoldSequence(const ArrayShape& array, const GemmShape& gemm);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Folds of one tile of the columns, and tiles of one chunk.
  [[nodiscard]] std::uint64_t folds_per_tile() const { return rows_.count; }
  [[nodiscard]] std::uint64_t tiles_per_chunk() const { return columns_.count; }
  [[nodiscard]] std::uint64_t chunks() const { return chunks_.count; }
  [[nodiscard]] std::optional<Fold> next();
  /// Leaves `folds` out, which take the cycles of as many before them.
  void skip(std::uint64_t folds) { index_ += folds; }

  /// All that the folds to come depend on, but for their shapes.
  [[nodiscard]] Ticks state() const { return filling_; }

private:
  /// One dimension in tiles.
  struct Tiling {
    std::uint64_t whole = 1, tile = 1, count = 1;
    [[nodiscard]] Part at(std::uint64_t i) const;
  };
  /// A fold as the array sees it: extents in rows, columns and steps.
  struct Extent {
    Part chunk, column, row;  ///< in the units of the tilings
    Ticks stream = 0;
    Ticks rows = 0, cols = 0;  ///< used
    bool first_k = false, last_k = false;
  };
  [[nodiscard]] Extent extent(std::uint64_t index) const;
  [[nodiscard]] Ticks load_steps(const Extent& fold) const;
  [[nodiscard]] Ticks stream_steps(const Extent& fold) const;
  [[nodiscard]] Ticks accumulator_steps(const Extent& fold, bool follows_results) const;
  void in_cycles(Fold& fold) const;
  void time_own(const Extent& now, const Extent* next, Fold& fold);
  void time_scale_sim(const Extent& now, bool last, Fold& fold) const;
  void time_dot_product(const Extent& now, Fold& fold) const;
  void time_camuy(const Extent& now, bool last, Fold& fold) const;

  ArrayShape array_;
  GemmShape gemm_;
  Tiling chunks_, columns_, rows_;
  std::uint64_t count_ = 0;
  std::uint64_t index_ = 0;
  std::uint64_t ahead_index_ = ~std::uint64_t{0};  ///< of the fold that `ahead_` is of
  Extent ahead_;
  Ticks filling_ = 0;  ///< steps before the next fold's start in which its operands come into the FIFOs
};

/// A whole product.
struct GemmTime {
  Ticks cycles = 0;  ///< from the first element of the stationary operand until the last useful sum has left
  std::uint64_t folds = 0;
  Losses losses;     ///< PEs x cycles = useful + losses.total()
  Ticks useful = 0;  ///< PE-cycles of multiply-accumulates: M x N x K x passes / k_per_row, rounded up
};

/// In a number of operations that does not depend on the shapes: equal folds are counted, not walked.
GemmTime gemm_time(const ArrayShape& array, const GemmShape& gemm);
/// gemm_time(...).cycles
Ticks gemm_cycles(const ArrayShape& array, const GemmShape& gemm);

}  // namespace systole::timing
