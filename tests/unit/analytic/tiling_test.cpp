// The tiling-efficiency cases of lectures on accelerators: a large product is tiled by the array's size, and
// is efficient if its dimensions are multiples of it. All numbers are worked out by hand, for a 4 x 4 array
// that holds weights in double buffers: the first fold waits 4 cycles for its weights, the last sum of a fold
// of M rows and n columns leaves M + 4 + n - 2 cycles after its start, folds start max(M, 4) cycles apart.
#include <gtest/gtest.h>

#include "models/analytic/utilization.h"

namespace systole::analytic {
namespace {

ArrayModel array_of_4() {
  ArrayModel array;
  array.shape.rows = 4;
  array.shape.cols = 4;
  return array;
}

ir::MatrixProduct product(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t groups = 1) {
  return {"p", "Conv", m, n, k, groups, groups > 1};
}

void expect_conserved(const ArrayModel& array, const Usage& usage) {
  EXPECT_EQ(usage.useful, usage.macs);
  EXPECT_EQ(usage.useful + usage.losses.total(), array.shape.rows * array.shape.cols * usage.cycles);
}

// K = N = 8 = 2 x 4, M = 8: four folds start in cycles 4, 12, 20 and 28; the last ends 8 + 4 + 4 - 2 = 14
// later.
TEST(Tiling, ExactMultiplesLoseNothingAtEdges) {
  const ProductUsage usage = usage_of(array_of_4(), product(8, 8, 8));
  EXPECT_EQ(usage.cycles, 42U);
  EXPECT_EQ(usage.macs, 512U);
  EXPECT_EQ(usage.losses.edge, 0U);
  EXPECT_EQ(usage.losses.stationary, 16U * 4);  // the first fold's weights
  EXPECT_EQ(usage.losses.fill_drain, 16U * 6);  // 42 - 4 - 4 folds of 8
  EXPECT_EQ(usage.losses.starvation, 0U);
  EXPECT_EQ(usage.losses.accumulator, 0U);
  expect_conserved(array_of_4(), usage);
}

// Load, fill and drain are 10 cycles however long the folds are, so that efficiency goes to 1 with M:
// 4 x 8000 of 32,010 cycles.
TEST(Tiling, ExactMultiplesAreEfficientUpToFillAndDrain) {
  const ProductUsage usage = usage_of(array_of_4(), product(8000, 8, 8));
  EXPECT_EQ(usage.cycles, 32'010U);
  EXPECT_DOUBLE_EQ(utilization(array_of_4().shape, usage), 32'000.0 / 32'010);
}

// K = 6 = 4 + 2, N = 5 = 4 + 1. Of 16 processing elements the four folds use 16, 8, 4 and 2: 30 of 64, which
// is 6 / 8 x 5 / 8. The last fold starts in cycle 28 as above and ends 8 + 4 + 1 - 2 = 11 later.
TEST(Tiling, RaggedEdges) {
  const ProductUsage usage = usage_of(array_of_4(), product(8, 5, 6));
  EXPECT_EQ(usage.cycles, 39U);
  EXPECT_EQ(usage.macs, 240U);
  EXPECT_EQ(usage.losses.edge, 8U * (64 - 30));
  EXPECT_EQ(usage.losses.stationary, 16U * 4);
  EXPECT_EQ(usage.losses.fill_drain, 16U * 3);
  expect_conserved(array_of_4(), usage);
}

// One row or one column too many costs a whole fold: N = 9 takes three column tiles of which the last has one
// column, and 9 / 12 of the array.
TEST(Tiling, OneTooMany) {
  const ProductUsage usage = usage_of(array_of_4(), product(4000, 9, 8));
  EXPECT_EQ(usage.losses.edge, 4000U * 2 * 4 * 3);
  EXPECT_NEAR(utilization(array_of_4().shape, usage), 0.75, 0.001);
}

// Fewer streamed rows than the array is high: weights take 4 cycles a fold, M = 1 of them works. Starts 4, 8,
// 12, 16; the last ends 1 + 4 + 4 - 2 = 7 later.
TEST(Tiling, AVectorWaitsForWeights) {
  const ProductUsage usage = usage_of(array_of_4(), product(1, 8, 8));
  EXPECT_EQ(usage.cycles, 23U);
  EXPECT_EQ(usage.macs, 64U);
  EXPECT_EQ(usage.losses.edge, 0U);
  EXPECT_EQ(usage.losses.stationary, 16U * (4 + 3 * 3));
  EXPECT_EQ(usage.losses.fill_drain, 16U * 6);
  expect_conserved(array_of_4(), usage);
}

// The extreme: every channel a group of its own, one input and one output channel, window 1 x 1. Apart, each
// product of M x 1 x 1 has one processing element of 16: 4 + (1000 + 4 + 1 - 2) = 1007 cycles.
TEST(Tiling, FullyGroupedApart) {
  ArrayModel apart = array_of_4();
  apart.join_groups = false;
  const ProductUsage usage = usage_of(apart, product(1000, 1, 1, 8));
  EXPECT_EQ(usage.joined, 1U);
  EXPECT_EQ(usage.cycles, 8U * 1007);
  EXPECT_EQ(usage.macs, 8000U);
  EXPECT_EQ(usage.losses.edge, 8U * 1000 * 15);
  EXPECT_NEAR(utilization(apart.shape, usage), 1.0 / 16, 0.001);
  expect_conserved(apart, usage);
}

// Joined, four groups stand on the diagonal of one fold: 4 of 16, which no joining can better; eight would be
// four folds of which two are all gaps.
TEST(Tiling, FullyGroupedJoined) {
  const ProductUsage usage = usage_of(array_of_4(), product(1000, 1, 1, 8));
  EXPECT_EQ(usage.joined, 4U);
  EXPECT_EQ(usage.cycles, 2U * (4 + 1000 + 4 + 4 - 2));
  EXPECT_EQ(usage.macs, 8000U);
  EXPECT_EQ(usage.losses.edge, 2U * 1000 * 12);
  EXPECT_DOUBLE_EQ(utilization(array_of_4().shape, usage), 4.0 / 16 * 2000 / 2020);
  expect_conserved(array_of_4(), usage);
}

// Depthwise 3 x 3, 8 channels, M = 16. Cycles of a command: 4 + (folds - 1) x 16 + 16 + 4 + n - 2.
//   1 group:   3 folds,      55, eight times: 440
//   2 groups:  5 folds (18 rows of K), 88, four times:  352
//   4 groups:  9 folds,     154, twice:  308      <- the fewest
//   8 groups: 18 x 2 folds, 586
TEST(Tiling, DepthwiseTakesTheJoiningWithTheFewestCycles) {
  const ProductUsage usage = usage_of(array_of_4(), product(16, 1, 9, 8));
  EXPECT_EQ(usage.joined, 4U);
  EXPECT_EQ(usage.cycles, 308U);
  EXPECT_EQ(usage.macs, 8U * 16 * 9);
  expect_conserved(array_of_4(), usage);
  ArrayModel apart = array_of_4();
  apart.join_groups = false;
  EXPECT_EQ(usage_of(apart, product(16, 1, 9, 8)).cycles, 440U);
}

// Six groups: four would fill the diagonal but divide them not, so that three share a command; five take four
// folds together, which is less than five commands.
TEST(Tiling, OnlyDivisorsAreJoined) {
  EXPECT_EQ(usage_of(array_of_4(), product(1000, 1, 1, 6)).joined, 3U);
  EXPECT_EQ(usage_of(array_of_4(), product(1000, 1, 1, 5)).joined, 5U);
}

// Products of pairs of matrices have rows of their own each: nothing is joined.
TEST(Tiling, PairsOfMatricesAreNotJoined) {
  ir::MatrixProduct pairs = product(1000, 1, 1, 4);
  pairs.joinable = false;
  EXPECT_EQ(usage_of(array_of_4(), pairs).joined, 1U);
}

TEST(Tiling, PeakRates) {
  timing::ArrayShape array;
  array.rows = array.cols = 1;
  EXPECT_DOUBLE_EQ(peak_operations(array, Hertz{1'000'000}), 2e6);
  array.passes = 4;  // 16-bit operands on 8-bit multipliers
  EXPECT_DOUBLE_EQ(peak_operations(array, Hertz{1'000'000}), 0.5e6);
}

// The first fold of 8 x 8 x 8 as above, but four cycles a step: everything takes four times as long.
TEST(Tiling, PassesAreUseful) {
  ArrayModel array = array_of_4();
  array.shape.passes = 4;
  const ProductUsage usage = usage_of(array, product(8, 8, 8));
  EXPECT_EQ(usage.cycles, 4U * 42);
  EXPECT_EQ(usage.macs, 512U);
  EXPECT_EQ(usage.useful, 4U * 512);
  EXPECT_DOUBLE_EQ(utilization(array.shape, usage),
                   utilization(array_of_4().shape, usage_of(array_of_4(), product(8, 8, 8))));
}

}  // namespace
}  // namespace systole::analytic
