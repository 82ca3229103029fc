// Timing of a dot-product unit, the organisation of tensor cores: Volta's multiplies 4 x 4 by 4 x 4 matrices
// and adds them to a third one in every cycle (NVIDIA, "Tesla V100 GPU Architecture", WP-08608-001, 2017).
// Derivation: docs/blocks/systolic-array.md.
//
// A step starts rows x cols dot products of `depth` elements. Each has `depth` multipliers, an adder tree and
// an accumulator, with a register behind each:
//
//     operands -> [products] -> [tree, level 1] ... [tree, level ceil(log2 depth)] -> [sum]
//
// Steps start one after the other. The accumulator adds in one step, so that none waits for a result of the
// one before; what a step started in cycle s has to add stands in the accumulators  2 + ceil(log2 depth)
// steps later.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "hw/timing/systolic/folds.h"

namespace systole::timing {

struct DotProductUnit {
  std::uint32_t rows = 4;    ///< of M
  std::uint32_t cols = 4;    ///< of N
  std::uint32_t depth = 4;   ///< of K
  std::uint32_t passes = 1;  ///< clock cycles of a step: what one multiply-accumulate takes
};

/// Multipliers; each performs a multiply-accumulate every `passes` cycles.
constexpr std::uint64_t pes_of(const DotProductUnit& unit) {
  return std::uint64_t{unit.rows} * unit.cols * unit.depth;
}

/// Steps from a step's start until its sums stand in the accumulators: multiply, ceil(log2 depth) levels, add
/// up.
constexpr Ticks dot_product_latency(const DotProductUnit& unit) {
  return 2 + static_cast<Ticks>(std::bit_width(unit.depth - 1));
}

/// The tiles of results one by one, each with all of K: column tiles (N) outside, row tiles (M) inside. A
/// tile's `interval` is ceil(K / depth) steps, its `drain` from there until its results stand in the
/// accumulators.
class DotProductSequence {
public:
  DotProductSequence(const DotProductUnit& unit, const GemmShape& gemm);

  [[nodiscard]] std::uint64_t count() const { return m_tiles_ * n_tiles_; }
  [[nodiscard]] std::optional<Fold> next();

private:
  DotProductUnit unit_;
  GemmShape gemm_;
  std::uint64_t m_tiles_;
  std::uint64_t n_tiles_;
  std::uint64_t index_ = 0;
};

/// A whole product:  cycles = passes x (ceil(M/rows) x ceil(N/cols) x ceil(K/depth) + 1 + ceil(log2 depth)).
/// Losses: `edge`, multipliers without work in steps that do not fill the unit; `fill_drain`, the pipeline's.
GemmTime dot_product_time(const DotProductUnit& unit, const GemmShape& gemm);

}  // namespace systole::timing
