#include "hw/blocks/engine/vector/elementwise_job.h"

#include <algorithm>

#include "hw/blocks/engine/shell/access.h"
#include "hw/blocks/engine/shell/axis_blocks.h"
#include "hw/blocks/engine/vector/elementwise_kernel.h"

namespace systole::engine::vector {

namespace {

// Bytes of the operand behind `table`: 0 if the operation has none.
std::uint32_t table_bytes(const Operation& op) {
  if (op.d.op == SGB_VECTOR_TABLE) return 256 * op.out_bytes();
  if (!op.per_axis() || op.d.table == 0) return 0;
  return op.d.axis * (op.d.op == SGB_VECTOR_QUANTIZE ? op.out_bytes() : op.in_bytes());
}

// Bytes of the operand behind `b`.
std::uint32_t b_bytes(const Operation& op) {
  if (op.is_binary()) return op.d.b_count * op.in_bytes();
  if (op.d.op == SGB_VECTOR_NORMALIZE) return op.d.axis * 12;
  return op.per_axis() ? op.d.axis * 4 : 0;
}

// Lane operations that an element counts for: exponential, sum and division are one each.
std::uint64_t operations_per_element(timing::LaneOp op) {
  return op == timing::LaneOp::kSigmoid || op == timing::LaneOp::kTanh ? 3 : 1;
}

}  // namespace

ElementwiseJob::ElementwiseJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op),
      lanes_(lanes),
      functional_(functional),
      tile_(kPhaseBytes / std::max(op.in_bytes(), op.out_bytes())) {
  if (!functional) return;
  a_.resize(std::size_t{op.d.count} * op.in_bytes());
  b_.resize(b_bytes(op));
  table_.resize(table_bytes(op));
  out_.resize(std::size_t{op.d.count} * op.out_bytes());
}

bool ElementwiseJob::b_stays() const { return !op_.is_binary() || b_bytes(op_) <= kPhaseBytes; }

bool ElementwiseJob::next(Phase& phase) {
  begin_ = end_;
  if (begin_ == op_.d.count) return false;
  end_ = begin_ + std::min(tile_, op_.d.count - begin_);
  const std::uint32_t count = end_ - begin_;

  if (begin_ == 0) load_constants(phase);
  const std::uint64_t offset = std::uint64_t{begin_} * op_.in_bytes();
  RunBuilder(phase.loads, Stream::kInput, functional_ ? a_.data() : nullptr)
      .add(op_.d.a + offset, count * op_.in_bytes(), offset);
  if (!b_stays()) load_b(phase);

  const timing::UnitCycles cycles = timing::elementwise_cycles(op_.lane_op, count, lanes_);
  phase.compute_cycles = cycles.interval;
  phase.drain_cycles = cycles.depth;
  phase.operations = count * operations_per_element(op_.lane_op);
  const std::uint64_t out_offset = std::uint64_t{begin_} * op_.out_bytes();
  RunBuilder(phase.stores, Stream::kOutput, functional_ ? out_.data() : nullptr)
      .add(op_.d.out + out_offset, count * op_.out_bytes(), out_offset);
  return true;
}

void ElementwiseJob::load_constants(Phase& phase) {
  RunBuilder(phase.loads, Stream::kWeights, functional_ ? table_.data() : nullptr)
      .add(op_.d.table, table_bytes(op_), 0);
  if (!b_stays()) return;
  const Stream stream = op_.is_binary() ? Stream::kInput : Stream::kWeights;
  RunBuilder(phase.loads, stream, functional_ ? b_.data() : nullptr).add(op_.d.b, b_bytes(op_), 0);
}

void ElementwiseJob::load_b(Phase& phase) {
  RunBuilder runs(phase.loads, Stream::kInput, functional_ ? b_.data() : nullptr);
  for (std::uint32_t i = begin_; i < end_;) {
    const std::uint32_t at = i % op_.d.b_count;
    const std::uint32_t count = std::min(end_ - i, op_.d.b_count - at);
    const std::uint64_t offset = std::uint64_t{at} * op_.in_bytes();
    runs.add(op_.d.b + offset, count * op_.in_bytes(), offset);
    i += count;
  }
}

void ElementwiseJob::execute() {
  compute(
      op_,
      {.a = a_.data(), .b = b_.data(), .table = table_.empty() ? nullptr : table_.data(), .out = out_.data()},
      begin_, end_);
}

}  // namespace systole::engine::vector
