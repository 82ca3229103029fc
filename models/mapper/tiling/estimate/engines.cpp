// Vector and sort commands: equal phases through the three-stage pipeline of the engine shell.
#include <algorithm>

#include "hw/base/dtype.h"
#include "hw/timing/comparator_network.h"
#include "hw/timing/vector_unit.h"
#include "models/mapper/tiling/estimate/engines.h"
#include "models/mapper/tiling/estimate/machine.h"

namespace systole::mapper {

namespace {

constexpr double kPhaseBytes = 4096;  // of an element-wise phase's wider operand

struct PhaseTime {
  double load_words = 0;
  timing::UnitCycles work;
  double store_words = 0;
};

/// n equal phases take (n - 1) x the slowest stage + load + compute + drain + store.
CommandTime phases(double count, const PhaseTime& phase, const Machine& machine) {
  const double load = phase.load_words + machine.sram_path;
  const auto compute = static_cast<double>(phase.work.interval);
  const double store = phase.store_words + machine.sram_path;
  const double slowest = std::max({load, compute, store});
  CommandTime time;
  time.cycles = (count - 1) * slowest + load + static_cast<double>(phase.work.total()) + store;
  const double words = std::max(phase.load_words, phase.store_words);
  time.sram_bound = slowest > compute ? std::min(1.0, words * count / time.cycles) : 0;
  time.sram_beats = count * (phase.load_words + phase.store_words);
  return time;
}

double size_of_abi(std::uint8_t type) {
  const auto known = dtype_from_abi(type);
  return known ? static_cast<double>(size_of(*known)) : 1.0;
}

/// The fields that average pooling and max pooling share.
template <typename Pool>
PhaseTime pool_row(const Pool& p, double element, timing::UnitCycles work, const Machine& machine) {
  const double line = static_cast<double>(p.in_w) * p.channels * element;
  const double lines = std::min<double>(p.kernel_h, p.in_h);
  return {lines * line / machine.sram_width, work,
          static_cast<double>(p.out_w) * p.channels * element / machine.sram_width};
}

timing::LaneOp lane_op_of(const sgb_vector& v) {
  const bool is_float = v.in_type == SGB_TYPE_FLOAT32;
  switch (v.op) {
    case SGB_VECTOR_ADD:
      return is_float ? timing::LaneOp::kAddFloat : timing::LaneOp::kAddQuantised;
    case SGB_VECTOR_MUL:
      return is_float ? timing::LaneOp::kMulFloat : timing::LaneOp::kMulQuantised;
    case SGB_VECTOR_TABLE:
      return timing::LaneOp::kTable;
    case SGB_VECTOR_QUANTIZE:
      return timing::LaneOp::kQuantise;
    case SGB_VECTOR_DEQUANTIZE:
      return timing::LaneOp::kDequantise;
    default:
      return timing::LaneOp::kClip;
  }
}

/// A row of tiles of one of the two transforms.
PhaseTime winograd_row(const sgb_vector& v, std::uint32_t lanes, const Machine& machine) {
  const double in = size_of_abi(v.in_type);
  const double out = size_of_abi(v.out_type);
  const double map_line = static_cast<double>(v.in_w) * v.channels * in / machine.sram_width;
  const double out_line = static_cast<double>(v.out_w) * v.channels * out / machine.sram_width;
  if (v.op == SGB_VECTOR_WINOGRAD_INPUT) {
    const double lines = std::min<double>(4, v.in_h);
    return {lines * map_line, timing::winograd_input_cycles(std::uint64_t{v.out_w} * v.channels, lanes),
            16 * out_line};
  }
  return {16 * map_line, timing::winograd_output_cycles(std::uint64_t{v.in_w} * v.channels, lanes),
          std::min<double>(2, v.out_h) * out_line};
}

}  // namespace

CommandTime vector_time(const sgb_vector& v, const Capability& capability) {
  const Machine machine(capability);
  const std::uint32_t lanes = capability.timing.vector_lanes;
  const double in = size_of_abi(v.in_type);
  const double out = size_of_abi(v.out_type);
  if (v.op == SGB_VECTOR_AVERAGE_POOL) {
    const timing::UnitCycles work = timing::average_pool_cycles(
        std::uint64_t{v.out_w} * v.channels, std::uint64_t{v.kernel_h} * v.kernel_w, lanes);
    return phases(v.out_h, pool_row(v, in, work, machine), machine);
  }
  if (v.op == SGB_VECTOR_WINOGRAD_INPUT || v.op == SGB_VECTOR_WINOGRAD_OUTPUT) {
    const std::uint32_t rows = v.op == SGB_VECTOR_WINOGRAD_INPUT ? v.out_h : v.in_h;
    return phases(rows, winograd_row(v, lanes, machine), machine);
  }
  if (v.op == SGB_VECTOR_SOFTMAX) {
    const std::uint64_t rows = std::max<std::uint64_t>(1, std::uint64_t{v.outer} * v.inner);
    const double words = static_cast<double>(v.count) * in / machine.sram_width;
    return phases(1, {words, timing::softmax_cycles(rows, v.axis, lanes), words}, machine);
  }
  const double per_phase = kPhaseBytes / std::max(in, out);
  const double count = std::max(1.0, static_cast<double>(v.count) / per_phase);
  const double elements = static_cast<double>(v.count) / count;
  const bool binary = v.b != 0 && (v.op == SGB_VECTOR_ADD || v.op == SGB_VECTOR_MUL);
  const bool b_streams = binary && static_cast<double>(v.b_count) * in > kPhaseBytes;
  PhaseTime phase;
  phase.load_words = elements * in / machine.sram_width * (b_streams ? 2 : 1);
  phase.work = timing::elementwise_cycles(lane_op_of(v), static_cast<std::uint64_t>(elements), lanes);
  phase.store_words = elements * out / machine.sram_width;
  return phases(count, phase, machine);
}

CommandTime sort_time(const sgb_sort& s, const Capability& capability) {
  const Machine machine(capability);
  const std::uint32_t lanes = capability.timing.sort_lanes;
  const double element = size_of_abi(s.type);
  if (s.op == SGB_SORT_MAX_POOL) {
    const timing::UnitCycles work = timing::max_pool_cycles(std::uint64_t{s.out_w} * s.channels,
                                                            std::uint64_t{s.kernel_h} * s.kernel_w, lanes);
    return phases(s.out_h, pool_row(s, element, work, machine), machine);
  }
  const std::uint64_t rows = std::max<std::uint64_t>(1, std::uint64_t{s.outer} * s.inner);
  const std::uint64_t n = std::max<std::uint64_t>(1, s.axis);
  timing::UnitCycles work = timing::sort_cycles(rows, n, lanes);
  double results = static_cast<double>(rows) * s.k * (element + 8);
  if (s.op == SGB_SORT_ARG_MAX) {
    work = timing::arg_max_cycles(rows, n, lanes);
    results = static_cast<double>(rows) * 8;
  } else if (s.op == SGB_SORT_TOP_K) {
    work = timing::top_k_cycles(rows, n, s.k, lanes);
  }
  return phases(
      1, {static_cast<double>(rows * n) * element / machine.sram_width, work, results / machine.sram_width},
      machine);
}

CommandTime command_time(const sgb_descriptor& descriptor, const Capability& capability) {
  switch (descriptor.opcode) {
    case SGB_OP_MATRIX:
      return matrix_time(descriptor.u.matrix, capability);
    case SGB_OP_VECTOR:
      return vector_time(descriptor.u.vector, capability);
    case SGB_OP_SORT:
      return sort_time(descriptor.u.sort, capability);
    default:
      return {};
  }
}

}  // namespace systole::mapper
