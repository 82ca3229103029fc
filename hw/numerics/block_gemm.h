// Products of floats by a block-diagonal matrix, as grouped and depthwise convolutions want them.
#pragma once

#include "hw/numerics/gemm.h"

namespace systole::numerics {

/// Which elements of B count. Row k of B is channel k % channels; column n belongs to block (at + n) /
/// columns, which has the rows of channels [block * channels_each, (block + 1) * channels_each).
struct Blocks {
  std::size_t channels = 0;
  std::size_t channels_each = 0;
  std::size_t columns = 0;
  std::size_t at = 0;
};

/// gemm() without the other elements' products; k ascends over those that count. B: row-major. One thread.
void gemm(const FloatGemm& g, const Blocks& blocks);

}  // namespace systole::numerics
