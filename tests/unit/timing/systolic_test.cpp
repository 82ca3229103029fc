#include "hw/timing/systolic/folds.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <tuple>

#include "tests/unit/timing/pe_array_reference.h"

namespace systole::timing {
namespace {

using test::ArrayResult;
using test::PeArrayReference;
using test::Problem;

template <typename T>
Problem<T> random_problem(int m, int n, int k, std::minstd_rand& random) {
  Problem<T> problem{m, n, k, {}, {}};
  const auto value = [&] { return static_cast<T>(static_cast<int>(random() % 255U) - 127); };
  for (int i = 0; i < m * k; ++i) problem.a.push_back(value());
  for (int i = 0; i < k * n; ++i) problem.b.push_back(value());
  return problem;
}

template <typename T>
std::vector<T> product(const Problem<T>& p) {
  std::vector<T> c(test::at(p.m, p.n, 0), T{0});
  for (int m = 0; m < p.m; ++m) {
    for (int n = 0; n < p.n; ++n) {
      for (int k = 0; k < p.k; ++k) {
        const T term = p.a[test::at(m, p.k, k)] * p.b[test::at(k, p.n, n)];
        c[test::at(m, p.n, n)] += term;
      }
    }
  }
  return c;
}

/// The fold list against what the registers did, fold by fold.
template <typename T>
void expect_same_folds(FoldSequence folds, const ArrayResult<T>& simulated) {
  ASSERT_EQ(folds.count(), simulated.fold_start.size());
  Ticks start = 0;
  while (const auto fold = folds.next()) {
    start += fold->load;
    ASSERT_EQ(start, simulated.fold_start[fold->index]) << "start of fold " << fold->index;
    ASSERT_EQ(start + fold->interval + fold->drain, simulated.fold_end[fold->index])
        << "end of fold " << fold->index;
    start += fold->interval;
  }
}

/// Without shadow registers the simulated array loads when it is empty.
ArrayShape array_of(int rows, int cols, bool double_buffer) {
  ArrayShape array;
  array.rows = static_cast<std::uint32_t>(rows);
  array.cols = static_cast<std::uint32_t>(cols);
  array.double_buffer = array.fold_overlap = double_buffer;
  return array;
}

template <typename T>
GemmShape shape_of(const Problem<T>& p) {
  return {static_cast<std::uint64_t>(p.m), static_cast<std::uint64_t>(p.n), static_cast<std::uint64_t>(p.k)};
}

// rows and double buffering are the shard; every M, N, K up to 9 on every number of columns up to 5: 3645
// GEMMs a shard, with whole, partial, single and many folds in both directions.
class EveryShape : public ::testing::TestWithParam<std::tuple<int, bool>> {};

TEST_P(EveryShape, ClosedFormEqualsRegisters) {
  const auto [rows, double_buffer] = GetParam();
  std::minstd_rand random(1);
  for (int cols = 1; cols <= 5; ++cols) {
    const ArrayShape array = array_of(rows, cols, double_buffer);
    for (int m = 1; m <= 9; ++m) {
      for (int n = 1; n <= 9; ++n) {
        for (int k = 1; k <= 9; ++k) {
          SCOPED_TRACE(::testing::Message() << "M " << m << " N " << n << " K " << k << " cols " << cols);
          const auto problem = random_problem<std::int32_t>(m, n, k, random);
          const auto simulated = PeArrayReference(rows, cols, double_buffer, problem).run();
          ASSERT_EQ(simulated.c, product(problem));
          ASSERT_EQ(gemm_cycles(array, shape_of(problem)), simulated.cycles);
          ASSERT_NO_FATAL_FAILURE(expect_same_folds({array, shape_of(problem)}, simulated));
        }
      }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Registers, EveryShape, ::testing::Combine(::testing::Range(1, 6), ::testing::Bool()),
                         [](const auto& shard) {
                           return "rows" + std::to_string(std::get<0>(shard.param)) +
                                  (std::get<1>(shard.param) ? "_double" : "_single");
                         });

// A few larger arrays, M far from rows on both sides.
TEST(Systolic, ClosedFormEqualsRegistersOnLargerArrays) {
  std::minstd_rand random(2);
  for (int trial = 0; trial < 60; ++trial) {
    const int rows = 1 + static_cast<int>(random() % 16U);
    const int cols = 1 + static_cast<int>(random() % 16U);
    const int m = 1 + static_cast<int>(random() % 40U);
    const int n = 1 + static_cast<int>(random() % 40U);
    const int k = 1 + static_cast<int>(random() % 40U);
    const bool double_buffer = trial % 2 == 0;
    SCOPED_TRACE(::testing::Message() << rows << " x " << cols << ": " << m << " " << n << " " << k);
    const auto problem = random_problem<std::int32_t>(m, n, k, random);
    const auto simulated = PeArrayReference(rows, cols, double_buffer, problem).run();
    ASSERT_EQ(simulated.c, product(problem));
    const ArrayShape array = array_of(rows, cols, double_buffer);
    ASSERT_EQ(gemm_cycles(array, shape_of(problem)), simulated.cycles);
    ASSERT_NO_FATAL_FAILURE(expect_same_folds({array, shape_of(problem)}, simulated));
  }
}

// Sums re-enter at the top, so floats are added in ascending k: the one order of the project. Fractions make
// every rounding matter.
TEST(Systolic, RegistersAddFloatsInAscendingK) {
  std::minstd_rand random(3);
  for (const bool double_buffer : {false, true}) {
    auto problem = random_problem<float>(7, 6, 23, random);
    for (float& x : problem.a) x /= 7.0F;
    for (float& x : problem.b) x /= 11.0F;
    const auto simulated = PeArrayReference(4, 5, double_buffer, problem).run();
    EXPECT_EQ(simulated.c, product(problem));
  }
}

// The oracle can tell: an array that starts a fold one cycle before its weights are in place computes
// rubbish. So no shorter formula than the closed form is possible for this array.
TEST(Systolic, RegistersNoticeAFoldThatStartsTooEarly) {
  std::minstd_rand random(4);
  for (const bool double_buffer : {false, true}) {
    const auto problem = random_problem<std::int32_t>(3, 4, 12, random);
    EXPECT_EQ(PeArrayReference(4, 4, double_buffer, problem).run().c, product(problem));
    EXPECT_NE(PeArrayReference(4, 4, double_buffer, problem, 1).run().c, product(problem));
  }
}

// Hand-derived, 4 x 3 array, one fold of M = 5, K = 4, N = 3: 4 cycles of weights; row 4 (m) enters in cycle
// 4 + 4 = 8, its sum in column 2 is made in the last row in cycle 8 + 3 + 2 = 13 and is out at 14.
TEST(Systolic, OneFoldByHand) {
  EXPECT_EQ(gemm_cycles(array_of(4, 3, true), {5, 3, 4}), 14U);
  EXPECT_EQ(gemm_cycles(array_of(4, 3, false), {5, 3, 4}), 14U);
}

// Two K folds on the same array (K = 8). Double: starts 4 and 4 + max(5, 4) = 9, end 9 + 5 + 4 + 3 - 2 = 19.
// Single: each fold 4 + (5 + 4 + 3 - 2) = 14, end 28.
TEST(Systolic, TwoFoldsByHand) {
  EXPECT_EQ(gemm_cycles(array_of(4, 3, true), {5, 3, 8}), 19U);
  EXPECT_EQ(gemm_cycles(array_of(4, 3, false), {5, 3, 8}), 28U);
  // M = 2 < rows: the shadow registers are the limit. Starts 4 and 8, end 8 + 2 + 4 + 3 - 2 = 15.
  EXPECT_EQ(gemm_cycles(array_of(4, 3, true), {2, 3, 8}), 15U);
}

// The diagram in docs/blocks/systolic-array.md: starts 3 and 3 + max(2, 3) = 6, end 6 + 2 + 3 + 2 - 2 = 11.
// Single-buffered: twice 3 + (2 + 3 + 2 - 2) = 16.
TEST(Systolic, DatasheetDiagram) {
  EXPECT_EQ(gemm_cycles(array_of(3, 2, true), {2, 2, 6}), 11U);
  EXPECT_EQ(gemm_cycles(array_of(3, 2, false), {2, 2, 6}), 16U);
}

// The last fold is narrow and short: the wide one before it drains later. 1 x 5 array, M = 1, K = 1, N = 6:
// starts 1 and 2; ends 1 + 1 + 1 + 5 - 2 = 6 and 2 + 1 + 1 + 1 - 2 = 3.
TEST(Systolic, WideFoldMayOutliveTheLast) { EXPECT_EQ(gemm_cycles(array_of(1, 5, true), {1, 6, 1}), 6U); }

// SCALE-Sim v2, weight stationary, a fold without any overlap: 2 rows + cols + M - 2.
TEST(Systolic, SingleBufferedFoldIsScaleSims) {
  for (const auto [rows, cols, m] :
       {std::array{16U, 16U, 49U}, std::array{128U, 128U, 3136U}, std::array{8U, 32U, 1U}}) {
    ArrayShape array{rows, cols, false};
    array.fold_overlap = false;
    EXPECT_EQ(gemm_cycles(array, {m, cols, rows}), 2U * rows + cols + m - 2U);
    // Three folds take three times as long.
    EXPECT_EQ(gemm_cycles(array, {m, cols, 3U * rows}), 3U * (2U * rows + cols + m - 2U));
  }
}

// K = 10 on 4 rows, N = 5 on 3 columns: K folds of 4, 4, 2 rows, N folds of 3, 2 columns; N outside.
TEST(Systolic, FoldsCoverTheMatrixInOrder) {
  FoldSequence folds({4, 3, true}, {6, 5, 10});
  ASSERT_EQ(folds.count(), 6U);
  const std::array<std::array<Part, 2>, 6> expected{{{Part{0, 4}, Part{0, 3}},
                                                     {Part{4, 4}, Part{0, 3}},
                                                     {Part{8, 2}, Part{0, 3}},
                                                     {Part{0, 4}, Part{3, 2}},
                                                     {Part{4, 4}, Part{3, 2}},
                                                     {Part{8, 2}, Part{3, 2}}}};
  for (std::uint64_t i = 0; i < 6; ++i) {
    const auto fold = folds.next();
    ASSERT_TRUE(fold);
    EXPECT_EQ((std::array{fold->k, fold->n}), expected[i]) << i;
    EXPECT_EQ(fold->m, (Part{0, 6}));
    EXPECT_EQ(fold->index, i);
    EXPECT_EQ(fold->first_k, i % 3 == 0);
    EXPECT_EQ(fold->last_k, i % 3 == 2);
  }
  EXPECT_FALSE(folds.next());
}

}  // namespace
}  // namespace systole::timing
