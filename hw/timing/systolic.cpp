#include "hw/timing/systolic.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "hw/base/units.h"

namespace systole::timing {

FoldSequence::FoldSequence(const ArrayShape& array, std::uint64_t m, std::uint64_t n, std::uint64_t k)
    : array_(array), m_(m), n_(n), k_(k) {
  SYSTOLE_ASSERT(array.rows > 0 && array.cols > 0, "an array without rows or columns");
  SYSTOLE_ASSERT(m > 0 && n > 0 && k > 0, "an empty GEMM");
  k_folds_ = ceil_div(k, array.rows);
  n_folds_ = ceil_div(n, array.cols);
}

std::uint32_t FoldSequence::columns_of(std::uint64_t n_fold) const {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(array_.cols, n_ - n_fold * array_.cols));
}

Fold FoldSequence::operator[](std::uint64_t index) const {
  const std::uint64_t n_fold = index / k_folds_;
  const std::uint64_t k_fold = index % k_folds_;
  Fold fold;
  fold.index = index;
  fold.k0 = k_fold * array_.rows;
  fold.n0 = n_fold * array_.cols;
  fold.k_used = static_cast<std::uint32_t>(std::min<std::uint64_t>(array_.rows, k_ - fold.k0));
  fold.n_used = columns_of(n_fold);
  fold.first_k = k_fold == 0;
  fold.last_k = k_fold + 1 == k_folds_;
  const Ticks latency = fold_latency(array_, m_, fold.n_used);
  if (array_.double_buffer) {
    fold.load = index == 0 ? array_.rows : 0;
    // After the last fold nothing waits for shadow registers: the left edge is free after M rows.
    fold.interval = index + 1 == count() ? m_ : std::max<Ticks>(m_, array_.rows);
    fold.drain = latency - fold.interval;  // >= min(M, rows) + n - 2 >= 0
  } else {
    fold.load = array_.rows;
    fold.interval = latency;
  }
  return fold;
}

Ticks FoldSequence::total_cycles() const {
  const Ticks rows = array_.rows;
  const std::uint32_t last_columns = columns_of(n_folds_ - 1);
  if (!array_.double_buffer) {
    // Sum over folds of rows + (M + rows + n - 2); the n of all folds sum to k_folds x N.
    return k_folds_ * (n_folds_ * (rows + m_ + rows - 2) + n_);
  }
  // The last fold starts last, but a wider column tile before it may drain later.
  const Ticks step = std::max<Ticks>(m_, rows);
  Ticks end = (count() - 1) * step + last_columns;
  if (n_folds_ > 1) end = std::max<Ticks>(end, (count() - 1 - k_folds_) * step + array_.cols);
  return rows + end + m_ + rows - 2;
}

Ticks gemm_cycles(const ArrayShape& array, std::uint64_t m, std::uint64_t n, std::uint64_t k) {
  return FoldSequence(array, m, n, k).total_cycles();
}

}  // namespace systole::timing
