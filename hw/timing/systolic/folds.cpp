#include "hw/timing/systolic/folds.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "hw/base/units.h"

namespace systole::timing {

namespace {

bool holds_outputs(const ArrayShape& array) { return array.dataflow == Dataflow::kOutputStationary; }

// Weights are packed by tiles of columns, which stay whole.
std::uint64_t chunk_of(const ArrayShape& array, std::uint64_t stream) {
  const bool any = array.accumulator_depth == 0 || array.rules != FoldRules::kSystole;
  if (any || stream <= array.accumulator_depth) return stream;
  const std::uint64_t depth = array.accumulator_depth;
  if (array.dataflow == Dataflow::kWeightStationary) return depth;
  return std::max<std::uint64_t>(depth - depth % array.cols, array.cols);
}

// Rows of results that a dot-product unit makes before it goes on to other columns: whole tiles.
std::uint64_t results_of(const ArrayShape& array, std::uint64_t m) {
  if (array.accumulator_depth == 0) return m;
  return std::max<std::uint64_t>(array.accumulator_depth - array.accumulator_depth % array.rows, array.rows);
}

}  // namespace

bool accumulators_hold(const ArrayShape& array, std::uint64_t m, std::uint64_t n) {
  if (array.accumulator_depth == 0) return true;
  switch (array.dataflow) {
    case Dataflow::kWeightStationary:
      return m * ceil_div(n, array.cols) <= array.accumulator_depth;
    case Dataflow::kInputStationary:
      return n * ceil_div(m, array.cols) <= array.accumulator_depth;
    case Dataflow::kOutputStationary:
      break;
  }
  return m * n <= array.accumulator_depth * array.cols;
}

Part FoldSequence::Tiling::at(std::uint64_t i) const { return {i * tile, std::min(tile, whole - i * tile)}; }

FoldSequence::FoldSequence(const ArrayShape& array, const GemmShape& gemm) : array_(array), gemm_(gemm) {
  SYSTOLE_ASSERT(array.rows > 0 && array.cols > 0, "an array without rows or columns");
  SYSTOLE_ASSERT(array.passes > 0 && array.k_per_row > 0, "an array without steps");
  SYSTOLE_ASSERT(array.rules != FoldRules::kCamuy || array.dataflow == Dataflow::kWeightStationary,
                 "Camuy's arrays are weight stationary");
  const bool dot_product = array.rules == FoldRules::kDotProduct;
  SYSTOLE_ASSERT(dot_product ? holds_outputs(array) && array.depth > 0 : array.depth == 1,
                 "dot products are made by units that keep their sums");
  SYSTOLE_ASSERT(gemm.m > 0 && gemm.n > 0 && gemm.k > 0, "an empty GEMM");
  const auto tiling = [](std::uint64_t whole, std::uint64_t tile) {
    return Tiling{whole, tile, ceil_div(whole, tile)};
  };
  const std::uint64_t k_rows = std::uint64_t{array.rows} * array.k_per_row;
  switch (array.dataflow) {
    case Dataflow::kWeightStationary:
      chunks_ = tiling(gemm.m, chunk_of(array, gemm.m));
      columns_ = tiling(gemm.n, array.cols);
      rows_ = tiling(gemm.k, k_rows);
      break;
    case Dataflow::kInputStationary:
      chunks_ = tiling(gemm.n, chunk_of(array, gemm.n));
      columns_ = tiling(gemm.m, array.cols);
      rows_ = tiling(gemm.k, k_rows);
      break;
    case Dataflow::kOutputStationary:
      chunks_ = tiling(gemm.k, gemm.k);
      columns_ = tiling(gemm.n, array.cols);
      rows_ = tiling(gemm.m, dot_product ? results_of(array, gemm.m) : array.rows);
      break;
  }
  count_ = chunks_.count * columns_.count * rows_.count;
}

FoldSequence::Extent FoldSequence::extent(std::uint64_t index) const {
  const std::uint64_t row = index % rows_.count;
  const std::uint64_t tile = index / rows_.count;
  Extent e;
  e.row = rows_.at(row);
  e.column = columns_.at(tile % columns_.count);
  e.chunk = chunks_.at(tile / columns_.count);
  e.cols = e.column.size;
  if (holds_outputs(array_)) {
    e.rows = e.row.size;
    e.stream = ceil_div(e.chunk.size, std::uint64_t{array_.k_per_row} * array_.depth);
    if (array_.rules == FoldRules::kDotProduct) e.stream *= ceil_div(e.row.size, array_.rows);
    e.first_k = e.last_k = true;
  } else {
    e.rows = ceil_div(e.row.size, array_.k_per_row);
    e.stream = e.chunk.size;
    e.first_k = row == 0;
    e.last_k = row + 1 == rows_.count;
  }
  return e;
}

// The stationary operand on its way into the array, results on their way out of an output-stationary one: a
// row a step, whatever rows are used.
Ticks FoldSequence::load_steps(const Extent& fold) const {
  const Ticks shift = array_.rows;
  if (array_.stationary_bandwidth == 0) return shift;
  return std::max(shift, ceil_div(fold.rows * fold.cols, Ticks{array_.stationary_bandwidth}));
}

// A step takes an element for each row (and, output stationary, for each column) from the FIFOs. What came in
// a step can be taken in the next one.
Ticks FoldSequence::stream_steps(const Extent& fold) const {
  const Ticks bandwidth = array_.streaming_bandwidth;
  if (bandwidth == 0) return fold.stream;
  const auto steps = [&](Ticks lanes) {
    const Ticks ready = std::min(lanes * array_.fifo_depth, filling_ * bandwidth);
    const Ticks wanted = fold.stream * lanes;
    return wanted <= ready ? fold.stream : std::max(fold.stream, ceil_div(wanted - ready, bandwidth) + 1);
  };
  return holds_outputs(array_) ? std::max(steps(fold.rows), steps(fold.cols)) : steps(fold.rows);
}

// Every sum is written; one that continues is read before; and the results of the tile before are read out.
Ticks FoldSequence::accumulator_steps(const Extent& fold, bool follows_results) const {
  if (holds_outputs(array_)) return 0;
  const Ticks accesses =
      1 + (!fold.first_k || gemm_.continues ? 1 : 0) + (follows_results && !gemm_.keeps ? 1 : 0);
  return ceil_div(fold.stream * accesses, Ticks{array_.accumulator_ports});
}

// next: null for the last fold. All in steps; next() turns them into cycles.
void FoldSequence::time_own(const Extent& now, const Extent* next, Fold& fold) {
  const bool first = fold.index == 0;
  const bool outputs = holds_outputs(array_);
  const bool waits = outputs ? gemm_.continues : true;
  if (waits && (first || !array_.double_buffer)) fold.load = load_steps(now);
  if (first) filling_ = std::max<Ticks>(fold.load, 1);

  const Ticks stream = stream_steps(now);
  const Ticks busy = std::max(stream, accumulator_steps(now, now.first_k && !first));
  // From the start until the last sum is complete, and until it has left the array.
  const Ticks complete = busy + array_.rows + now.cols - 2;
  const Ticks leaving = outputs ? load_steps(now) : 0;
  Ticks interval = 0;
  Ticks free = 0;  // without regard to the stationary operand
  if (array_.double_buffer) {
    free = array_.fold_overlap ? busy : complete;
    // The last operands come `busy` steps after the start, the next fold's no earlier than now.stream after
    // its own: sums that it goes on with have left by then, and results of two folds do not meet on their way
    // out.
    const Ticks late = busy - now.stream;
    Ticks behind = 0;
    if (next != nullptr && outputs) behind = late + leaving;
    if (next != nullptr && !outputs)
      behind = std::max(load_steps(*next), next->first_k ? 0 : late + array_.rows);
    interval = std::max(free, behind);
  } else {
    free = array_.fold_overlap ? busy : complete;
    // A register that is used for the last time takes its next value at the end of that very step.
    const bool at_once = array_.fold_overlap && next != nullptr;
    interval = free + leaving - (at_once ? 1 : 0);
  }
  fold.interval = interval;
  fold.drain = std::max(complete + leaving, interval) - interval;
  fold.streamed = now.stream;
  fold.starved = stream - now.stream;
  fold.conflicts = busy - stream;
  fold.held = fold.load + interval - free;
  // From the step on that takes the last operands.
  const Ticks reload = next != nullptr && !array_.double_buffer && waits ? load_steps(*next) : 0;
  filling_ = interval + reload - stream + 1;
}

void FoldSequence::time_scale_sim(const Extent& now, bool last, Fold& fold) const {
  const Ticks skew = Ticks{array_.rows} + array_.cols - 2;
  fold.load = holds_outputs(array_) ? 0 : array_.rows;
  fold.interval = now.stream + skew;
  if (last && fold.load + fold.interval + fold.index > 1) --fold.interval;
  fold.streamed = now.stream;
  fold.held = fold.load;
}

void FoldSequence::time_camuy(const Extent& now, bool last, Fold& fold) const {
  constexpr Ticks kTail = 6;
  fold.interval = now.stream;
  fold.streamed = now.stream;
  fold.drain = array_.rows + now.cols + kTail;
  if (last) return;
  // Camuy counts up to the last tile's end; a wider one before it is not waited for.
  const Ticks rest =
      (count() - 1 - fold.index) * now.stream + array_.rows + kTail + columns_.at(columns_.count - 1).size;
  fold.drain = std::min(fold.drain, rest);
}

// Steps follow one another without a gap: the accumulator adds in one step.
void FoldSequence::time_dot_product(const Extent& now, Fold& fold) const {
  fold.interval = fold.streamed = now.stream;
  fold.drain = dot_product_latency(array_) - 1;
}

std::optional<Fold> FoldSequence::next() {
  if (index_ >= count_) return std::nullopt;
  const Extent now = index_ == ahead_index_ ? ahead_ : extent(index_);
  const bool last = index_ + 1 == count_;
  Fold fold;
  fold.index = index_;
  fold.first_k = now.first_k;
  fold.last_k = now.last_k;
  switch (array_.dataflow) {
    case Dataflow::kWeightStationary:
      fold.m = now.chunk, fold.n = now.column, fold.k = now.row;
      break;
    case Dataflow::kInputStationary:
      fold.n = now.chunk, fold.m = now.column, fold.k = now.row;
      break;
    case Dataflow::kOutputStationary:
      fold.k = now.chunk, fold.n = now.column, fold.m = now.row;
      break;
  }
  switch (array_.rules) {
    case FoldRules::kSystole: {
      ahead_index_ = index_ + 1;
      if (!last) ahead_ = extent(ahead_index_);
      time_own(now, last ? nullptr : &ahead_, fold);
      break;
    }
    case FoldRules::kScaleSim:
      time_scale_sim(now, last, fold);
      break;
    case FoldRules::kCamuy:
      time_camuy(now, last, fold);
      break;
    case FoldRules::kDotProduct:
      time_dot_product(now, fold);
      break;
  }
  if (array_.passes > 1) in_cycles(fold);
  ++index_;
  return fold;
}

void FoldSequence::in_cycles(Fold& fold) const {
  for (Ticks* steps : {&fold.load, &fold.interval, &fold.drain, &fold.streamed, &fold.starved,
                       &fold.conflicts, &fold.held}) {
    *steps *= array_.passes;
  }
}

}  // namespace systole::timing
