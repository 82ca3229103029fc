// The load/compute/store pipeline of an engine (see hw/blocks/engine/shell/job.h), as times only.
#pragma once

#include <deque>

#include "hw/timing/time.h"

namespace systole::timing {

/// Phases 0, 1, 2, ... of one job. With L, C, S = end of load, compute, store of a phase:
///   load(i)    may start at max(L(i-1), C(i-2))      two operand buffers: compute(i-2) has freed this one
///   compute(i) starts    at max(L(i), C(i-1))        and ends compute_cycles later
///   store(i)   may start at max(C(i) + drain(i), S(i-1))
/// Use, for every phase: commit_load, then commit_compute, then (some time later) commit_store. The owner
/// moves the data: it asks when the next load or store may start, issues whichever is earlier, and tells when
/// it ended. Phases without loads or stores end where they start.
class PhasePipeline {
public:
  /// start: when the first load may start (the job's set-up is over).
  explicit PhasePipeline(Ticks start = 0);

  [[nodiscard]] Ticks earliest_load() const;
  /// The next phase's operands are there. end >= earliest_load().
  void commit_load(Ticks end);

  /// Of the phase whose load was committed last and whose compute was not.
  [[nodiscard]] Ticks earliest_compute() const;
  /// The datapath is taken for `cycles`; results can be stored `drain` later. Returns the interval.
  Beats commit_compute(Ticks cycles, Ticks drain);

  /// Computed phases that are not stored yet.
  [[nodiscard]] std::size_t pending_stores() const { return ready_.size(); }
  /// Of the oldest of them; pending_stores() > 0.
  [[nodiscard]] Ticks earliest_store() const;
  void commit_store(Ticks end);

  /// When all that was committed is over, drains included.
  [[nodiscard]] Ticks end() const;
  [[nodiscard]] Ticks compute_busy() const { return compute_busy_; }  ///< sum of compute cycles
  /// Ticks, of those between the first compute's start and the last one's end, in which the datapath waited.
  [[nodiscard]] Ticks compute_stalled() const { return compute_stalled_; }

private:
  Ticks load_end_;
  Ticks compute_end_;         ///< C(i-1)
  Ticks compute_end_before_;  ///< C(i-2)
  Ticks store_end_;
  std::deque<Ticks> ready_;  ///< when the results of computed, unstored phases have drained
  bool load_waits_ = false;  ///< a load is committed whose compute is not
  bool computed_ = false;
  Ticks compute_busy_ = 0;
  Ticks compute_stalled_ = 0;
};

}  // namespace systole::timing
