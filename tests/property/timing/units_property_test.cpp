// Vector and sort units: bounds and monotonicity.
#include <gtest/gtest.h>

#include <random>

#include "hw/base/units.h"
#include "hw/timing/comparator_network.h"
#include "hw/timing/vector_unit.h"

namespace systole::timing {
namespace {

TEST(UnitProperty, NeverFasterThanTheLanes) {
  std::minstd_rand random(41);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t lanes = 1U << (random() % 8U);
    const std::uint64_t rows = 1 + random() % 50U;
    const std::uint64_t n = 1 + random() % 2000U;
    const std::uint64_t k = 1 + random() % n;
    ASSERT_GE(elementwise_cycles(LaneOp::kClip, n, lanes).interval * lanes, n);
    ASSERT_GE(softmax_cycles(rows, n, lanes).interval * lanes, 6 * rows * n);
    ASSERT_GE(arg_max_cycles(rows, n, lanes).interval * lanes, rows * n);
    ASSERT_GE(top_k_cycles(rows, n, k, lanes).total() * lanes, rows * n);
    ASSERT_LE(top_k_cycles(rows, n, k, lanes).total(), sort_cycles(rows, n, lanes).total());
    ASSERT_LE(arg_max_cycles(rows, n, lanes).total(), top_k_cycles(rows, n, 1, lanes).total() + 1);
  }
}

// Element-wise work, pooling, softmax and arg-max intervals. Not the total of a sort: a wider network is
// deeper, and a short vector pays for that.
TEST(UnitProperty, MoreLanesAreNeverSlower) {
  std::minstd_rand random(42);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t lanes = 1U << (random() % 8U);
    const std::uint64_t rows = 1 + random() % 50U;
    const std::uint64_t n = 1 + random() % 2000U;
    ASSERT_LE(elementwise_cycles(LaneOp::kAddFloat, n, 2 * lanes).total(),
              elementwise_cycles(LaneOp::kAddFloat, n, lanes).total());
    ASSERT_LE(average_pool_cycles(n, 9, 2 * lanes).total(), average_pool_cycles(n, 9, lanes).total());
    ASSERT_LE(max_pool_cycles(n, 9, 2 * lanes).total(), max_pool_cycles(n, 9, lanes).total());
    ASSERT_LE(softmax_cycles(rows, n, 2 * lanes).total(), softmax_cycles(rows, n, lanes).total());
    ASSERT_LE(arg_max_cycles(rows, n, 2 * lanes).interval, arg_max_cycles(rows, n, lanes).interval);
  }
  EXPECT_GT(sort_cycles(1, 8, 16).total(), sort_cycles(1, 8, 8).total());
}

}  // namespace
}  // namespace systole::timing
