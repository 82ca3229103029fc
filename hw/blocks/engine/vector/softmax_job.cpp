#include "hw/blocks/engine/vector/softmax_job.h"

#include "hw/numerics/softmax.h"

namespace systole::engine::vector {

namespace {
constexpr std::uint32_t kPasses = 3;  // maximum, exponential and sum, division
}

SoftmaxJob::SoftmaxJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op), lanes_(lanes), blocks_(op.d.outer, op.d.inner, rows_per_phase(op.d.axis * 4, lanes)) {
  if (!functional) return;
  in_.resize(std::size_t{op.d.count} * 4);
  out_.resize(std::size_t{op.d.count} * 4);
}

AxisTensor SoftmaxJob::tensor(std::uint64_t address, std::vector<std::byte>& mirror) const {
  return {.address = address,
          .axis = op_.d.axis,
          .inner = op_.d.inner,
          .element_bytes = 4,
          .mirror = mirror.empty() ? nullptr : mirror.data()};
}

bool SoftmaxJob::next(Phase& phase) {
  const std::optional<AxisBlock> block = blocks_.next();
  if (!block) return false;
  block_ = *block;
  append_axis_block(tensor(op_.d.a, in_), block_, Stream::kInput, phase.loads);
  const timing::UnitCycles cycles = timing::softmax_cycles(block_.rows(), op_.d.axis, lanes_);
  phase.compute_cycles = cycles.interval;
  phase.drain_cycles = cycles.depth;
  phase.operations = block_.rows() * op_.d.axis * kPasses;
  append_axis_block(tensor(op_.d.out, out_), block_, Stream::kOutput, phase.stores);
  return true;
}

void SoftmaxJob::execute() {
  std::vector<float> rows = gather<float>(tensor(op_.d.a, in_), block_);
  numerics::softmax(rows, block_.outer(), op_.d.axis, block_.inner(), rows);
  scatter(rows, tensor(op_.d.out, out_), block_);
}

}  // namespace systole::engine::vector
