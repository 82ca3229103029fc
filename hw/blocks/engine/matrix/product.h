// The product of a command, in the numbers and by the arithmetic of its array.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/blocks/engine/matrix/operation.h"

namespace systole::engine::matrix {

/// m pixels by n columns, over all k of the command that take part. A as narrow_activations() leaves it,
/// padding being a_zero; B as unpack_weights() does.
template <typename Acc>
struct Product {
  std::size_t m = 0, n = 0;
  const std::byte* a = nullptr;  ///< row-major, lda elements from row to row
  std::size_t lda = 0;
  const std::byte* b = nullptr;        ///< row-major and dense
  const std::byte* b_zeros = nullptr;  ///< n elements, or null
  std::size_t column = 0;              ///< of the command's result, with which the product's begin
  Acc* sums = nullptr;                 ///< row-major; added to if the command continues
  std::size_t lds = 0;
};

void multiply(const Operation& op, const Product<std::int32_t>& product);
/// For accumulators of more than 32 bits.
void multiply(const Operation& op, const Product<std::int64_t>& product);
void multiply(const Operation& op, const Product<float>& product);

}  // namespace systole::engine::matrix
