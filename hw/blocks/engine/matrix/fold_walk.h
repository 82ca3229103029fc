// The order in which a command's work goes over the array, and what each step costs.
#pragma once

#include <cstdint>
#include <optional>

#include "hw/blocks/engine/matrix/activation_runs.h"
#include "hw/blocks/engine/matrix/operation.h"
#include "hw/timing/systolic.h"

namespace systole::engine::matrix {

/// One row fold of one column tile for one chunk of output pixels: one phase of the job.
struct FoldStep {
  Range pixels;  ///< the chunk
  Range n;       ///< the column tile
  Range k;       ///< the row fold: rows of B
  bool first_of_chunk = false;
  bool first_tile = false;  ///< of its chunk: the activations come for the first time
  bool last_k = false;      ///< sums are complete after this step
  std::uint64_t compute_cycles = 0;
  std::uint64_t drain_cycles = 0;
};

/// Chunks of output pixels outside, column tiles in them, row folds inside. The array sees one sequence of
/// folds; timing::FoldSequence gives the cycles of each chunk's, and the walk joins them:
///   double-buffered weights   only the command's first fold waits for its weights; a fold that another one
///                             follows lasts max(M, rows), also over the end of a chunk
///   single-buffered weights   every fold waits for its weights
class FoldWalk {
public:
  FoldWalk(const Operation& op, const timing::ArrayShape& array);
  std::optional<FoldStep> next();

private:
  void start_chunk(std::uint32_t begin);

  const Operation& op_;
  timing::ArrayShape array_;
  Range chunk_;
  timing::FoldSequence folds_;
  std::uint64_t index_ = 0;  ///< within the chunk
};

}  // namespace systole::engine::matrix
