// The commands of the two transforms around a Winograd product.
#include <algorithm>

#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

namespace {

constexpr std::uint32_t kSlotIn = 0, kSlotScales = 2, kSlotBias = 3, kSlotOut = 4;

std::uint32_t u32(std::int64_t value) { return static_cast<std::uint32_t>(value); }

/// What a box of the result needs of dimension 1 (rows) or 2 (columns) of the operand. Of the input, `pad` is
/// the padding before `begin`; of the output, the places of the first tile that are left out.
Span1 reach(const HwGraph& hw, const WinogradOp& op, const Region& box, std::size_t d) {
  const std::int64_t in = hw.value(op.in).dims[d];
  const std::int64_t pad = op.pad[d - 1];
  if (op.is_output) {
    const std::int64_t first = box.begin[d] + pad;
    return {first / 2, std::min(in, (first + box.extent[d] + 1) / 2), first % 2};
  }
  // A whole line is taken whole, so that lines stand one after another.
  if (d == 2 && box.extent[2] == hw.value(op.out).dims[2]) return {0, in, pad};
  return window_span(box.begin[d], box.extent[d], 0, 4, 2, 1, pad, in);
}

/// The most that any box of this extent needs.
std::int64_t most(const HwGraph& hw, const WinogradOp& op, const Region& box, std::size_t d) {
  const std::int64_t in = hw.value(op.in).dims[d];
  if (op.is_output) return std::min(in, box.extent[d] / 2 + 1);
  if (d == 2 && box.extent[2] == hw.value(op.out).dims[2]) return in;
  return std::min(in, 2 * box.extent[d] + 2);
}

sgb_descriptor command(const HwGraph& hw, const WinogradOp& op, const Region& box) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_VECTOR;
  sgb_vector& v = descriptor.u.vector;
  v.op = op.is_output ? SGB_VECTOR_WINOGRAD_OUTPUT : SGB_VECTOR_WINOGRAD_INPUT;
  v.in_type = static_cast<std::uint8_t>(hw.value(op.in).type);
  v.out_type = static_cast<std::uint8_t>(hw.value(op.out).type);
  v.count = u32(ir::elements_of(box.extent));
  const Span1 rows = reach(hw, op, box, 1);
  const Span1 columns = reach(hw, op, box, 2);
  v.in_h = u32(rows.end - rows.begin);
  v.in_w = u32(columns.end - columns.begin);
  v.channels = u32(box.extent[3]);
  v.out_h = u32(box.extent[1]);
  v.out_w = u32(box.extent[2]);
  v.pad_top = static_cast<std::int16_t>(rows.pad);
  v.pad_left = static_cast<std::int16_t>(columns.pad);
  v.a_zero = op.a_zero;
  v.out_zero = op.out_zero;
  if (op.is_output) {
    v.clip_min = op.clip.low_int();
    v.clip_max = op.clip.high_int();
  }
  return descriptor;
}

}  // namespace

std::vector<Operand> winograd_operands(const HwGraph& hw, const WinogradOp& op, const Region& box,
                                       bool worst) {
  Region in = box;
  in.extent[0] = hw.value(op.in).dims[0];
  for (std::size_t d = 1; d < 3; ++d) {
    const Span1 span = reach(hw, op, box, d);
    in.begin[d] = worst ? 0 : span.begin;
    in.extent[d] = worst ? most(hw, op, box, d) : span.end - span.begin;
  }
  const auto operand = [](std::uint32_t slot, ValueId value, Region region, bool write, int adjacent,
                          std::uint8_t stream) {
    return Operand{slot, value, std::move(region), write, {}, adjacent, {}, stream};
  };
  std::vector<Operand> list{
      operand(kSlotIn, op.in, in, false, op.is_output ? kPlanes : kDense, SGB_STREAM_INPUT)};
  const Region channels{{box.begin[3]}, {box.extent[3]}};
  if (op.scales != kNoValue) {
    list.push_back(operand(kSlotScales, op.scales, channels, false, kDense, SGB_STREAM_WEIGHTS));
  }
  if (op.bias != kNoValue) {
    list.push_back(operand(kSlotBias, op.bias, channels, false, kDense, SGB_STREAM_WEIGHTS));
  }
  list.push_back(operand(kSlotOut, op.out, box, true, op.is_output ? kDense : kPlanes, SGB_STREAM_OUTPUT));
  return list;
}

Step winograd_step(const HwGraph& hw, const WinogradOp& op, const Region& box) {
  Step step;
  step.operands = winograd_operands(hw, op, box, false);
  const bool has_bias = op.bias != kNoValue;
  const auto element = static_cast<std::int64_t>(size_of(hw.value(op.is_output ? op.in : op.out).type));
  step.emit = [descriptor = command(hw, op, box), is_output = op.is_output, has_bias, element](
                  std::span<const Placed> placed, std::vector<sgb_descriptor>& out) {
    sgb_vector& v = out.emplace_back(descriptor).u.vector;
    v.a = placed.front().address;
    v.out = placed.back().address;
    if (is_output) v.b = placed[1].address;
    if (has_bias) v.table = placed[2].address;
    v.inner = u32((is_output ? placed.front() : placed.back()).strides[0] / element);
  };
  return step;
}

}  // namespace systole::mapper
