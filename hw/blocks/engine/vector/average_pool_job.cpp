#include "hw/blocks/engine/vector/average_pool_job.h"

#include <span>

#include "hw/numerics/pool.h"

namespace systole::engine::vector {

AveragePoolJob::AveragePoolJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op), lanes_(lanes), window_(numerics::pool_window_of(op.d, 4)) {
  if (!functional) return;
  in_.resize(std::size_t{op.d.in_h} * op.d.in_w * op.d.channels * 4);
  out_.resize(std::size_t{op.d.count} * 4);
}

bool AveragePoolJob::next(Phase& phase) {
  if (++row_ == window_.out_h) return false;
  append_pool_row(window_, row_,
                  {.in = op_.d.a,
                   .out = op_.d.out,
                   .element_bytes = 4,
                   .in_mirror = in_.empty() ? nullptr : in_.data(),
                   .out_mirror = out_.empty() ? nullptr : out_.data()},
                  phase);
  const std::uint64_t outputs = std::uint64_t{op_.d.out_w} * op_.d.channels;
  const auto positions = static_cast<std::uint64_t>(window_.kernel_size());
  const timing::UnitCycles cycles = timing::average_pool_cycles(outputs, positions, lanes_);
  phase.compute_cycles = cycles.interval;
  phase.drain_cycles = cycles.depth;
  phase.operations = outputs * positions;
  return true;
}

void AveragePoolJob::execute() {
  const std::size_t outputs = std::size_t{op_.d.out_w} * op_.d.channels;
  const std::span<float> out{reinterpret_cast<float*>(out_.data()), op_.d.count};
  numerics::average_pool(row_window(window_, row_),
                         {.count_include_pad = (op_.d.flags & SGB_VECTOR_COUNT_INCLUDE_PAD) != 0,
                          .pad_bottom = op_.d.pad_bottom,
                          .pad_right = op_.d.pad_right},
                         in_.data(), out.subspan(static_cast<std::size_t>(row_) * outputs, outputs));
}

}  // namespace systole::engine::vector
