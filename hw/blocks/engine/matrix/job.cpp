#include "hw/blocks/engine/matrix/job.h"

#include <algorithm>
#include <cstddef>

#include "hw/blocks/engine/matrix/activation_runs.h"
#include "hw/blocks/engine/matrix/sparse_weights.h"
#include "hw/blocks/engine/shell/access.h"
#include "hw/timing/systolic/pe_moves.h"

namespace systole::engine::matrix {

MatrixJob::MatrixJob(const Operation& op, const timing::ArrayShape& array,
                     std::shared_ptr<Accumulators> accumulators, std::vector<std::uint32_t> table)
    : op_(op), table_(std::move(table)), walk_(op_, array) {
  if (accumulators != nullptr) {
    const bool wide = array.dataflow == Dataflow::kInputStationary;
    arithmetic_ = std::make_unique<Arithmetic>(op_, wide ? op_.d.n : array.cols, std::move(accumulators));
  }
  const timing::GemmShape gemm = gemm_of(op_);
  const timing::PeMoves moves = timing::pe_moves(array, gemm);
  figures_ = {timing::gemm_time(array, gemm).losses, moves.inter, moves.intra};
}

bool MatrixJob::next(Phase& phase) {
  if (op_.has_table() && !table_loaded_) {
    load_table(phase);
    return true;
  }
  if (error_ != SGB_ERROR_NONE) return false;
  const std::optional<FoldStep> step = walk_.next();
  if (!step) return false;
  step_ = *step;
  phase.compute_cycles = step_.compute_cycles;
  phase.drain_cycles = step_.drain_cycles;
  phase.macs = std::uint64_t{step_.pixels.size()} * step_.n.size() * step_.k.size();
  load_weights(phase);
  load_activations(phase);
  if (step_.last_k) {
    load_epilogue(phase);
    if (op_.has_residual()) load_residual(phase);
    if (!op_.keeps()) store_results(phase);
  }
  move_spilled_sums(phase);
  return true;
}

void MatrixJob::execute() {
  if (op_.has_table() && !table_checked_) {  // it has just been loaded
    table_checked_ = true;
    if (!is_sound(op_, table_)) error_ = SGB_ERROR_BAD_FIELD;
    arithmetic_->set_table(table_);
    return;
  }
  if (step_.last_k && !arithmetic_->finish(step_)) error_ = SGB_ERROR_BAD_FIELD;
}

// The address generator takes the whole table before the first fold, in a phase of one cycle.
void MatrixJob::load_table(Phase& phase) {
  table_loaded_ = true;
  if (arithmetic_) table_.resize(op_.kept);
  auto* const mirror = arithmetic_ ? reinterpret_cast<std::byte*>(table_.data()) : nullptr;
  RunBuilder(phase.loads, Stream::kWeights, mirror).add(op_.d.k_table, op_.kept * 4, 0);
  phase.compute_cycles = 1;
}

void MatrixJob::load_weights(Phase& phase) const {
  RunBuilder runs(phase.loads, Stream::kWeights, arithmetic_ ? arithmetic_->weights() : nullptr);
  const std::uint64_t first = op_.b_offset(step_.n.begin);
  std::uint32_t columns = 0;
  for (std::uint32_t n = step_.n.begin; n < step_.n.end; n += columns) {
    columns = std::min<std::uint32_t>(op_.d.b_tile_cols, step_.n.end - n);
    const std::uint64_t value_row = op_.b_row_bytes(columns);
    const auto add = [&](std::uint64_t begin, std::uint64_t row) {
      const std::uint64_t offset = op_.b_offset(n) + begin + step_.k.begin * row;
      runs.add(op_.d.b + offset, static_cast<std::uint32_t>(step_.k.size() * row), offset - first);
    };
    add(0, value_row);
    if (op_.is_sparse()) add(value_row * op_.b_rows, op_.index_row_bytes(columns));
  }
}

// Of the k that the fold's rows of B multiply.
void MatrixJob::append_activations(std::byte* mirror, std::vector<Access>& loads) const {
  const Range positions = positions_of(op_, step_.k);
  if (!op_.has_table()) return append_activation_runs(op_, step_.pixels, positions, mirror, loads);
  if (table_.empty()) {
    return append_activation_runs(op_, step_.pixels, spread_table(op_, positions), mirror, loads);
  }
  const auto kept = std::span(table_).subspan(positions.begin, positions.size());
  append_activation_runs(op_, step_.pixels, kept, mirror, loads);
}

// What comes again is the same bytes; the mirror has them already.
void MatrixJob::load_activations(Phase& phase) {
  constexpr std::size_t kLongestKept = 256;
  if (step_.new_pixels && step_.pass == 0) activations_.clear();
  if (step_.new_pixels) {
    const auto before = static_cast<std::ptrdiff_t>(phase.loads.size());
    append_activations(arithmetic_ ? arithmetic_->activations() : nullptr, phase.loads);
    std::vector<Access>& kept = activations_.emplace_back();
    if (phase.loads.size() > kLongestKept) return;
    kept.assign(phase.loads.begin() + before, phase.loads.end());
    for (Access& access : kept) access.data = nullptr;
    return;
  }
  const std::vector<Access>& kept = activations_[step_.pass];
  if (kept.empty()) return append_activations(nullptr, phase.loads);
  phase.loads.insert(phase.loads.end(), kept.begin(), kept.end());
}

// Sums beyond the accumulators are read as a fold adds to them, and written again. Their values are with the
// others: only the time is taken here.
void MatrixJob::move_spilled_sums(Phase& phase) const {
  const bool input = op_.array.dataflow == Dataflow::kInputStationary;
  const std::uint32_t stream = input ? step_.n.size() : step_.pixels.size();
  const std::uint64_t sums =
      timing::spilled(op_.array, stream) * (input ? step_.pixels.size() : step_.n.size());
  if (sums == 0) return;
  const auto bytes = static_cast<std::uint32_t>(sums * (op_.has_wide_sums() ? 8 : 4));
  const bool adds = step_.k.begin > 0 || op_.continues();
  const bool stays = !step_.last_k || op_.keeps();
  if (adds) RunBuilder(phase.loads, Stream::kPartial, nullptr).add(op_.spill, bytes, 0);
  if (stays) RunBuilder(phase.stores, Stream::kPartial, nullptr).add(op_.spill, bytes, 0);
}

void MatrixJob::load_epilogue(Phase& phase) const {
  const auto load = [&](std::uint64_t table, std::uint32_t element_bytes, std::byte* mirror) {
    if (table == 0) return;
    RunBuilder(phase.loads, Stream::kWeights, mirror)
        .add(table + std::uint64_t{step_.n.begin} * element_bytes, step_.n.size() * element_bytes, 0);
  };
  load(op_.d.b_zero_table, 1, arithmetic_ ? arithmetic_->weight_zeros() : nullptr);
  load(op_.d.bias, 4, arithmetic_ ? arithmetic_->bias() : nullptr);
  if (op_.requantises()) load(op_.d.scale, 4, arithmetic_ ? arithmetic_->scale() : nullptr);
}

void MatrixJob::load_residual(Phase& phase) const {
  RunBuilder runs(phase.loads, Stream::kInput, arithmetic_ ? arithmetic_->residual() : nullptr);
  add_results(runs, op_.d.residual, op_.d.residual_row_stride, op_.d.residual_pixel_stride);
}

void MatrixJob::store_results(Phase& phase) const {
  RunBuilder runs(phase.stores, Stream::kOutput, arithmetic_ ? arithmetic_->results() : nullptr);
  add_results(runs, op_.d.out, op_.d.out_row_stride, op_.d.out_pixel_stride);
}

// The step's pixels x columns of a tensor of the result's shape.
void MatrixJob::add_results(RunBuilder& runs, std::uint64_t base, std::int32_t row_stride,
                            std::int32_t pixel_stride) const {
  const std::uint32_t bytes = step_.n.size() * op_.out_bytes;
  const std::uint32_t width = op_.d.out_w;
  for (std::uint32_t pixel = step_.pixels.begin; pixel < step_.pixels.end;) {
    const std::uint32_t oy = pixel / width;
    const std::uint32_t ox = pixel - oy * width;
    const std::uint32_t count = std::min(width - ox, step_.pixels.end - pixel);
    const std::int64_t offset = std::int64_t{oy} * row_stride + std::int64_t{ox} * pixel_stride +
                                std::int64_t{step_.n.begin} * op_.out_bytes;
    runs.add_series(base + static_cast<std::uint64_t>(offset), bytes,
                    (std::uint64_t{pixel} * op_.d.n + step_.n.begin) * op_.out_bytes, count, pixel_stride,
                    std::int64_t{op_.d.n} * op_.out_bytes);
    pixel += count;
  }
}

}  // namespace systole::engine::matrix
