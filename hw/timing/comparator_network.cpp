#include "hw/timing/comparator_network.h"

#include <bit>

#include "hw/base/assert.h"
#include "hw/base/units.h"

namespace systole::timing {

namespace {
void check_lanes(std::uint32_t lanes) {
  SYSTOLE_ASSERT(std::has_single_bit(lanes), "the lanes of a comparator network are a power of two");
}
}  // namespace

UnitCycles sort_cycles(std::uint64_t rows, std::uint64_t n, std::uint32_t lanes) {
  check_lanes(lanes);
  const std::uint64_t blocks = ceil_div(n, lanes);
  // Vectors of one block follow one another through the network without a gap.
  if (blocks <= 1) return {rows, bitonic_stages(lanes)};
  // Otherwise a vector occupies the engine until its last pass has taken in its last block: every pass needs
  // the runs that the pass before has written.
  Ticks row = blocks + bitonic_stages(lanes);
  const Ticks pass_tail = 1 + merge_stages(lanes);
  for (std::uint64_t run = 1; run < blocks; run *= 2) row += blocks + pass_tail;
  return {rows * row - pass_tail, pass_tail};
}

UnitCycles top_k_cycles(std::uint64_t rows, std::uint64_t n, std::uint64_t k, std::uint32_t lanes) {
  check_lanes(lanes);
  if (k > lanes) return sort_cycles(rows, n, lanes);
  std::uint64_t blocks = ceil_div(n, lanes);
  if (blocks <= 1) return {rows, bitonic_stages(lanes)};
  Ticks row = blocks + bitonic_stages(lanes);
  const Ticks pass_tail = merge_stages(lanes);
  for (; blocks > 1; blocks = ceil_div(blocks, 2)) row += blocks + pass_tail;
  return {rows * row - pass_tail, pass_tail};
}

UnitCycles arg_max_cycles(std::uint64_t rows, std::uint64_t n, std::uint32_t lanes) {
  check_lanes(lanes);
  return {rows * ceil_div(n, lanes), merge_stages(lanes)};  // log2(lanes) levels and the best so far
}

UnitCycles max_pool_cycles(std::uint64_t outputs, std::uint64_t window, std::uint32_t lanes) {
  check_lanes(lanes);
  return {ceil_div(outputs, lanes) * window, 1};
}

}  // namespace systole::timing
