#include "models/mapper/legalise/group_blocks.h"

#include <algorithm>

#include "models/mapper/tiling/estimate/machine.h"

namespace systole::mapper {

namespace {

std::int64_t parts(std::int64_t total, std::int64_t size) { return (total + size - 1) / size; }

/// Cycles if `blocks` groups share a command: every fold takes a cycle for each pixel, at least one for each
/// row of the array; a command fills and drains the array; the weights come from the DRAM once.
double cycles_of(const MatrixOp& op, std::int64_t blocks, const Capability& capability) {
  const auto rows = static_cast<std::int64_t>(capability.array_rows);
  const auto cols = static_cast<std::int64_t>(capability.array_cols);
  const std::int64_t k = op.window.kernel[0] * op.window.kernel[1] * op.in_c * blocks;
  const std::int64_t n = op.n * blocks;
  const auto size = static_cast<std::int64_t>(size_of(op.b_type));
  const std::int64_t folds = parts(k, rows) * parts(n, cols);
  const std::int64_t pixels = ir::elements_of(op.batch) * op.out_h * op.out_w;
  const std::int64_t command = folds * std::max(pixels, rows) + 2 * rows + cols;
  const std::int64_t commands = op.groups / blocks;
  return static_cast<double>(commands) *
         (static_cast<double>(command) + static_cast<double>(k * n * size) / Machine(capability).dram_rate);
}

}  // namespace

void join_groups(MatrixOp& op, const Capability& capability) {
  if (op.groups == 1 || !op.b_data || op.b != kNoValue) return;
  std::int64_t best = 1;
  double least = cycles_of(op, 1, capability);
  for (std::int64_t blocks = 2; blocks <= op.groups; ++blocks) {
    if (op.groups % blocks != 0) continue;
    const double cycles = cycles_of(op, blocks, capability);
    if (cycles >= least) continue;
    least = cycles;
    best = blocks;
  }
  op.blocks = best;
  op.groups /= best;
  op.in_c *= best;
  op.n *= best;
}

}  // namespace systole::mapper
