#include "hw/blocks/engine/sort/max_pool_job.h"

#include <span>

#include "hw/numerics/dispatch.h"
#include "hw/numerics/pool.h"
#include "hw/timing/comparator_network.h"

namespace systole::engine::sort {

MaxPoolJob::MaxPoolJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op), lanes_(lanes), window_(numerics::pool_window_of(op.d, op.element_bytes())) {
  if (!functional) return;
  in_.resize(std::size_t{op.d.in_h} * op.d.in_w * op.d.channels * op.element_bytes());
  out_.resize(std::size_t{op.d.out_h} * op.d.out_w * op.d.channels * op.element_bytes());
}

bool MaxPoolJob::next(Phase& phase) {
  if (++row_ == window_.out_h) return false;
  append_pool_row(window_, row_,
                  {.in = op_.d.in,
                   .out = op_.d.out,
                   .element_bytes = op_.element_bytes(),
                   .in_mirror = in_.empty() ? nullptr : in_.data(),
                   .out_mirror = out_.empty() ? nullptr : out_.data()},
                  phase);
  const std::uint64_t outputs = std::uint64_t{op_.d.out_w} * op_.d.channels;
  const auto positions = static_cast<std::uint64_t>(window_.kernel_size());
  const timing::UnitCycles cycles = timing::max_pool_cycles(outputs, positions, lanes_);
  phase.compute_cycles = cycles.interval;
  phase.drain_cycles = cycles.depth;
  phase.operations = outputs * positions;
  return true;
}

void MaxPoolJob::execute() {
  const std::size_t outputs = std::size_t{op_.d.out_w} * op_.d.channels;
  numerics::visit_type(op_.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const row = reinterpret_cast<T*>(out_.data()) + static_cast<std::size_t>(row_) * outputs;
    numerics::max_pool<T>(row_window(window_, row_), in_.data(), {row, outputs});
  });
}

}  // namespace systole::engine::sort
