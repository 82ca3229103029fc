// A command's operands as the array's multipliers see them.
#pragma once

#include <cstddef>

#include "hw/blocks/engine/matrix/operation.h"

namespace systole::engine::matrix {

/// `count` elements of A, saturated or rounded to a_format: int8 or float elements (op.narrows_a()).
void narrow_activations(const Operation& op, const std::byte* from, std::size_t count, std::byte* to);

/// A packed tile of `columns` columns to op.kept rows of elements of b_type, `row` elements from one row to
/// the next. False if an index of an N:M tile is bad.
[[nodiscard]] bool unpack_weights(const Operation& op, const std::byte* packed, std::size_t columns,
                                  std::byte* to, std::size_t row);

}  // namespace systole::engine::matrix
