#include "hw/observe/overlap.h"

#include <gtest/gtest.h>

namespace systole {
namespace {

TEST(Intervals, UnionMergesWhatTouchesAndCountsOverlapOnce) {
  // [0,10) and [5,12) overlap, [12,15) touches, [20,20) is empty, [30,31) stands alone: 15 + 1.
  const std::vector<Interval> intervals{{5, 12}, {30, 31}, {0, 10}, {20, 20}, {12, 15}};
  const auto merged = union_of(intervals);
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_EQ(merged[0].start, 0U);
  EXPECT_EQ(merged[0].end, 15U);
  EXPECT_EQ(covered(intervals), 16U);
  EXPECT_EQ(covered({}), 0U);
}

TEST(Intervals, IntersectionOfUnions) {
  // a: [0,10) [20,30); b: [5,7) [6,22) [29,40). Common: [5,10) + [20,22) + [29,30) = 5 + 2 + 1.
  EXPECT_EQ(covered_by_both({{0, 10}, {20, 30}}, {{6, 22}, {5, 7}, {29, 40}}), 8U);
  EXPECT_EQ(covered_by_both({{0, 10}}, {{10, 20}}), 0U);  // only touching
  EXPECT_EQ(covered_by_both({}, {{0, 1}}), 0U);
}

TEST(Overlap, SplitsDmaFromComputeByName) {
  SpanLog log;
  const auto dma0 = log.resource("dma0");
  const auto dma1 = log.resource("dma1");
  const auto matrix = log.resource("matrix");
  log.add({dma0, 0, 0, 0, 10, 0, 0});
  log.add({dma1, 0, 1, 5, 15, 0, 0});
  log.add({matrix, 0, 2, 12, 30, 0, 0});
  const Overlap overlap = overlap_of(log);
  EXPECT_EQ(overlap.dma_busy, 15U);
  EXPECT_EQ(overlap.compute_busy, 18U);
  EXPECT_EQ(overlap.both_busy, 3U);
  EXPECT_TRUE(is_dma("dma"));
  EXPECT_FALSE(is_dma("dmax"));
}

}  // namespace
}  // namespace systole
