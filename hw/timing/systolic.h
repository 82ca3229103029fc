// Timing of the weight-stationary systolic array. Derivation: docs/blocks/systolic-array.md.
//
// rows x cols processing elements hold a K x N piece of the weights ("fold"). Activations enter at the left,
// row r delayed by r cycles; partial sums enter at the top, column c delayed by c cycles, and go down one row
// per cycle. PE(r, c) works on streamed row m in cycle  start + m + r + c;  the sum of (m, c) leaves below
// the last row at the end of cycle  start + m + (rows - 1) + c.  A fold that uses fewer rows holds zeros in
// the others, which sums must still pass.
//
//   last useful sum of a fold of M rows and n columns:  start + M + rows + n - 2   (end, exclusive)
//
// Weights are shifted in from the top, one row per cycle: `rows` cycles for a fold, however many rows it
// uses. A single-buffered array is loaded when it is empty. A double-buffered array shifts the next fold into
// shadow registers behind the wave front of the fold that has just started; the next wave front swaps them
// in. So
//
//   double: start(0) = rows,  start(i + 1) = start(i) + max(M, rows)
//   single: start(0) = rows,  start(i + 1) = start(i) + (M + rows + n(i) - 2) + rows
#pragma once

#include <cstdint>

#include "hw/timing/time.h"

namespace systole::timing {

struct ArrayShape {
  std::uint32_t rows = 16;
  std::uint32_t cols = 16;
  bool double_buffer = true;
};

/// One piece of the weights on the array: rows k0 .. k0 + k_used - 1, columns n0 .. n0 + n_used - 1.
struct Fold {
  std::uint64_t index = 0;
  std::uint64_t k0 = 0;
  std::uint64_t n0 = 0;
  std::uint32_t k_used = 0;
  std::uint32_t n_used = 0;
  bool first_k = false;  ///< sums start from zero (or what CONTINUE left)
  bool last_k = false;   ///< sums are complete after this fold
  /// Cycles in which the array waits for this fold's weights after the fold before has freed it.
  Ticks load = 0;
  /// Cycles from this fold's start until the array is free for the next fold's `load` and start.
  Ticks interval = 0;
  /// From the end of `interval` until the last useful sum has left.
  Ticks drain = 0;
};

/// M + rows + n_used - 2: from the start of a fold until its last useful sum has left. m, n_used >= 1.
constexpr Ticks fold_latency(const ArrayShape& array, std::uint64_t m, std::uint32_t n_used) {
  return m + array.rows + n_used - 2;
}

/// The folds of a GEMM of M x K x N in the order in which the array takes them: column tiles outside, K
/// inside, so that accumulators are needed for one column tile only. All dimensions >= 1.
///   fold i starts at  sum over j < i of (load(j) + interval(j)) + load(i)
class FoldSequence {
public:
  FoldSequence(const ArrayShape& array, std::uint64_t m, std::uint64_t n, std::uint64_t k);

  [[nodiscard]] std::uint64_t count() const { return k_folds_ * n_folds_; }
  [[nodiscard]] std::uint64_t k_folds() const { return k_folds_; }
  [[nodiscard]] std::uint64_t n_folds() const { return n_folds_; }
  /// Fold number `index` < count().
  [[nodiscard]] Fold operator[](std::uint64_t index) const;

  /// Cycles from the first weight row entering until the last useful sum has left: closed form.
  [[nodiscard]] Ticks total_cycles() const;

private:
  [[nodiscard]] std::uint32_t columns_of(std::uint64_t n_fold) const;

  ArrayShape array_;
  std::uint64_t m_;
  std::uint64_t n_;
  std::uint64_t k_;
  std::uint64_t k_folds_;
  std::uint64_t n_folds_;
};

/// FoldSequence(...).total_cycles().
Ticks gemm_cycles(const ArrayShape& array, std::uint64_t m, std::uint64_t n, std::uint64_t k);

}  // namespace systole::timing
