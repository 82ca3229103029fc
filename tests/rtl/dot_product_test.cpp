// The dot-product unit: closed form and clocked SystemC, cycle for cycle and value for value.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "hw/timing/systolic/folds.h"
#include "tests/rtl/closed_form.h"
#include "tests/rtl/dot_product_unit.h"
#include "tests/rtl/random_shapes.h"
#include "tests/rtl/step_clock.h"

namespace systole::rtl {
namespace {

/// Tile by tile: as many sums per column as a tile has rows.
timing::ArrayShape unit_of(std::uint32_t rows, std::uint32_t cols, std::uint32_t depth,
                           std::uint32_t passes = 1) {
  timing::ArrayShape unit;
  unit.rules = timing::FoldRules::kDotProduct;
  unit.dataflow = Dataflow::kOutputStationary;
  unit.rows = rows;
  unit.cols = cols;
  unit.depth = depth;
  unit.passes = passes;
  unit.accumulator_depth = rows;
  return unit;
}

TEST(DotProduct, ClosedFormAndSystemCAgree) {
  constexpr std::uint32_t kTrials = 150;
  const std::array units{unit_of(4, 4, 4), unit_of(2, 3, 8), unit_of(1, 1, 1),
                         unit_of(3, 2, 5), unit_of(8, 1, 2), unit_of(1, 4, 3)};
  std::vector<std::unique_ptr<DotProductArray>> arrays;  // all there before the first clock edge
  arrays.reserve(units.size());
  for (const timing::ArrayShape& unit : units) {
    arrays.push_back(std::make_unique<DotProductArray>(
        ("unit_" + std::to_string(arrays.size())).c_str(), static_cast<int>(unit.rows),
        static_cast<int>(unit.cols), static_cast<int>(unit.depth)));
  }
  std::minstd_rand random(31);
  for (std::size_t i = 0; i < units.size(); ++i) {
    for (std::uint32_t number = 0; number < kTrials; ++number) {
      const Trial trial = random_trial(number, 14, 14, 30, random);
      SCOPED_TRACE(describe({static_cast<int>(units[i].rows), static_cast<int>(units[i].cols)}, trial));
      const Trace clocked = arrays[i]->run(trial.gemm, trial.stall());
      ASSERT_EQ(clocked.c, product(trial.gemm));

      const timing::GemmShape shape = shape_of(trial.gemm);
      const StepClock steps(clocked);
      timing::FoldSequence tiles(units[i], shape);
      ASSERT_EQ(tiles.count(), clocked.start.size());
      timing::Ticks start = 0;
      for (std::size_t tile = 0; const auto fold = tiles.next(); ++tile) {
        ASSERT_EQ(clocked.start[tile], steps.during(start)) << "tile " << tile;
        start += fold->interval;
        ASSERT_EQ(clocked.end[tile], steps.end(start + fold->drain)) << "tile " << tile;
      }
      ASSERT_EQ(clocked.cycles, steps.end(gemm_time(units[i], shape).cycles));
    }
  }
}

// Volta's 4 x 4 x 4: 64 multiply-accumulates a cycle. 16 x 16 x 16 are 4 x 4 x 4 = 64 steps; the last one,
// started in cycle 63, multiplies, adds in two levels and accumulates: 63 + 4 = 67 cycles. All 64 multipliers
// work for 64 of them.
TEST(DotProduct, AWholeProductByHand) {
  const timing::GemmTime time = gemm_time(unit_of(4, 4, 4), {16, 16, 16});
  EXPECT_EQ(time.cycles, 67U);
  EXPECT_EQ(time.useful, 4096U);
  EXPECT_EQ(time.losses.edge, 0U);
  EXPECT_EQ(time.losses.fill_drain, 3U * 64U);
  EXPECT_EQ(time.useful + time.losses.total(), 64U * time.cycles);
}

// M = 5, N = 4, K = 6 on the same unit: 2 x 1 x 2 = 4 steps of 64 places for 120 products; a step of 3 cycles
// makes everything three times as long.
TEST(DotProduct, EdgesAndPassesByHand) {
  const timing::GemmTime once = gemm_time(unit_of(4, 4, 4), {5, 4, 6});
  EXPECT_EQ(once.cycles, 4U + 3U);
  EXPECT_EQ(once.losses.edge, 4U * 64U - 120U);
  const timing::GemmTime thrice = gemm_time(unit_of(4, 4, 4, 3), {5, 4, 6});
  EXPECT_EQ(thrice.cycles, 3U * once.cycles);
  EXPECT_EQ(thrice.useful + thrice.losses.total(), 64U * thrice.cycles);
}

}  // namespace
}  // namespace systole::rtl
