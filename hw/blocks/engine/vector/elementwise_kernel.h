// The arithmetic of element-wise vector operations.
#pragma once

#include <cstddef>

#include "hw/blocks/engine/vector/operation.h"

namespace systole::engine::vector {

/// Mirrors of whole operands.
struct ElementwiseBuffers {
  const std::byte* a = nullptr;
  const std::byte* b = nullptr;      ///< second operand, per-axis scales, or rows of normalise
  const std::byte* table = nullptr;  ///< 256 entries, or per-axis zero points; null = all 0
  std::byte* out = nullptr;
};

/// Computes elements begin <= i < end of out.
void compute(const Operation& op, const ElementwiseBuffers& buffers, std::size_t begin, std::size_t end);

}  // namespace systole::engine::vector
