// The arithmetic of a network without anything around it.
#pragma once

#include <cstdint>
#include <vector>

#include "models/ir/graph.h"

namespace systole::bench {

struct GemmShape {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t count = 1;  ///< groups
};

/// One product per QLinearConv, QLinearMatMul and QGemm of the network, convolutions as im2col would hand
/// them over.
std::vector<GemmShape> gemms_of(const ir::Graph& network);

/// Seconds for all of them through oneDNN's int8 product, one call each (per group), on `threads` threads;
/// the best of `rounds`. Operands are made before, and the kernels have been compiled by a first round.
double onednn_seconds(const std::vector<GemmShape>& gemms, int threads, int rounds);

}  // namespace systole::bench
