#include "hw/timing/dot_product.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "hw/base/units.h"

namespace systole::timing {

DotProductSequence::DotProductSequence(const DotProductUnit& unit, const GemmShape& gemm)
    : unit_(unit), gemm_(gemm) {
  SYSTOLE_ASSERT(pes_of(unit) > 0 && unit.passes > 0, "a dot-product unit without multipliers");
  SYSTOLE_ASSERT(gemm.m > 0 && gemm.n > 0 && gemm.k > 0, "an empty GEMM");
  m_tiles_ = ceil_div(gemm.m, unit.rows);
  n_tiles_ = ceil_div(gemm.n, unit.cols);
}

std::optional<Fold> DotProductSequence::next() {
  if (index_ == count()) return std::nullopt;
  Fold fold;
  fold.index = index_;
  fold.m.begin = index_ % m_tiles_ * unit_.rows;
  fold.m.size = std::min<std::uint64_t>(unit_.rows, gemm_.m - fold.m.begin);
  fold.n.begin = index_ / m_tiles_ * unit_.cols;
  fold.n.size = std::min<std::uint64_t>(unit_.cols, gemm_.n - fold.n.begin);
  fold.k.size = gemm_.k;
  fold.first_k = true;
  fold.last_k = true;
  fold.interval = ceil_div(gemm_.k, unit_.depth) * unit_.passes;
  fold.drain = (dot_product_latency(unit_) - 1) * unit_.passes;
  fold.streamed = fold.interval;
  ++index_;
  return fold;
}

GemmTime dot_product_time(const DotProductUnit& unit, const GemmShape& gemm) {
  const DotProductSequence tiles(unit, gemm);
  const Ticks streamed = tiles.count() * ceil_div(gemm.k, unit.depth) * unit.passes;
  const Ticks drain = (dot_product_latency(unit) - 1) * unit.passes;
  GemmTime time;
  time.cycles = streamed + drain;
  time.folds = tiles.count();
  time.useful = gemm.m * gemm.n * gemm.k * unit.passes;
  time.losses.edge = pes_of(unit) * streamed - time.useful;
  time.losses.fill_drain = pes_of(unit) * drain;
  return time;
}

}  // namespace systole::timing
