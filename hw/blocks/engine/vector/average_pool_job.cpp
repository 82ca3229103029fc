#include "hw/blocks/engine/vector/average_pool_job.h"

#include <span>

#include "hw/numerics/dispatch.h"
#include "hw/numerics/pool.h"

namespace systole::engine::vector {

AveragePoolJob::AveragePoolJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op), lanes_(lanes), window_(numerics::pool_window_of(op.d, op.in_bytes())) {
  if (!functional) return;
  in_.resize(std::size_t{op.d.in_h} * op.d.in_w * op.d.channels * op.in_bytes());
  out_.resize(std::size_t{op.d.count} * op.out_bytes());
}

bool AveragePoolJob::next(Phase& phase) {
  if (++row_ == window_.out_h) return false;
  append_pool_row(window_, row_,
                  {.in = op_.d.a,
                   .out = op_.d.out,
                   .element_bytes = op_.out_bytes(),
                   .in_mirror = in_.empty() ? nullptr : in_.data(),
                   .out_mirror = out_.empty() ? nullptr : out_.data()},
                  phase);
  const std::uint64_t outputs = std::uint64_t{op_.d.out_w} * op_.d.channels;
  const auto positions = static_cast<std::uint64_t>(window_.kernel_size());
  const timing::UnitCycles cycles =
      timing::average_pool_cycles(outputs, positions, lanes_, op_.in_type != DType::kFloat32);
  phase.compute_cycles = cycles.interval;
  phase.drain_cycles = cycles.depth;
  phase.operations = outputs * positions;
  return true;
}

void AveragePoolJob::execute() {
  const std::size_t outputs = std::size_t{op_.d.out_w} * op_.d.channels;
  const std::size_t begin = static_cast<std::size_t>(row_) * outputs;
  const numerics::Window window = row_window(window_, row_);
  const numerics::AveragePads pads{.count_include_pad = (op_.d.flags & SGB_VECTOR_COUNT_INCLUDE_PAD) != 0,
                                   .pad_bottom = op_.d.pad_bottom,
                                   .pad_right = op_.d.pad_right};
  if (op_.in_type == DType::kFloat32) {
    const std::span<float> out{reinterpret_cast<float*>(out_.data()), op_.d.count};
    numerics::average_pool(window, pads, in_.data(), out.subspan(begin, outputs));
    return;
  }
  const numerics::QuantisedAverage q{.in_scale = op_.d.a_scale,
                                     .in_zero = op_.d.a_zero,
                                     .out_scale = op_.d.out_scale,
                                     .out_zero = op_.d.out_zero,
                                     .low = op_.d.clip_min,
                                     .high = op_.d.clip_max};
  numerics::visit_quantised(op_.in_type, [&](auto in_tag) {
    numerics::visit_quantised(op_.out_type, [&](auto out_tag) {
      using In = typename decltype(in_tag)::type;
      using Out = typename decltype(out_tag)::type;
      const std::span<Out> out{reinterpret_cast<Out*>(out_.data()), op_.d.count};
      numerics::average_pool_quantised<In, Out>(window, pads, q, in_.data(), out.subspan(begin, outputs));
    });
  });
}

}  // namespace systole::engine::vector
