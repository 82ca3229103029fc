// Operations whose result can be made a few rows at a time: which rows they read, and the operation that
// makes only some rows.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "models/mapper/hw_graph.h"

namespace systole::mapper {

/// Rows [begin, end) of a feature map.
struct Rows {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  [[nodiscard]] std::int64_t count() const { return end - begin; }
  [[nodiscard]] bool empty() const { return end <= begin; }
};

/// Rows of a value that an operation reads.
struct RowsRead {
  ValueId value = kNoValue;
  Rows rows;
};

/// True for convolutions with constant weights, pooling, element-wise operations and LRN on (N, H, W, C)
/// values.
bool can_stripe(const HwGraph& hw, const HwOp& op);

/// The result of an operation that can_stripe().
ValueId result_of(const HwOp& op);

/// What it reads along its rows to make rows `out` of its result. Values are named by their root where they
/// are the same as it.
std::vector<RowsRead> rows_read(const HwGraph& hw, const HwOp& op, const Rows& out);

/// The value that stands for some rows of a value.
using RowsOf = std::function<ValueId(ValueId, const Rows&)>;

/// The operation that makes rows `out` only.
HwOp stripe_of(const HwGraph& hw, const HwOp& op, const Rows& out, const RowsOf& rows_of);

/// Some rows of a value, in its memory.
ValueId rows_view(HwGraph& hw, ValueId value, const Rows& rows);

}  // namespace systole::mapper
