// Which convolutions. The commands of both ways are weighed by the estimator as if all their operands stood
// in SRAM; mapper.cpp weighs the finished programs against each other.
#include <algorithm>

#include "models/mapper/tiling/estimate.h"
#include "models/mapper/winograd/winograd.h"

namespace systole::mapper {

namespace {

using Pair = std::array<std::int64_t, 2>;

bool is_byte(DType type) { return type == DType::kInt8 || type == DType::kUInt8; }
std::uint32_t u32(std::int64_t value) { return static_cast<std::uint32_t>(value); }

/// Why the convolution cannot be done so, or "".
std::string obstacle(const HwGraph& hw, const MatrixOp& op, const Capability& capability) {
  if (capability.engines[static_cast<std::size_t>(EngineKind::kVector)] == 0) return "no vector engine";
  if (capability.int16_passes == 0) return "the array does not multiply int16";
  if (!is_byte(op.a_type) || !is_byte(op.b_type)) return "not 8-bit operands";
  if (!is_byte(op.out_type)) return "not 8-bit results";
  if (op.window.stride != Pair{1, 1}) return "strided";
  if (op.window.dilation != Pair{1, 1}) return "dilated";
  if (op.groups * op.blocks != 1) return "grouped";
  if (ir::elements_of(op.batch) != 1) return "several images";
  if (!op.b_data || op.bias_value != kNoValue || !op.b_channel_order.empty()) return "computed weights";
  if (std::any_of(op.b_zero.begin(), op.b_zero.end(), [](auto z) { return z != 0; })) {
    return "weights with a zero point";
  }
  if (op.residual != kNoValue) return "adds a residual";
  if (!op.kept.empty() || op.sparse_m != 0) return "pruned weights";  // its transform fills them again
  if (op.in_c > winograd_channels(op.b_type)) return "sums beyond 32 bits";
  const bool is_map = hw.value(op.a).dims.size() == 4 && hw.value(op.out).dims.size() == 4 &&
                      op.a_roles.row == 1 && op.a_roles.col == 2 && op.out_roles.row == 1;
  if (!is_map) return "not a feature map";
  // The transforms take the elements as they are; the array saturates them to the format first.
  const bool as_they_are =
      op.format_of_a() == format_of(op.a_type) && op.format_of_b() == format_of(op.b_type);
  return as_they_are ? "" : "operands narrower than their elements";
}

/// Cycles of a command, its set-up and its way through the controller included.
double cycles_of(const sgb_descriptor& descriptor, const Capability& capability) {
  const TimingCapability& t = capability.timing;
  const double start =
      t.dispatch + t.completion + (descriptor.opcode == SGB_OP_MATRIX ? t.matrix_setup : t.vector_setup);
  return command_time(descriptor, capability).cycles + start;
}

/// A matrix command on operands that stand dense.
sgb_descriptor matrix_command(const MatrixOp& op, DType a, DType b, DType out, const Capability& capability) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_MATRIX;
  sgb_matrix& m = descriptor.u.matrix;
  m.a = m.b = m.out = 1;
  m.in_h = u32(op.in_h);
  m.in_w = u32(op.in_w);
  m.in_c = u32(op.in_c);
  m.out_h = u32(op.out_h);
  m.out_w = u32(op.out_w);
  m.n = u32(op.n);
  m.a_pixel_stride = static_cast<std::int32_t>(op.in_c * static_cast<std::int64_t>(size_of(a)));
  m.a_row_stride = static_cast<std::int32_t>(op.in_w * m.a_pixel_stride);
  m.out_pixel_stride = static_cast<std::int32_t>(op.n * static_cast<std::int64_t>(size_of(out)));
  m.out_row_stride = static_cast<std::int32_t>(op.out_w * m.out_pixel_stride);
  m.kernel_h = static_cast<std::uint16_t>(op.window.kernel[0]);
  m.kernel_w = static_cast<std::uint16_t>(op.window.kernel[1]);
  m.stride_h = m.stride_w = m.dilation_h = m.dilation_w = 1;
  m.pad_top = static_cast<std::int16_t>(op.window.pad[0]);
  m.pad_left = static_cast<std::int16_t>(op.window.pad[1]);
  m.b_tile_cols = static_cast<std::uint16_t>(capability.array.cols);
  m.a_type = static_cast<std::uint8_t>(a);
  m.b_type = static_cast<std::uint8_t>(b);
  m.out_type = static_cast<std::uint8_t>(out);
  return descriptor;
}

sgb_descriptor transform_command(const MatrixOp& op, bool is_output) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_VECTOR;
  sgb_vector& v = descriptor.u.vector;
  const std::uint32_t tiles_h = u32(winograd_tiles(op.out_h));
  const std::uint32_t tiles_w = u32(winograd_tiles(op.out_w));
  v.op = is_output ? SGB_VECTOR_WINOGRAD_OUTPUT : SGB_VECTOR_WINOGRAD_INPUT;
  v.in_type = static_cast<std::uint8_t>(is_output ? DType::kInt32 : op.a_type);
  v.out_type = static_cast<std::uint8_t>(is_output ? op.out_type : DType::kInt16);
  v.channels = u32(is_output ? op.n : op.in_c);
  v.in_h = is_output ? tiles_h : u32(op.in_h);
  v.in_w = is_output ? tiles_w : u32(op.in_w);
  v.out_h = is_output ? u32(op.out_h) : tiles_h;
  v.out_w = is_output ? u32(op.out_w) : tiles_w;
  v.inner = tiles_h * tiles_w * v.channels;
  return descriptor;
}

/// Cycles that the three steps are predicted to save.
double saved_cycles(const MatrixOp& op, const Capability& capability) {
  sgb_descriptor direct = matrix_command(op, op.a_type, op.b_type, op.out_type, capability);
  direct.u.matrix.scale = 1;
  direct.u.matrix.bias = op.bias.empty() ? 0 : 1;
  MatrixOp place = op;
  place.window = {};
  place.in_h = place.out_h = winograd_tiles(op.out_h);
  place.in_w = place.out_w = winograd_tiles(op.out_w);
  Capability wide = capability;
  wide.array.passes = capability.int16_passes;
  const sgb_descriptor product =
      matrix_command(place, DType::kInt16, DType::kInt16, DType::kInt32, capability);
  const double products = 16 * cycles_of(product, wide);
  const double transforms = cycles_of(transform_command(op, false), capability) +
                            cycles_of(transform_command(op, true), capability);
  return cycles_of(direct, capability) - products - transforms;
}

}  // namespace

std::vector<WinogradChoice> choose_winograd(HwGraph& hw, const Capability& capability) {
  std::vector<WinogradChoice> choices;
  for (std::size_t i = 0; i < hw.nodes.size(); ++i) {
    const auto* op = std::get_if<MatrixOp>(&hw.nodes[i].op);
    if (op == nullptr || op->window.kernel != Pair{3, 3} || hw.nodes[i].row >= hw.rows.size()) continue;
    std::string& note = hw.rows[hw.nodes[i].row].winograd;
    note = obstacle(hw, *op, capability);
    if (!note.empty()) {
      note.insert(0, "direct: ");
      continue;
    }
    const double saved = saved_cycles(*op, capability);
    note = saved > 0 ? "winograd" : "direct: faster";
    if (saved > 0) choices.push_back({i, saved});
  }
  return choices;
}

void give_up_half(HwGraph& hw, std::vector<WinogradChoice>& choices) {
  std::sort(choices.begin(), choices.end(),
            [](const WinogradChoice& a, const WinogradChoice& b) { return a.saved > b.saved; });
  const std::size_t kept = choices.size() / 2;
  for (std::size_t i = kept; i < choices.size(); ++i) {
    hw.rows[hw.nodes[choices[i].position].row].winograd = "direct: faster with its transfers";
  }
  choices.resize(kept);
  std::sort(choices.begin(), choices.end(),
            [](const WinogradChoice& a, const WinogradChoice& b) { return a.position < b.position; });
}

}  // namespace systole::mapper
