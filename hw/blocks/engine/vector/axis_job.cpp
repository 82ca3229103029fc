#include "hw/blocks/engine/vector/axis_job.h"

#include "hw/numerics/axis.h"
#include "hw/numerics/softmax.h"

namespace systole::engine::vector {

namespace {

// What the lanes do for a block of rows: its time, and the lane operations that it counts.
struct Work {
  timing::UnitCycles cycles;
  std::uint64_t operations = 0;
};

Work work_of(const Operation& op, std::size_t rows, std::uint32_t lanes) {
  const std::uint64_t elements = std::uint64_t{rows} * op.d.axis;
  switch (op.d.op) {
    case SGB_VECTOR_LRN: {
      const std::uint64_t size = op.d.kernel_w;
      return {timing::lrn_cycles(elements, size, lanes), elements * (size + 3)};  // sum; log2, exp2, division
    }
    case SGB_VECTOR_REDUCE_MEAN:
      return {timing::reduce_mean_cycles(rows, op.d.axis, lanes), elements};
    default:
      return {timing::softmax_cycles(rows, op.d.axis, lanes),
              elements * 3};  // maximum; exp and sum; division
  }
}

}  // namespace

AxisJob::AxisJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op), lanes_(lanes), blocks_(op.d.outer, op.d.inner, rows_per_phase(op.d.axis * 4, lanes)) {
  if (!functional) return;
  in_.resize(std::size_t{op.d.outer} * op.d.axis * op.d.inner * 4);
  out_.resize(std::size_t{op.d.count} * 4);
}

AxisTensor AxisJob::input() {
  return {.address = op_.d.a,
          .axis = op_.d.axis,
          .inner = op_.d.inner,
          .element_bytes = 4,
          .mirror = in_.empty() ? nullptr : in_.data()};
}

AxisTensor AxisJob::output() {
  return {.address = op_.d.out,
          .axis = op_.d.op == SGB_VECTOR_REDUCE_MEAN ? 1 : op_.d.axis,
          .inner = op_.d.inner,
          .element_bytes = 4,
          .mirror = out_.empty() ? nullptr : out_.data()};
}

bool AxisJob::next(Phase& phase) {
  const std::optional<AxisBlock> block = blocks_.next();
  if (!block) return false;
  block_ = *block;
  append_axis_block(input(), block_, Stream::kInput, phase.loads);
  const Work work = work_of(op_, block_.rows(), lanes_);
  phase.compute_cycles = work.cycles.interval;
  phase.drain_cycles = work.cycles.depth;
  phase.operations = work.operations;
  append_axis_block(output(), block_, Stream::kOutput, phase.stores);
  return true;
}

void AxisJob::execute() {
  const std::vector<float> rows = gather<float>(input(), block_);
  const std::size_t outer = block_.outer();
  const std::size_t inner = block_.inner();
  std::vector<float> results(block_.rows() * output().axis);
  switch (op_.d.op) {
    case SGB_VECTOR_LRN:
      numerics::lrn(
          rows, outer, op_.d.axis, inner,
          {.size = op_.d.kernel_w, .alpha = op_.d.a_scale, .beta = op_.d.b_scale, .bias = op_.d.out_scale},
          results);
      break;
    case SGB_VECTOR_REDUCE_MEAN:
      numerics::reduce_mean(rows, outer, op_.d.axis, inner, results);
      break;
    default:
      numerics::softmax(rows, outer, op_.d.axis, inner, results);
  }
  scatter(results, output(), block_);
}

}  // namespace systole::engine::vector
