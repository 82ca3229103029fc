// The order in which a command's work goes over the array, and what each step costs.
#pragma once

#include <cstdint>
#include <optional>

#include "hw/blocks/engine/matrix/activation_runs.h"
#include "hw/blocks/engine/matrix/operation.h"
#include "hw/timing/systolic/folds.h"

namespace systole::engine::matrix {

/// One fold of the array: one phase of the job.
struct FoldStep {
  Range pixels;  ///< output pixels: M
  Range n;
  Range k;                  ///< rows of B
  bool new_pixels = false;  ///< the activations come for the first time, or again after others
  std::uint64_t pass = 0;   ///< place of the step's activations among those that come again
  bool last_k = false;      ///< sums are complete after this step
  std::uint64_t compute_cycles = 0;
  std::uint64_t drain_cycles = 0;
};

/// timing::FoldSequence over the command's pixels, columns and rows of B.
class FoldWalk {
public:
  FoldWalk(const Operation& op, const timing::ArrayShape& array);
  std::optional<FoldStep> next();

private:
  timing::FoldSequence folds_;
  Dataflow dataflow_;
};

/// The product that the array sees.
timing::GemmShape gemm_of(const Operation& op);

}  // namespace systole::engine::matrix
