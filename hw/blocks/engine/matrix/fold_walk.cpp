#include "hw/blocks/engine/matrix/fold_walk.h"

#include <algorithm>

namespace systole::engine::matrix {

FoldWalk::FoldWalk(const Operation& op, const timing::ArrayShape& array)
    : op_(op),
      array_(array),
      chunk_{0, std::min(op.pixels, op.chunk_pixels)},
      folds_(array, chunk_.size(), op.d.n, op.b_rows) {}

void FoldWalk::start_chunk(std::uint32_t begin) {
  chunk_ = {begin, begin + std::min(op_.pixels - begin, op_.chunk_pixels)};
  folds_ = timing::FoldSequence(array_, chunk_.size(), op_.d.n, op_.b_rows);
  index_ = 0;
}

std::optional<FoldStep> FoldWalk::next() {
  if (index_ == folds_.count()) {
    if (chunk_.end == op_.pixels) return std::nullopt;
    start_chunk(chunk_.end);
  }
  const timing::Fold fold = folds_[index_++];
  const bool first_of_command = fold.index == 0 && chunk_.begin == 0;
  const bool last_of_command = index_ == folds_.count() && chunk_.end == op_.pixels;
  const std::uint64_t m = chunk_.size();

  FoldStep step;
  step.pixels = chunk_;
  step.n = {static_cast<std::uint32_t>(fold.n0), static_cast<std::uint32_t>(fold.n0) + fold.n_used};
  step.k = {static_cast<std::uint32_t>(fold.k0), static_cast<std::uint32_t>(fold.k0) + fold.k_used};
  step.first_of_chunk = fold.index == 0;
  step.first_tile = fold.n0 == 0;
  step.last_k = fold.last_k;
  std::uint64_t interval = fold.interval;
  if (array_.double_buffer && !last_of_command) interval = std::max<std::uint64_t>(m, array_.rows);
  const bool waits = !array_.double_buffer || first_of_command;
  step.compute_cycles = (waits ? fold.load : 0) + interval;
  if (fold.last_k) step.drain_cycles = timing::fold_latency(array_, m, fold.n_used) - interval;
  return step;
}

}  // namespace systole::engine::matrix
