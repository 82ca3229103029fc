// What moves within an array, as Camuy counts it (arXiv 2006.14008; docs/blocks/systolic-array.md).
#pragma once

#include <cstdint>

#include "hw/timing/systolic/folds.h"

namespace systole::timing {

/// Of operands and sums; loading the stationary operand is not counted.
struct PeMoves {
  std::uint64_t inter = 0;  ///< into a PE from its neighbour or from the edge
  std::uint64_t intra = 0;  ///< between a PE's registers and its arithmetic: three for every step
};

/// With H rows, W columns and S steps that stream operands, over all folds:
///   weight and input stationary   inter = S (2 W H - W): H W of the streamed operand, (H - 1) W of the sums
///   output stationary             inter = S 2 W H, and for each fold the results' way out, W H (H - 1) / 2
///   intra = 3 S W H
/// Camuy: S = M x tiles.
PeMoves pe_moves(const ArrayShape& array, const GemmShape& gemm);

}  // namespace systole::timing
