// Steps of a closed form as cycles of a run that was stalled now and then.
#pragma once

#include <vector>

#include "tests/rtl/gemm.h"

namespace systole::rtl {

/// Stalls are cycles without a step.
class StepClock {
public:
  explicit StepClock(const Trace& trace) {
    cycle_of_.reserve(trace.enabled.size());
    for (std::size_t cycle = 0; cycle < trace.enabled.size(); ++cycle) {
      if (trace.enabled[cycle]) cycle_of_.push_back(cycle);
    }
  }
  /// The cycle in which step number `step` (from 0) is taken.
  [[nodiscard]] std::uint64_t during(std::uint64_t step) const {
    return step < cycle_of_.size() ? cycle_of_[step] : Trace::kNever;
  }
  /// The cycle after the one of the step before: when all that ends with that step is over.
  [[nodiscard]] std::uint64_t end(std::uint64_t step) const { return during(step - 1) + 1; }

private:
  std::vector<std::uint64_t> cycle_of_;
};

}  // namespace systole::rtl
