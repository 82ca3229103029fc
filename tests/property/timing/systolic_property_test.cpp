// Bounds and monotonicity of the array's timing, for random shapes from fixed seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "hw/base/units.h"
#include "hw/timing/systolic/folds.h"

namespace systole::timing {
namespace {

struct Case {
  ArrayShape array;
  std::uint64_t m, n, k;
  [[nodiscard]] Ticks cycles() const { return gemm_cycles(array, {m, n, k}); }
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
    const std::uint64_t folds = FoldSequence(c.array, {c.m, c.n, c.k}).count();
    ASSERT_GT(c.cycles(), folds * c.m);
    ASSERT_GT(c.cycles(), folds * c.array.rows);
  }
}

TEST(SystolicProperty, MoreWorkIsNeverFaster) {
  RandomCases cases;
  for (int i = 0; i < kTrials; ++i) {
    const Case c = cases.next();
    ASSERT_GT(gemm_cycles(c.array, {c.m + 1, c.n, c.k}), c.cycles());
    ASSERT_GE(gemm_cycles(c.array, {c.m, c.n + 1, c.k}), c.cycles());
    ASSERT_GE(gemm_cycles(c.array, {c.m, c.n, c.k + 1}), c.cycles());
  }
}

// Folds follow one another after max(M, rows) cycles instead of M + rows - 1, so each but the first starts
// min(M, rows) - 1 cycles earlier. With one tile of columns that is what the product gains; with several, a
// wide tile's way out may hide it.
TEST(SystolicProperty, DoubleBufferingPaysFromTheSecondFoldOn) {
  RandomCases cases;
  for (int i = 0; i < kTrials; ++i) {
    const Case c = cases.next();
    const ArrayShape one{c.array.rows, c.array.cols, false};
    const ArrayShape two{c.array.rows, c.array.cols, true};
    const Ticks single = gemm_cycles(one, {c.m, c.n, c.k});
    const Ticks twice = gemm_cycles(two, {c.m, c.n, c.k});
    const Ticks followers = FoldSequence(two, {c.m, c.n, c.k}).count() - 1;
    const Ticks gain = followers * (std::min<Ticks>(c.m, c.array.rows) - 1);
    if (c.n <= c.array.cols) {
      ASSERT_EQ(single - twice, gain);
    } else {
      ASSERT_LE(twice, single);
      ASSERT_LE(single - twice, gain);
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
    ASSERT_LE(gemm_cycles(wider, {c.m, c.n, c.k}), c.cycles());
  }
  EXPECT_GT(gemm_cycles({1, 5, true}, {1, 5, 1}), gemm_cycles({1, 4, true}, {1, 5, 1}));
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
    const Ticks cycles = gemm_cycles(taller, {c.m, c.n, c.k});
    if (ceil_div(c.k, taller.rows) < ceil_div(c.k, c.array.rows)) {
      ASSERT_LE(cycles, c.cycles());
    } else {
      ASSERT_EQ(cycles, c.cycles() + 2 * more);
    }
  }
}

/// Any dataflow, with every knob turned.
class AnyArrays {
public:
  ArrayShape next() {
    const auto upto = [&](unsigned n) { return static_cast<std::uint32_t>(random_() % (n + 1)); };
    ArrayShape array{1 + upto(11), 1 + upto(11), upto(1) == 1};
    array.dataflow = static_cast<Dataflow>(upto(2));
    array.fold_overlap = upto(1) == 1;
    array.passes = 1 + upto(3);
    array.k_per_row = upto(3) == 0 ? 1 + upto(7) : 1;
    array.stationary_bandwidth = upto(2) == 0 ? 1 + upto(20) : 0;
    array.streaming_bandwidth = upto(2) == 0 ? 1 + upto(12) : 0;
    array.fifo_depth = 2 + upto(8);
    array.accumulator_depth = upto(1) == 0 ? 0 : 1 + upto(30);
    array.accumulator_ports = 1 + upto(2);
    const auto rules = upto(5);
    if (rules == 0) array.rules = FoldRules::kScaleSim;
    if (rules == 1 && array.dataflow == Dataflow::kWeightStationary) array.rules = FoldRules::kCamuy;
    return array;
  }
  GemmShape gemm() {
    const auto upto = [&](unsigned n) { return 1 + static_cast<std::uint64_t>(random_() % n); };
    return {upto(90), upto(90), upto(90), random_() % 4 == 0, random_() % 4 == 0};
  }

private:
  std::minstd_rand random_{12};
};

// The closed form against the folds, one by one; and the folds against the product, which they cover once.
TEST(SystolicProperty, TheClosedFormIsTheSumOfTheFolds) {
  AnyArrays cases;
  for (int i = 0; i < 20'000; ++i) {
    const ArrayShape array = cases.next();
    const GemmShape gemm = cases.gemm();
    FoldSequence folds(array, gemm);
    Ticks at = 0;
    Ticks end = 0;
    Ticks streamed = 0, starved = 0, conflicts = 0, held = 0;
    std::uint64_t products = 0;
    while (const auto fold = folds.next()) {
      at += fold->load + fold->interval;
      end = std::max(end, at + fold->drain);
      streamed += fold->streamed;
      starved += fold->starved;
      conflicts += fold->conflicts;
      held += fold->held;
      products += fold->m.size * fold->n.size * fold->k.size;
    }
    const GemmTime time = gemm_time(array, gemm);
    ASSERT_EQ(products, gemm.m * gemm.n * gemm.k);
    ASSERT_EQ(time.cycles, end) << i << ": " << array.rows << " x " << array.cols << " flow "
                                << static_cast<int>(array.dataflow) << " double " << array.double_buffer
                                << " overlap " << array.fold_overlap << " rules "
                                << static_cast<int>(array.rules) << " bandwidth "
                                << array.stationary_bandwidth << " " << array.streaming_bandwidth << " fifo "
                                << array.fifo_depth << " depth " << array.accumulator_depth << " ports "
                                << array.accumulator_ports << " gemm " << gemm.m << " " << gemm.n << " "
                                << gemm.k;
    ASSERT_EQ(time.folds, folds.count());
    ASSERT_EQ(time.losses.starvation, pes_of(array) * starved);
    ASSERT_EQ(time.losses.accumulator, pes_of(array) * conflicts);
    ASSERT_EQ(time.losses.stationary, pes_of(array) * held);
    ASSERT_EQ(time.losses.edge, pes_of(array) * streamed - time.useful);
    // Every PE-cycle has its place. A SCALE-Sim array of one PE may hide its missing cycle in a product.
    if (array.rows * array.cols == 1 && array.rules == FoldRules::kScaleSim) continue;
    ASSERT_EQ(time.useful + time.losses.total(), pes_of(array) * time.cycles) << i;
  }
}

// An input-stationary array does to N and M what a weight-stationary one does to M and N.
TEST(SystolicProperty, InputStationaryIsWeightStationaryExchanged) {
  AnyArrays cases;
  for (int i = 0; i < 5'000; ++i) {
    ArrayShape array = cases.next();
    const GemmShape gemm = cases.gemm();
    if (array.rules == FoldRules::kCamuy) continue;
    array.accumulator_depth = 0;
    array.dataflow = Dataflow::kInputStationary;
    const GemmTime input = gemm_time(array, gemm);
    array.dataflow = Dataflow::kWeightStationary;
    const GemmTime weight = gemm_time(array, {gemm.n, gemm.m, gemm.k, gemm.continues, gemm.keeps});
    ASSERT_EQ(input.cycles, weight.cycles);
    ASSERT_EQ(input.losses, weight.losses);
  }
}

}  // namespace
}  // namespace systole::timing
