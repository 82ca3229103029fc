#include "hw/timing/systolic/pe_moves.h"

namespace systole::timing {

PeMoves pe_moves(const ArrayShape& array, const GemmShape& gemm) {
  if (array.rules == FoldRules::kDotProduct) return {};  // its multipliers have no neighbours
  const GemmTime time = gemm_time(array, gemm);
  const std::uint64_t rows = array.rows;
  const std::uint64_t cols = array.cols;
  const std::uint64_t pes = rows * cols;
  const std::uint64_t steps = (time.useful + time.losses.edge) / pes / array.passes;
  if (array.dataflow == Dataflow::kOutputStationary) {
    return {steps * 2 * pes + time.folds * (cols * rows * (rows - 1) / 2), 3 * steps * pes};
  }
  return {steps * (2 * pes - cols), 3 * steps * pes};
}

}  // namespace systole::timing
