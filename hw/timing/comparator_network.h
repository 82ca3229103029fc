// Timing of the sort engine: a pipelined bitonic network of `lanes` lanes (a power of two), a merger of the
// same rate behind it, and a comparator per lane for pooling. Derivation: docs/timing-model.md.
#pragma once

#include <cstdint>

#include "hw/timing/unit_cycles.h"

namespace systole::timing {

/// Comparator stages of a bitonic sorter (Batcher 1968): log2(L) (log2(L) + 1) / 2; one cycle each.
constexpr Ticks bitonic_stages(std::uint32_t lanes) {
  Ticks log = 0;
  while ((1ULL << log) < lanes) ++log;
  return log * (log + 1) / 2;
}

/// Stages of a bitonic merger of two sorted blocks of L: log2(2 L).
constexpr Ticks merge_stages(std::uint32_t lanes) {
  Ticks log = 0;
  while ((1ULL << log) < lanes) ++log;
  return log + 1;
}

/// Sorts each of `rows` vectors of n elements completely.
UnitCycles sort_cycles(std::uint64_t rows, std::uint64_t n, std::uint32_t lanes);

/// The k first of each of `rows` vectors of n elements. k <= lanes: a tree of mergers that keep one block;
/// else a full sort.
UnitCycles top_k_cycles(std::uint64_t rows, std::uint64_t n, std::uint64_t k, std::uint32_t lanes);

/// Arg-max (or -min) of each of `rows` vectors: `lanes` elements a cycle into a comparator tree, whose result
/// meets the best so far.
UnitCycles arg_max_cycles(std::uint64_t rows, std::uint64_t n, std::uint32_t lanes);

/// `outputs` max-pooling windows of `window` elements: each lane works on one output (a channel) and takes
/// one element per cycle.
UnitCycles max_pool_cycles(std::uint64_t outputs, std::uint64_t window, std::uint32_t lanes);

}  // namespace systole::timing
