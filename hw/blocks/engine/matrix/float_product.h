// The product of a command on floats: dense, or with a block-diagonal B.
#pragma once

#include "hw/blocks/engine/matrix/operation.h"
#include "hw/numerics/block_gemm.h"

namespace systole::engine::matrix {

/// column: of the command's result, with which the product's begin.
inline void multiply(const Operation& op, const numerics::FloatGemm& product, std::uint32_t column) {
  const sgb_matrix& d = op.d;
  if (d.block_n == 0) return numerics::gemm(product);
  numerics::gemm(product, {.channels = d.in_c,
                           .channels_each = d.block_c,
                           .columns = d.block_n,
                           .at = std::size_t{d.block_at} + column});
}

}  // namespace systole::engine::matrix
