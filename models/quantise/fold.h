// Rewriting a float network into the one that is mapped.
#pragma once

#include "models/ir/graph.h"

namespace systole::quantise {

/// Takes batch normalisations away. With s = scale / sqrt(var + epsilon), all in float:
///   after a Conv or Gemm with constant weights that nobody else reads: w' = w s and b' = (b - mean) s + B,
///   in that order; the node keeps its name and computes the normalisation's output; elsewhere, on [N, C,
///   ...] of rank 3 or 4: a 1 x 1 depthwise Conv of that name with w = s and b = B - mean s.
/// What has parameters that are computed, or another rank, stays. Nothing else changes; the result is the
/// network from then on, in every executor.
ir::Graph fold_batch_norms(const ir::Graph& graph);

}  // namespace systole::quantise
