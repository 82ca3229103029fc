// How well transfers hide behind compute: lengths of unions and intersections of busy intervals. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/observe/spans.h"

namespace systole {

/// start <= t < end.
struct Interval {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

/// The intervals' union as disjoint intervals in ascending order; empty ones are left out.
std::vector<Interval> union_of(std::vector<Interval> intervals);
/// Cycles in the union.
std::uint64_t covered(const std::vector<Interval>& intervals);
/// Cycles that lie in both unions.
std::uint64_t covered_by_both(const std::vector<Interval>& a, const std::vector<Interval>& b);

/// Cycles in which at least one compute engine works, at least one DMA engine works, and both.
struct Overlap {
  std::uint64_t compute_busy = 0;
  std::uint64_t dma_busy = 0;
  std::uint64_t both_busy = 0;
};
Overlap overlap_of(const SpanLog& log);

/// "dma", "dma0", ...: queues.h gives the names.
bool is_dma(const std::string& resource);

/// The busy intervals of one resource, as recorded.
std::vector<Interval> intervals_of(const SpanLog& log, std::uint32_t resource);

}  // namespace systole
