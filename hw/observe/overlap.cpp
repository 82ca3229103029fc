#include "hw/observe/overlap.h"

#include <algorithm>
#include <cctype>

namespace systole {

std::vector<Interval> union_of(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.start < b.start; });
  std::vector<Interval> merged;
  for (const Interval& interval : intervals) {
    if (interval.start >= interval.end) continue;
    if (!merged.empty() && interval.start <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, interval.end);
    } else {
      merged.push_back(interval);
    }
  }
  return merged;
}

std::uint64_t covered(const std::vector<Interval>& intervals) {
  std::uint64_t cycles = 0;
  for (const Interval& interval : union_of(intervals)) cycles += interval.end - interval.start;
  return cycles;
}

std::uint64_t covered_by_both(const std::vector<Interval>& a, const std::vector<Interval>& b) {
  const std::vector<Interval> left = union_of(a);
  const std::vector<Interval> right = union_of(b);
  std::uint64_t cycles = 0;
  for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    const std::uint64_t start = std::max(left[i].start, right[j].start);
    const std::uint64_t end = std::min(left[i].end, right[j].end);
    if (start < end) cycles += end - start;
    // The one that ends first cannot meet anything later.
    if (left[i].end < right[j].end) {
      ++i;
    } else {
      ++j;
    }
  }
  return cycles;
}

bool is_dma(const std::string& resource) {
  return resource.compare(0, 3, "dma") == 0 &&
         std::all_of(resource.begin() + 3, resource.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::vector<Interval> intervals_of(const SpanLog& log, std::uint32_t resource) {
  std::vector<Interval> intervals;
  for (const Span& span : log.spans()) {
    if (span.resource == resource) intervals.push_back({span.start, span.end});
  }
  return intervals;
}

Overlap overlap_of(const SpanLog& log) {
  std::vector<bool> dma_resource;
  for (const std::string& name : log.resources()) dma_resource.push_back(is_dma(name));
  std::vector<Interval> compute;
  std::vector<Interval> dma;
  for (const Span& span : log.spans()) {
    (dma_resource[span.resource] ? dma : compute).push_back({span.start, span.end});
  }
  return {covered(compute), covered(dma), covered_by_both(compute, dma)};
}

}  // namespace systole
