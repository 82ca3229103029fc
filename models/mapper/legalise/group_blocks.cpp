#include "models/mapper/legalise/group_blocks.h"

#include <algorithm>

#include "hw/timing/systolic/folds.h"
#include "models/mapper/tiling/estimate/machine.h"

namespace systole::mapper {

namespace {

/// Cycles if `blocks` groups share a command, and their weights come from the DRAM once.
double cycles_of(const MatrixOp& op, std::int64_t blocks, const Capability& capability) {
  const std::int64_t k = op.window.kernel[0] * op.window.kernel[1] * op.in_c * blocks;
  const std::int64_t n = op.n * blocks;
  const auto size = static_cast<std::int64_t>(size_of(op.b_type));
  const std::int64_t pixels = ir::elements_of(op.batch) * op.out_h * op.out_w;
  const auto u64 = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  const std::uint64_t command = timing::gemm_cycles(capability.array, {u64(pixels), u64(n), u64(k)});
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
