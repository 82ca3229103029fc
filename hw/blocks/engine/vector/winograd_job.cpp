#include "hw/blocks/engine/vector/winograd_job.h"

#include <algorithm>

#include "hw/blocks/engine/shell/access.h"
#include "hw/numerics/dispatch.h"
#include "hw/timing/vector_unit.h"

namespace systole::engine::vector {

namespace {

using numerics::kWinogradPlaces;

numerics::WinogradShape shape_of(const sgb_vector& d) {
  return {.in_h = d.in_h,
          .in_w = d.in_w,
          .channels = d.channels,
          .out_h = d.out_h,
          .out_w = d.out_w,
          .pad_top = d.pad_top,
          .pad_left = d.pad_left,
          .plane = d.inner};
}

std::byte* mirror(std::vector<std::byte>& bytes) { return bytes.empty() ? nullptr : bytes.data(); }

/// Lines [begin, end) of an operand that lies dense.
void add_lines(RunBuilder& runs, std::uint64_t address, std::int64_t begin, std::int64_t end,
               std::int64_t line_bytes) {
  if (begin >= end) return;
  const auto offset = static_cast<std::uint64_t>(begin * line_bytes);
  runs.add(address + offset, static_cast<std::uint32_t>((end - begin) * line_bytes), offset);
}

/// Row `ty` of all planes.
void add_planes(RunBuilder& runs, std::uint64_t address, std::int64_t ty, std::int64_t row_bytes,
                std::int64_t plane_bytes) {
  const auto offset = static_cast<std::uint64_t>(ty * row_bytes);
  runs.add_series(address + offset, static_cast<std::uint32_t>(row_bytes), offset, kWinogradPlaces,
                  plane_bytes, plane_bytes);
}

}  // namespace

WinogradInputJob::WinogradInputJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op), lanes_(lanes), shape_(shape_of(op.d)) {
  if (!functional) return;
  in_.resize(std::size_t{op.d.in_h} * op.d.in_w * op.d.channels);
  out_.resize(kWinogradPlaces * op.d.inner * op.out_bytes());
}

bool WinogradInputJob::next(Phase& phase) {
  if (++row_ == shape_.out_h) return false;
  const std::int64_t top = 2 * row_ - shape_.pad_top;
  RunBuilder loads(phase.loads, Stream::kInput, mirror(in_));
  add_lines(loads, op_.d.a, std::clamp<std::int64_t>(top, 0, shape_.in_h),
            std::clamp<std::int64_t>(top + 4, 0, shape_.in_h), shape_.in_w * shape_.channels);
  const auto tiles = static_cast<std::uint64_t>(shape_.out_w * shape_.channels);
  const timing::UnitCycles cycles = timing::winograd_input_cycles(tiles, lanes_);
  phase.compute_cycles = cycles.interval;
  phase.drain_cycles = cycles.depth;
  phase.operations = tiles * timing::LaneTiming::kWinogradInputAdds;
  const auto size = static_cast<std::int64_t>(op_.out_bytes());
  RunBuilder stores(phase.stores, Stream::kOutput, mirror(out_));
  add_planes(stores, op_.d.out, row_, shape_.out_w * shape_.channels * size, shape_.plane * size);
  return true;
}

void WinogradInputJob::execute() {
  numerics::visit_byte(op_.in_type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    numerics::winograd_input_row(shape_, row_, reinterpret_cast<const T*>(in_.data()), op_.d.a_zero,
                                 reinterpret_cast<std::int16_t*>(out_.data()));
  });
}

WinogradOutputJob::WinogradOutputJob(const Operation& op, std::uint32_t lanes, bool functional)
    : op_(op), lanes_(lanes), shape_(shape_of(op.d)) {
  if (!functional) return;
  in_.resize(kWinogradPlaces * op.d.inner * op.in_bytes());
  scale_.resize(std::size_t{op.d.channels} * 4);
  if (op.d.table != 0) bias_.resize(std::size_t{op.d.channels} * 4);
  out_.resize(op.d.count);
}

bool WinogradOutputJob::next(Phase& phase) {
  if (++row_ == shape_.in_h) return false;
  if (row_ == 0) {
    const auto table_bytes = static_cast<std::uint32_t>(shape_.channels * 4);
    RunBuilder(phase.loads, Stream::kWeights, mirror(scale_)).add(op_.d.b, table_bytes, 0);
    if (op_.d.table != 0) {
      RunBuilder(phase.loads, Stream::kWeights, mirror(bias_)).add(op_.d.table, table_bytes, 0);
    }
  }
  const auto size = static_cast<std::int64_t>(op_.in_bytes());
  RunBuilder loads(phase.loads, Stream::kInput, mirror(in_));
  add_planes(loads, op_.d.a, row_, shape_.in_w * shape_.channels * size, shape_.plane * size);
  const auto tiles = static_cast<std::uint64_t>(shape_.in_w * shape_.channels);
  const timing::UnitCycles cycles = timing::winograd_output_cycles(tiles, lanes_);
  phase.compute_cycles = cycles.interval;
  phase.drain_cycles = cycles.depth;
  phase.operations = tiles * timing::LaneTiming::kWinogradOutputAdds;
  const std::int64_t top = 2 * row_ - shape_.pad_top;
  RunBuilder stores(phase.stores, Stream::kOutput, mirror(out_));
  add_lines(stores, op_.d.out, std::clamp<std::int64_t>(top, 0, shape_.out_h),
            std::clamp<std::int64_t>(top + 2, 0, shape_.out_h), shape_.out_w * shape_.channels);
  return true;
}

void WinogradOutputJob::execute() {
  const numerics::WinogradEpilogue epilogue{
      .bias = bias_.empty() ? nullptr : reinterpret_cast<const std::int32_t*>(bias_.data()),
      .scale = reinterpret_cast<const float*>(scale_.data()),
      .zero = op_.d.out_zero,
      .low = op_.d.clip_min,
      .high = op_.d.clip_max};
  numerics::visit_byte(op_.out_type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    numerics::winograd_output_row(shape_, row_, reinterpret_cast<const std::int32_t*>(in_.data()), epilogue,
                                  reinterpret_cast<T*>(out_.data()));
  });
}

}  // namespace systole::engine::vector
