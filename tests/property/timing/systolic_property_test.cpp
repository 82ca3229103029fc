// Bounds and monotonicity of the array's timing, for random shapes from fixed seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "hw/base/units.h"
#include "hw/timing/systolic.h"

namespace systole::timing {
namespace {

struct Case {
  ArrayShape array;
  std::uint64_t m, n, k;
  [[nodiscard]] Ticks cycles() const { return gemm_cycles(array, m, n, k); }
};

class RandomCases {
public:
  Case next() {
    const auto upto = [&](unsigned n) { return 1 + static_cast<std::uint32_t>(random_() % n); };
    return {{upto(40), upto(40), upto(2) == 1}, upto(300), upto(300), upto(300)};
  }

private:
  std::minstd_rand random_{11};
};

constexpr int kTrials = 20'000;

TEST(SystolicProperty, NeverFasterThanTheMultipliers) {
  RandomCases cases;
  for (int i = 0; i < kTrials; ++i) {
    const Case c = cases.next();
    ASSERT_GE(c.cycles(), ceil_div(c.m * c.n * c.k, std::uint64_t{c.array.rows} * c.array.cols));
  }
}

// Each edge passes one row per cycle: weights (rows per fold), activations (M per fold).
TEST(SystolicProperty, NeverFasterThanItsEdges) {
  RandomCases cases;
  for (int i = 0; i < kTrials; ++i) {
    const Case c = cases.next();
    const std::uint64_t folds = FoldSequence(c.array, c.m, c.n, c.k).count();
    ASSERT_GT(c.cycles(), folds * c.m);
    ASSERT_GT(c.cycles(), folds * c.array.rows);
  }
}

TEST(SystolicProperty, MoreWorkIsNeverFaster) {
  RandomCases cases;
  for (int i = 0; i < kTrials; ++i) {
    const Case c = cases.next();
    ASSERT_GT(gemm_cycles(c.array, c.m + 1, c.n, c.k), c.cycles());
    ASSERT_GE(gemm_cycles(c.array, c.m, c.n + 1, c.k), c.cycles());
    ASSERT_GE(gemm_cycles(c.array, c.m, c.n, c.k + 1), c.cycles());
  }
}

TEST(SystolicProperty, DoubleBufferingPaysFromTheSecondFoldOn) {
  RandomCases cases;
  for (int i = 0; i < kTrials; ++i) {
    const Case c = cases.next();
    const ArrayShape one{c.array.rows, c.array.cols, false};
    const ArrayShape two{c.array.rows, c.array.cols, true};
    const Ticks single = gemm_cycles(one, c.m, c.n, c.k);
    const Ticks twice = gemm_cycles(two, c.m, c.n, c.k);
    if (FoldSequence(two, c.m, c.n, c.k).count() == 1) {
      ASSERT_EQ(twice, single);
    } else {
      ASSERT_LT(twice, single);
    }
  }
}

// Double-buffered, more columns are never slower where a fold streams for at least as long as the array is
// wide. They may be slower where it does not: the skew of the wider tile is then longer than the fold it
// saves.
TEST(SystolicProperty, MoreColumnsAreNeverSlowerForLongStreams) {
  RandomCases cases;
  for (int i = 0; i < kTrials; ++i) {
    Case c = cases.next();
    c.array.double_buffer = true;
    ArrayShape wider = c.array;
    wider.cols += 1 + static_cast<std::uint32_t>(i % 8);
    c.m = std::max<std::uint64_t>(c.m, wider.cols);
    ASSERT_LE(gemm_cycles(wider, c.m, c.n, c.k), c.cycles());
  }
  EXPECT_GT(gemm_cycles({1, 5, true}, 1, 5, 1), gemm_cycles({1, 4, true}, 1, 5, 1));
}

// More rows pay if they save a fold of at least twice their number; if they save none they only lengthen the
// way down, by exactly one cycle of weights and one of sums per row.
TEST(SystolicProperty, MoreRowsPayWhereTheySaveFolds) {
  RandomCases cases;
  for (int i = 0; i < kTrials; ++i) {
    Case c = cases.next();
    c.array.double_buffer = true;
    ArrayShape taller = c.array;
    const std::uint32_t more = 1 + static_cast<std::uint32_t>(i % 8);
    taller.rows += more;
    c.m = std::max<std::uint64_t>({c.m, taller.rows, 2 * more, c.array.cols});
    const Ticks cycles = gemm_cycles(taller, c.m, c.n, c.k);
    if (ceil_div(c.k, taller.rows) < ceil_div(c.k, c.array.rows)) {
      ASSERT_LE(cycles, c.cycles());
    } else {
      ASSERT_EQ(cycles, c.cycles() + 2 * more);
    }
  }
}

// total_cycles() against the end of every fold of the list.
TEST(SystolicProperty, TotalIsTheLatestEndOfTheFolds) {
  RandomCases cases;
  for (int i = 0; i < 2'000; ++i) {
    const Case c = cases.next();
    const FoldSequence folds(c.array, c.m, c.n, c.k);
    Ticks at = 0;
    Ticks end = 0;
    std::uint64_t weights = 0;
    for (std::uint64_t f = 0; f < folds.count(); ++f) {
      const Fold fold = folds[f];
      at += fold.load + fold.interval;
      end = std::max(end, at + fold.drain);
      weights += std::uint64_t{fold.k_used} * fold.n_used;
    }
    ASSERT_EQ(folds.total_cycles(), end);
    ASSERT_EQ(weights, c.k * c.n);
  }
}

}  // namespace
}  // namespace systole::timing
