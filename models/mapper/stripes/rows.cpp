#include "models/mapper/stripes/rows.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

namespace {

constexpr std::size_t kRank = 4;  // (N, H, W, C)
constexpr std::size_t kRow = 1;

/// The root, if the value is all of it in the same shape.
ValueId canonical(const HwGraph& hw, ValueId id) {
  const Value& value = hw.value(id);
  const bool same = value.sram_strides.empty() && value.sram_offset == 0 && value.dram_offset == 0 &&
                    value.dims == hw.root(id).dims;
  return same ? value.root : id;
}

bool is_map(const HwGraph& hw, ValueId id) { return hw.value(id).dims.size() == kRank; }

bool can(const HwGraph& hw, const MatrixOp& op) {
  const auto mapped = [](const Roles& roles) {
    return roles.row == static_cast<int>(kRow) && roles.col >= 0;
  };
  return is_map(hw, op.a) && is_map(hw, op.out) && mapped(op.a_roles) && mapped(op.out_roles) &&
         op.b == kNoValue && op.bias_value == kNoValue && (op.in_w > 1 || op.out_w > 1);
}

/// True if an operand of an element-wise operation has the result's rows; a repeating one has none.
bool has_rows(const HwGraph& hw, const ElementwiseOp& op, ValueId operand) {
  return hw.value(operand).dims == hw.value(op.out).dims;
}

bool can(const HwGraph& hw, const ElementwiseOp& op) {
  if (!is_map(hw, op.out) || op.axis == 0 || op.axis == static_cast<int>(kRow)) return false;
  if (op.b == kNoValue || has_rows(hw, op, op.b)) return true;
  const Value& b = hw.value(op.b);
  return b.elements() == 1 || b.dims.size() < kRank - kRow;
}

bool can(const HwGraph& hw, const PoolOp& op) { return is_map(hw, op.in) && is_map(hw, op.out); }

bool can(const HwGraph& hw, const AxisOp& op) {
  return op.kind == AxisOp::Kind::kLrn && is_map(hw, op.out) && op.axis == static_cast<int>(kRank) - 1;
}

bool can(const HwGraph& /*hw*/, const CopyOp& /*op*/) { return false; }

bool can(const HwGraph& /*hw*/, const WinogradOp& /*op*/) { return true; }

ValueId result(const CopyOp& op) { return op.dst; }
template <typename Op>
ValueId result(const Op& op) {
  return op.out;
}

Span1 window_rows(const WindowShape& w, const Rows& out, std::int64_t in) {
  return window_span(out.begin, out.count(), 0, w.kernel[0], w.stride[0], w.dilation[0], w.pad[0], in);
}

/// The window of a stripe whose rows of the input are `span`.
WindowShape window_of(WindowShape window, const Span1& span, std::int64_t in) {
  window.pad[0] = span.pad;
  window.pad_end[0] += in - span.end;  // rows below the stripe are padding to it
  return window;
}

std::vector<RowsRead> reads(const HwGraph& hw, const MatrixOp& op, const Rows& out) {
  const Span1 span = window_rows(op.window, out, op.in_h);
  std::vector<RowsRead> list{{canonical(hw, op.a), {span.begin, span.end}}};
  if (op.residual != kNoValue) list.push_back({canonical(hw, op.residual), out});
  return list;
}

std::vector<RowsRead> reads(const HwGraph& hw, const ElementwiseOp& op, const Rows& out) {
  std::vector<RowsRead> list{{canonical(hw, op.a), out}};
  if (op.b != kNoValue && has_rows(hw, op, op.b)) list.push_back({canonical(hw, op.b), out});
  return list;
}

std::vector<RowsRead> reads(const HwGraph& hw, const PoolOp& op, const Rows& out) {
  const Span1 span = window_rows(op.window, out, hw.value(op.in).dims[kRow]);
  return {{canonical(hw, op.in), {span.begin, span.end}}};
}

std::vector<RowsRead> reads(const HwGraph& hw, const AxisOp& op, const Rows& out) {
  return {{canonical(hw, op.in), out}};
}

std::vector<RowsRead> reads(const HwGraph& /*hw*/, const CopyOp& /*op*/, const Rows& /*out*/) { return {}; }

/// Rows of the map under rows of tiles, or rows of tiles that hold rows of the map.
Span1 winograd_rows(const HwGraph& hw, const WinogradOp& op, const Rows& out) {
  const std::int64_t in = hw.value(op.in).dims[kRow];
  if (!op.is_output) return window_span(out.begin, out.count(), 0, 4, 2, 1, op.pad[0], in);
  const std::int64_t first = out.begin + op.pad[0];
  return {first / 2, std::min(in, (first + out.count() + 1) / 2), first % 2};
}

std::vector<RowsRead> reads(const HwGraph& hw, const WinogradOp& op, const Rows& out) {
  const Span1 span = winograd_rows(hw, op, out);
  return {{canonical(hw, op.in), {span.begin, span.end}}};
}

HwOp cut(const HwGraph& hw, MatrixOp op, const Rows& out, const RowsOf& rows_of) {
  const Span1 span = window_rows(op.window, out, op.in_h);
  op.window = window_of(op.window, span, op.in_h);
  op.a = rows_of(canonical(hw, op.a), {span.begin, span.end});
  if (op.residual != kNoValue) op.residual = rows_of(canonical(hw, op.residual), out);
  op.out = rows_of(op.out, out);
  op.in_h = span.end - span.begin;
  op.out_h = out.count();
  return op;
}

HwOp cut(const HwGraph& hw, ElementwiseOp op, const Rows& out, const RowsOf& rows_of) {
  if (op.b != kNoValue && has_rows(hw, op, op.b)) op.b = rows_of(canonical(hw, op.b), out);
  op.a = rows_of(canonical(hw, op.a), out);
  op.out = rows_of(op.out, out);
  return op;
}

HwOp cut(const HwGraph& hw, PoolOp op, const Rows& out, const RowsOf& rows_of) {
  const std::int64_t in = hw.value(op.in).dims[kRow];
  const Span1 span = window_rows(op.window, out, in);
  op.window = window_of(op.window, span, in);
  op.in = rows_of(canonical(hw, op.in), {span.begin, span.end});
  op.out = rows_of(op.out, out);
  return op;
}

HwOp cut(const HwGraph& hw, AxisOp op, const Rows& out, const RowsOf& rows_of) {
  op.in = rows_of(canonical(hw, op.in), out);
  op.out = rows_of(op.out, out);
  return op;
}

HwOp cut(const HwGraph& hw, WinogradOp op, const Rows& out, const RowsOf& rows_of) {
  const Span1 span = winograd_rows(hw, op, out);
  op.pad[0] = span.pad;
  op.in = rows_of(canonical(hw, op.in), {span.begin, span.end});
  op.out = rows_of(op.out, out);
  return op;
}

HwOp cut(const HwGraph& /*hw*/, const CopyOp& /*op*/, const Rows& /*out*/, const RowsOf& /*rows_of*/) {
  SYSTOLE_ASSERT(false, "a copy has no stripes");
  return CopyOp{};
}

}  // namespace

bool can_stripe(const HwGraph& hw, const HwOp& op) {
  return std::visit([&](const auto& o) { return can(hw, o); }, op);
}

ValueId result_of(const HwOp& op) {
  return std::visit([](const auto& o) { return result(o); }, op);
}

std::vector<RowsRead> rows_read(const HwGraph& hw, const HwOp& op, const Rows& out) {
  return std::visit([&](const auto& o) { return reads(hw, o, out); }, op);
}

HwOp stripe_of(const HwGraph& hw, const HwOp& op, const Rows& out, const RowsOf& rows_of) {
  return std::visit([&](const auto& o) { return cut(hw, o, out, rows_of); }, op);
}

ValueId rows_view(HwGraph& hw, ValueId value, const Rows& rows) {
  if (rows.begin == 0 && rows.end == hw.value(value).dims[kRow]) return value;
  Value view = hw.value(value);
  const Dims strides = sram_strides(view);
  view.data.clear();
  view.dims[kRow] = rows.count();
  view.sram_strides = strides;
  view.sram_offset += rows.begin * strides[kRow];
  view.dram_offset += rows.begin * view.dram_strides[kRow];
  view.is_stripe = true;
  hw.values.push_back(std::move(view));
  return static_cast<ValueId>(hw.values.size() - 1);
}

}  // namespace systole::mapper
