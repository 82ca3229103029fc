// Weights of which a command holds a part only: rows of K that a table names, and N:M groups with their
// indices. What the fields mean is said at sgb_matrix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "hw/blocks/engine/matrix/activation_runs.h"
#include "hw/blocks/engine/matrix/operation.h"

namespace systole::engine::matrix {

/// Whether the k of a table ascend, each below K.
[[nodiscard]] bool is_sound(const Operation& op, std::span<const std::uint32_t> table);
/// What a run without data takes for some positions of a table: the kept k spread evenly over K.
[[nodiscard]] std::vector<std::uint32_t> spread_table(const Operation& op, Range positions);

/// Positions among the k that take part (0 .. op.kept) that rows `rows` of B multiply: the groups that they
/// belong to, or themselves.
[[nodiscard]] Range positions_of(const Operation& op, Range rows);

/// One N:M tile as op.kept rows of `columns` elements of b_type, `row` elements apart, zeros where there is
/// no value. False, and nothing of use in `to`, if an index lies outside of its group, or two values of a
/// group have the same one.
[[nodiscard]] bool expand_tile(const Operation& op, const std::byte* packed, std::size_t columns,
                               std::byte* to, std::size_t row);

/// Columns `table` of `rows` rows of elements of op.element_bytes, `row` elements apart; the result is dense.
void gather_columns(const Operation& op, std::span<const std::uint32_t> table, const std::byte* from,
                    std::size_t row, std::size_t rows, std::byte* to);

}  // namespace systole::engine::matrix
