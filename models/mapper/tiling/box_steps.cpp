// The commands of element-wise, pooling and axis operations.
#include <algorithm>

#include "hw/base/assert.h"
#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

namespace {

std::uint32_t u32(std::int64_t value) { return static_cast<std::uint32_t>(value); }

/// Product of the extents of dimensions [first, last).
std::int64_t product(const Dims& extent, std::size_t first, std::size_t last) {
  std::int64_t result = 1;
  for (std::size_t d = first; d < last; ++d) result *= extent[d];
  return result;
}

/// The trailing dimensions of a box that belong to an operand of lower rank, which repeats.
Region trailing(const Value& value, const Region& box) {
  if (value.elements() == 1) return whole(value);
  const auto lead = static_cast<std::ptrdiff_t>(box.begin.size() - value.dims.size());
  return {{box.begin.begin() + lead, box.begin.end()}, {box.extent.begin() + lead, box.extent.end()}};
}

Operand dense(std::uint32_t slot, ValueId value, Region region, bool write, std::uint8_t stream) {
  return {slot, value, std::move(region), write, {}, kDense, {}, stream};
}

std::vector<Operand> operands_of(const HwGraph& hw, const ElementwiseOp& op, const Region& box,
                                 bool /*worst*/) {
  std::vector<Operand> list{dense(0, op.a, box, false, SGB_STREAM_INPUT)};
  if (op.b != kNoValue) {
    const std::uint8_t stream =
        hw.root(op.b).kind == ValueKind::kConstant ? SGB_STREAM_WEIGHTS : SGB_STREAM_INPUT;
    list.push_back(dense(1, op.b, trailing(hw.value(op.b), box), false, stream));
  }
  if (op.axis >= 0) {
    const auto axis = static_cast<std::size_t>(op.axis);
    if (op.op == SGB_VECTOR_NORMALIZE) {
      const Region rows{{0, box.begin[axis]}, {3, box.extent[axis]}};
      list.push_back(dense(2, op.scales, rows, false, SGB_STREAM_WEIGHTS));
    } else {
      const Region range{{box.begin[axis]}, {box.extent[axis]}};
      list.push_back(dense(2, op.scales, range, false, SGB_STREAM_WEIGHTS));
      list.push_back(dense(3, op.zeros, range, false, SGB_STREAM_WEIGHTS));
    }
  }
  if (op.table != kNoValue) {
    list.push_back(dense(3, op.table, whole(hw.value(op.table)), false, SGB_STREAM_WEIGHTS));
  }
  list.push_back(dense(4, op.out, box, true, SGB_STREAM_OUTPUT));
  return list;
}

/// What the windows of a box reach in dimension 1 (rows) or 2 (columns) of the input.
Span1 pool_span(const HwGraph& hw, const PoolOp& op, const Region& box, std::size_t d) {
  const WindowShape& w = op.window;
  // A whole line is taken whole, used to its end or not, so that lines stand one after another.
  const std::int64_t line = hw.value(op.in).dims[2];
  if (d == 2 && box.extent[2] == hw.value(op.out).dims[2]) return {0, line, w.pad[1]};
  return window_span(box.begin[d], box.extent[d], 0, w.kernel[d - 1], w.stride[d - 1], w.dilation[d - 1],
                     w.pad[d - 1], hw.value(op.in).dims[d]);
}

/// The most that any box of this extent reaches.
std::int64_t pool_reach(const HwGraph& hw, const PoolOp& op, const Region& box, std::size_t d) {
  const WindowShape& w = op.window;
  if (d == 2 && box.extent[2] == hw.value(op.out).dims[2]) return hw.value(op.in).dims[2];
  return std::min(hw.value(op.in).dims[d],
                  (box.extent[d] - 1) * w.stride[d - 1] + (w.kernel[d - 1] - 1) * w.dilation[d - 1] + 1);
}

/// Pixels beyond the span to the far edge of the padded image: they count like padding, which is right
/// because the tile holds all that its windows reach inside the image.
std::int16_t pool_beyond(const HwGraph& hw, const PoolOp& op, const Span1& span, std::size_t d) {
  const std::int64_t beyond = hw.value(op.in).dims[d] + op.window.pad_end[d - 1] - span.end;
  return static_cast<std::int16_t>(std::min<std::int64_t>(beyond, std::numeric_limits<std::int16_t>::max()));
}

std::vector<Operand> operands_of(const HwGraph& hw, const PoolOp& op, const Region& box, bool worst) {
  Region region = box;
  region.extent[0] = 1;
  for (std::size_t d = 1; d < 3; ++d) {
    const Span1 span = pool_span(hw, op, box, d);
    region.begin[d] = worst ? 0 : span.begin;
    region.extent[d] = worst ? pool_reach(hw, op, box, d) : span.end - span.begin;
  }
  return {dense(0, op.in, region, false, SGB_STREAM_INPUT), dense(4, op.out, box, true, SGB_STREAM_OUTPUT)};
}

std::vector<Operand> operands_of(const HwGraph& hw, const AxisOp& op, const Region& box, bool /*worst*/) {
  const auto axis = static_cast<std::size_t>(op.axis);
  Region in = box;
  in.begin[axis] = 0;
  in.extent[axis] = hw.value(op.in).dims[axis];
  std::vector<Operand> list{dense(0, op.in, in, false, SGB_STREAM_INPUT),
                            dense(4, op.out, box, true, SGB_STREAM_OUTPUT)};
  if (op.indices != kNoValue) list.push_back(dense(5, op.indices, box, true, SGB_STREAM_OUTPUT));
  return list;
}

/// The placed operand of a slot; 0 if the step has none.
class Addresses {
public:
  Addresses(const std::vector<std::uint32_t>& slots, std::span<const Placed> placed)
      : slots_(slots), placed_(placed) {}
  [[nodiscard]] std::uint64_t operator[](std::uint32_t slot) const {
    const auto found = std::find(slots_.begin(), slots_.end(), slot);
    return found == slots_.end() ? 0 : placed_[static_cast<std::size_t>(found - slots_.begin())].address;
  }

private:
  const std::vector<std::uint32_t>& slots_;
  std::span<const Placed> placed_;
};

void fill(const HwGraph& hw, const ElementwiseOp& op, const Region& box, sgb_descriptor& descriptor) {
  descriptor.opcode = SGB_OP_VECTOR;
  sgb_vector& v = descriptor.u.vector;
  v.op = op.op;
  if (op.swapped) v.flags |= SGB_VECTOR_SWAPPED;
  v.in_type = static_cast<std::uint8_t>(hw.value(op.a).type);
  v.out_type = static_cast<std::uint8_t>(hw.value(op.out).type);
  v.count = u32(ir::elements_of(box.extent));
  if (op.b != kNoValue) v.b_count = u32(ir::elements_of(trailing(hw.value(op.b), box).extent));
  v.a_scale = op.a_scale;
  v.b_scale = op.b_scale;
  v.out_scale = op.out_scale;
  v.a_zero = op.a_zero;
  v.b_zero = op.b_zero;
  v.out_zero = op.out_zero;
  if (op.axis >= 0) {
    const auto axis = static_cast<std::size_t>(op.axis);
    if (op.op != SGB_VECTOR_NORMALIZE) v.flags |= SGB_VECTOR_PER_AXIS;
    v.outer = u32(product(box.extent, 0, axis));
    v.axis = u32(box.extent[axis]);
    v.inner = u32(product(box.extent, axis + 1, box.extent.size()));
  }
  if (hw.value(op.out).type != DType::kFloat32) {
    v.clip_min = op.clip.low_int();
    v.clip_max = op.clip.high_int();
  } else if (op.clip.active()) {
    v.clip_min_f = static_cast<float>(op.clip.low);
    v.clip_max_f = static_cast<float>(op.clip.high);
    if (op.op != SGB_VECTOR_CLIP) v.flags |= SGB_VECTOR_CLIP_RESULT;
  } else if (op.op == SGB_VECTOR_CLIP) {
    v.clip_min_f = -std::numeric_limits<float>::infinity();
    v.clip_max_f = std::numeric_limits<float>::infinity();
  }
}

template <typename Engine>
void fill_window(const HwGraph& hw, const PoolOp& op, const Region& box, Engine& e) {
  const Span1 rows = pool_span(hw, op, box, 1);
  const Span1 columns = pool_span(hw, op, box, 2);
  e.in_h = u32(rows.end - rows.begin);
  e.in_w = u32(columns.end - columns.begin);
  e.channels = u32(box.extent[3]);
  e.out_h = u32(box.extent[1]);
  e.out_w = u32(box.extent[2]);
  e.kernel_h = static_cast<std::uint16_t>(op.window.kernel[0]);
  e.kernel_w = static_cast<std::uint16_t>(op.window.kernel[1]);
  e.stride_h = static_cast<std::uint16_t>(op.window.stride[0]);
  e.stride_w = static_cast<std::uint16_t>(op.window.stride[1]);
  e.dilation_h = static_cast<std::uint16_t>(op.window.dilation[0]);
  e.dilation_w = static_cast<std::uint16_t>(op.window.dilation[1]);
  e.pad_top = static_cast<std::int16_t>(rows.pad);
  e.pad_left = static_cast<std::int16_t>(columns.pad);
}

void fill(const HwGraph& hw, const PoolOp& op, const Region& box, sgb_descriptor& descriptor) {
  if (!op.average) {
    descriptor.opcode = SGB_OP_SORT;
    descriptor.u.sort.op = SGB_SORT_MAX_POOL;
    descriptor.u.sort.type = static_cast<std::uint8_t>(hw.value(op.in).type);
    fill_window(hw, op, box, descriptor.u.sort);
    return;
  }
  descriptor.opcode = SGB_OP_VECTOR;
  sgb_vector& v = descriptor.u.vector;
  v.op = SGB_VECTOR_AVERAGE_POOL;
  v.in_type = static_cast<std::uint8_t>(hw.value(op.in).type);
  v.out_type = static_cast<std::uint8_t>(hw.value(op.out).type);
  v.count = u32(ir::elements_of(box.extent));
  fill_window(hw, op, box, v);
  if (hw.value(op.in).type != DType::kFloat32) {
    v.a_scale = op.a_scale;
    v.a_zero = op.a_zero;
    v.out_scale = op.out_scale;
    v.out_zero = op.out_zero;
    v.clip_min = std::numeric_limits<std::int32_t>::min();
    v.clip_max = std::numeric_limits<std::int32_t>::max();
  }
  if (!op.count_include_pad) return;
  v.flags |= SGB_VECTOR_COUNT_INCLUDE_PAD;
  v.pad_bottom = pool_beyond(hw, op, pool_span(hw, op, box, 1), 1);
  v.pad_right = pool_beyond(hw, op, pool_span(hw, op, box, 2), 2);
}

void fill(const HwGraph& hw, const AxisOp& op, const Region& box, sgb_descriptor& descriptor) {
  const auto axis = static_cast<std::size_t>(op.axis);
  const std::uint32_t outer = u32(product(box.extent, 0, axis));
  const std::uint32_t along = u32(hw.value(op.in).dims[axis]);
  const std::uint32_t inner = u32(product(box.extent, axis + 1, box.extent.size()));
  if (op.kind != AxisOp::Kind::kArgMax && op.kind != AxisOp::Kind::kTopK) {
    descriptor.opcode = SGB_OP_VECTOR;
    sgb_vector& v = descriptor.u.vector;
    v.op = op.kind == AxisOp::Kind::kSoftmax ? SGB_VECTOR_SOFTMAX
           : op.kind == AxisOp::Kind::kLrn   ? SGB_VECTOR_LRN
                                             : SGB_VECTOR_REDUCE_MEAN;
    v.in_type = v.out_type = static_cast<std::uint8_t>(DType::kFloat32);
    v.count = op.kind == AxisOp::Kind::kMean ? outer * inner : outer * along * inner;
    if (op.kind == AxisOp::Kind::kLrn) {
      v.kernel_w = static_cast<std::uint16_t>(op.size);
      v.a_scale = op.alpha;
      v.b_scale = op.beta;
      v.out_scale = op.bias;
    }
    v.outer = outer;
    v.axis = along;
    v.inner = inner;
    return;
  }
  descriptor.opcode = SGB_OP_SORT;
  sgb_sort& s = descriptor.u.sort;
  s.op = op.kind == AxisOp::Kind::kArgMax ? SGB_SORT_ARG_MAX : SGB_SORT_TOP_K;
  s.type = static_cast<std::uint8_t>(hw.value(op.in).type);
  s.flags = op.flags;
  s.outer = outer;
  s.axis = along;
  s.inner = inner;
  s.k = op.kind == AxisOp::Kind::kTopK ? u32(op.k) : 1;
}

void set_addresses(const Addresses& at, sgb_descriptor& descriptor) {
  if (descriptor.opcode == SGB_OP_SORT) {
    descriptor.u.sort.in = at[0];
    descriptor.u.sort.out = at[4];
    descriptor.u.sort.out2 = at[5];
    return;
  }
  sgb_vector& v = descriptor.u.vector;
  v.a = at[0];
  const bool per_axis = (v.flags & SGB_VECTOR_PER_AXIS) != 0 || v.op == SGB_VECTOR_NORMALIZE;
  v.b = per_axis ? at[2] : at[1];
  v.table = at[3];
  v.out = at[4];
}

template <typename Op>
Step make_step(const HwGraph& hw, const Op& op, const Region& box) {
  Step step;
  step.operands = operands_of(hw, op, box, false);
  std::vector<std::uint32_t> slots;
  for (const Operand& operand : step.operands) slots.push_back(operand.slot);
  sgb_descriptor descriptor{};
  fill(hw, op, box, descriptor);
  step.emit = [descriptor, slots](std::span<const Placed> placed, std::vector<sgb_descriptor>& out) {
    out.push_back(descriptor);
    set_addresses(Addresses(slots, placed), out.back());
  };
  return step;
}

/// Calls `visit` for every box of the result.
template <typename Visit>
void for_each_box(const Dims& result, const Dims& extent, const Visit& visit) {
  Region box{Dims(result.size(), 0), extent};
  for (;;) {
    for (std::size_t d = 0; d < result.size(); ++d)
      box.extent[d] = std::min(extent[d], result[d] - box.begin[d]);
    visit(box);
    std::size_t d = result.size();
    while (d-- > 0) {
      box.begin[d] += extent[d];
      if (box.begin[d] < result[d]) break;
      box.begin[d] = 0;
      if (d == 0) return;
    }
    if (result.empty()) return;
  }
}

}  // namespace

Dims result_dims(const HwGraph& hw, const HwOp& op) {
  const std::vector<ValueId> writes = writes_of(op);
  SYSTOLE_ASSERT(!writes.empty(), "an operation without result");
  return hw.value(writes.front()).dims;
}

std::vector<Operand> box_operands(const HwGraph& hw, const HwOp& op, const Dims& begin, const Dims& extent,
                                  bool worst) {
  const Region box{begin, extent};
  if (const auto* o = std::get_if<ElementwiseOp>(&op)) return operands_of(hw, *o, box, worst);
  if (const auto* o = std::get_if<PoolOp>(&op)) return operands_of(hw, *o, box, worst);
  if (const auto* o = std::get_if<WinogradOp>(&op)) return winograd_operands(hw, *o, box, worst);
  return operands_of(hw, std::get<AxisOp>(op), box, worst);
}

std::vector<Step> box_steps(const HwGraph& hw, const HwOp& op, const BoxTile& tile) {
  std::vector<Step> steps;
  for_each_box(result_dims(hw, op), tile.extent, [&](const Region& box) {
    if (const auto* o = std::get_if<ElementwiseOp>(&op)) {
      steps.push_back(make_step(hw, *o, box));
    } else if (const auto* p = std::get_if<PoolOp>(&op)) {
      steps.push_back(make_step(hw, *p, box));
    } else if (const auto* w = std::get_if<WinogradOp>(&op)) {
      steps.push_back(winograd_step(hw, *w, box));
    } else {
      steps.push_back(make_step(hw, std::get<AxisOp>(op), box));
    }
  });
  return steps;
}

}  // namespace systole::mapper
