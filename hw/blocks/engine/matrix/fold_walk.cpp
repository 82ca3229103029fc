#include "hw/blocks/engine/matrix/fold_walk.h"

namespace systole::engine::matrix {

namespace {

Range range_of(const timing::Part& part) {
  return {static_cast<std::uint32_t>(part.begin), static_cast<std::uint32_t>(part.end())};
}

}  // namespace

timing::GemmShape gemm_of(const Operation& op) {
  return {op.pixels, op.d.n, op.b_rows, op.continues(), op.keeps()};
}

FoldWalk::FoldWalk(const Operation& op, const timing::ArrayShape& array)
    : folds_(array, gemm_of(op)), dataflow_(array.dataflow) {}

std::optional<FoldStep> FoldWalk::next() {
  const std::optional<timing::Fold> fold = folds_.next();
  if (!fold) return std::nullopt;
  FoldStep step;
  step.pixels = range_of(fold->m);
  step.n = range_of(fold->n);
  step.k = range_of(fold->k);
  // An input-stationary array takes activations once for a chunk of columns, the others for every tile.
  const bool input = dataflow_ == Dataflow::kInputStationary;
  const std::uint64_t per_tile = folds_.folds_per_tile();
  const std::uint64_t per_round = input ? per_tile * folds_.tiles_per_chunk() : per_tile;
  step.pass = fold->index % per_round;
  step.new_pixels = fold->n.begin == 0;
  step.last_k = fold->last_k;
  step.compute_cycles = fold->load + fold->interval;
  if (fold->last_k) step.drain_cycles = fold->drain;
  return step;
}

}  // namespace systole::engine::matrix
