#include "hw/blocks/engine/sort/axis_job.h"

#include "hw/base/units.h"
#include "hw/numerics/dispatch.h"
#include "hw/numerics/sort.h"
#include "hw/timing/comparator_network.h"

namespace systole::engine::sort {

namespace {
constexpr std::uint32_t kIndexBytes = 8;
}

std::uint64_t comparisons(const Operation& op, std::uint32_t lanes) {
  const std::uint64_t n = op.d.axis;
  if (op.is_arg_max()) return n;
  std::uint64_t blocks = ceil_div(n, lanes);
  const std::uint64_t sorting = lanes / 2 * timing::bitonic_stages(lanes);
  const std::uint64_t merging = lanes / 2 * timing::merge_stages(lanes);
  std::uint64_t total = blocks * sorting;
  if (op.d.k <= lanes) {
    for (; blocks > 1; blocks = ceil_div(blocks, 2)) total += blocks / 2 * merging;
  } else {
    for (std::uint64_t run = 1; run < blocks; run *= 2) total += blocks * merging;
  }
  return total;
}

AxisJob::AxisJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op),
      lanes_(lanes),
      blocks_(op.d.outer, op.d.inner, rows_per_phase(op.d.axis * op.element_bytes(), 1)) {
  if (!functional) return;
  const std::size_t rows = std::size_t{op.d.outer} * op.d.inner;
  const std::size_t results = op.is_arg_max() ? rows : rows * op.d.k;
  in_.resize(rows * op.d.axis * op.element_bytes());
  if (wants_values()) values_.resize(results * op.element_bytes());
  if (wants_indices()) indices_.resize(results * kIndexBytes);
}

AxisTensor AxisJob::tensor(std::uint64_t address, std::uint32_t axis, std::uint32_t element_bytes,
                           std::vector<std::byte>& mirror) const {
  return {.address = address,
          .axis = axis,
          .inner = op_.d.inner,
          .element_bytes = element_bytes,
          .mirror = mirror.empty() ? nullptr : mirror.data()};
}

AxisTensor AxisJob::input() { return tensor(op_.d.in, op_.d.axis, op_.element_bytes(), in_); }
AxisTensor AxisJob::values() { return tensor(op_.d.out, op_.d.k, op_.element_bytes(), values_); }
AxisTensor AxisJob::indices() {
  return op_.is_arg_max() ? tensor(op_.d.out, 1, kIndexBytes, indices_)
                          : tensor(op_.d.out2, op_.d.k, kIndexBytes, indices_);
}

timing::UnitCycles AxisJob::cycles(std::uint64_t rows) const {
  if (op_.is_arg_max()) return timing::arg_max_cycles(rows, op_.d.axis, lanes_);
  if (op_.d.op == SGB_SORT_FULL) return timing::sort_cycles(rows, op_.d.axis, lanes_);
  return timing::top_k_cycles(rows, op_.d.axis, op_.d.k, lanes_);
}

bool AxisJob::next(Phase& phase) {
  const std::optional<AxisBlock> block = blocks_.next();
  if (!block) return false;
  block_ = *block;
  append_axis_block(input(), block_, Stream::kInput, phase.loads);
  const timing::UnitCycles time = cycles(block_.rows());
  phase.compute_cycles = time.interval;
  phase.drain_cycles = time.depth;
  phase.operations = block_.rows() * comparisons(op_, lanes_);
  if (wants_values()) append_axis_block(values(), block_, Stream::kOutput, phase.stores);
  if (wants_indices()) append_axis_block(indices(), block_, Stream::kOutput, phase.stores);
  return true;
}

void AxisJob::execute() {
  const numerics::AxisShape shape{block_.outer(), op_.d.axis, block_.inner()};
  numerics::visit_type(op_.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::vector<T> in = gather<T>(input(), block_);
    if (op_.is_arg_max()) {
      std::vector<std::int64_t> best(block_.rows());
      numerics::arg_extreme<T>(in, shape, op_.smallest(), (op_.d.flags & SGB_SORT_LAST_INDEX) != 0, best);
      scatter(best, indices(), block_);
      return;
    }
    std::vector<T> first(block_.rows() * op_.d.k);
    std::vector<std::int64_t> where(wants_indices() ? first.size() : 0);
    numerics::top_k<T>(in, shape, op_.d.k, op_.smallest(), first, where);
    scatter(first, values(), block_);
    if (wants_indices()) scatter(where, indices(), block_);
  });
}

}  // namespace systole::engine::sort
