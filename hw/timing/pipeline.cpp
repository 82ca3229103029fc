#include "hw/timing/pipeline.h"

#include <algorithm>

#include "hw/base/assert.h"

namespace systole::timing {

PhasePipeline::PhasePipeline(Ticks start)
    : load_end_(start), compute_end_(start), compute_end_before_(start), store_end_(start) {}

Ticks PhasePipeline::earliest_load() const {
  SYSTOLE_ASSERT(!load_waits_, "a load before the compute of the phase before was committed");
  // Seen from load(i): load_end_ = L(i-1), compute_end_before_ = C(i-2).
  return std::max(load_end_, compute_end_before_);
}

void PhasePipeline::commit_load(Ticks end) {
  SYSTOLE_ASSERT(end >= earliest_load(), "a load that ends before it may start");
  load_end_ = end;
  load_waits_ = true;
}

Ticks PhasePipeline::earliest_compute() const {
  SYSTOLE_ASSERT(load_waits_, "a compute without its load");
  return std::max(load_end_, compute_end_);
}

Beats PhasePipeline::commit_compute(Ticks cycles, Ticks drain) {
  const Ticks start = earliest_compute();
  if (computed_) compute_stalled_ += start - compute_end_;
  computed_ = true;
  compute_end_before_ = compute_end_;
  compute_end_ = start + cycles;
  compute_busy_ += cycles;
  ready_.push_back(compute_end_ + drain);
  load_waits_ = false;
  return {start, compute_end_};
}

Ticks PhasePipeline::earliest_store() const {
  SYSTOLE_ASSERT(!ready_.empty(), "a store of a phase that was not computed");
  return std::max(ready_.front(), store_end_);
}

void PhasePipeline::commit_store(Ticks end) {
  SYSTOLE_ASSERT(end >= earliest_store(), "a store that ends before it may start");
  store_end_ = end;
  ready_.pop_front();
}

Ticks PhasePipeline::end() const {
  Ticks end = std::max({load_end_, compute_end_, store_end_});
  for (const Ticks ready : ready_) end = std::max(end, ready);
  return end;
}

}  // namespace systole::timing
