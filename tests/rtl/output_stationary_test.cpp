// Output stationary: closed form and clocked SystemC, cycle for cycle and value for value.
#include "tests/rtl/output_stationary_array.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tests/rtl/closed_form.h"
#include "tests/rtl/output_stationary_bench.h"
#include "tests/rtl/random_shapes.h"

namespace systole::rtl {
namespace {

constexpr std::uint32_t kTrials = 200;

class OutputStationary : public ::testing::TestWithParam<std::tuple<bool, bool>> {};

TEST_P(OutputStationary, ClosedFormAndSystemCAgree) {
  const auto [double_buffer, overlap] = GetParam();
  std::vector<std::unique_ptr<OutputStationaryArray>> arrays;  // all there before the first clock edge
  for (const ArraySize& size : kSizes) {
    const std::string name = "array_" + std::to_string(size.rows) + "x" + std::to_string(size.cols);
    arrays.push_back(
        std::make_unique<OutputStationaryArray>(name.c_str(), size.rows, size.cols, double_buffer));
  }
  std::minstd_rand random(21);
  for (const auto& array : arrays) {
    const ArraySize size{array->rows(), array->cols()};
    timing::ArrayShape shape;
    shape.rows = static_cast<std::uint32_t>(size.rows);
    shape.cols = static_cast<std::uint32_t>(size.cols);
    shape.double_buffer = double_buffer;
    shape.dataflow = Dataflow::kOutputStationary;
    shape.fold_overlap = overlap;
    for (std::uint32_t number = 0; number < kTrials; ++number) {
      const Trial trial = random_trial(number, 3 * size.rows, 3 * size.cols, 20, random);
      SCOPED_TRACE(describe(size, trial));
      shape.streaming_bandwidth = static_cast<std::uint32_t>(trial.supply.bandwidth);
      shape.fifo_depth = static_cast<std::uint32_t>(trial.supply.depth);
      const OutputStationaryBench::Rules rules{.overlap = overlap, .supply = trial.supply};
      const Trace clocked = OutputStationaryBench(*array, rules).run(trial.gemm, trial.stall());
      ASSERT_EQ(clocked.c, product(trial.gemm));
      ASSERT_NO_FATAL_FAILURE(expect_closed_form(shape, trial.gemm, clocked));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, OutputStationary, ::testing::Combine(::testing::Bool(), ::testing::Bool()),
                         [](const auto& mode) {
                           return mode_name(std::get<0>(mode.param), std::get<1>(mode.param));
                         });

// SCALE-Sim's rules are those of an array whose folds go in turn, wait for all columns, and leave while the
// next one works.
TEST(OutputStationaryPresets, ScaleSimsFoldsStartAsOnAnArrayThatWaitsForAllColumns) {
  std::minstd_rand random(23);
  OutputStationaryArray small("small", 4, 4, true);
  OutputStationaryArray wide("wide", 3, 5, true);
  for (OutputStationaryArray* array : {&small, &wide}) {
    timing::ArrayShape shape;
    shape.rows = static_cast<std::uint32_t>(array->rows());
    shape.cols = static_cast<std::uint32_t>(array->cols());
    shape.dataflow = Dataflow::kOutputStationary;
    shape.rules = timing::FoldRules::kScaleSim;
    for (std::uint32_t number = 0; number < 40; ++number) {
      const Gemm gemm = random_trial(0, 3 * array->rows(), 3 * array->cols(), 20, random).gemm;
      const OutputStationaryBench::Rules rules{.overlap = false, .all_columns = true};
      const Trace clocked = OutputStationaryBench(*array, rules).run(gemm, {Stalls::Pattern::kNone, 0});
      ASSERT_EQ(clocked.c, product(gemm));
      ASSERT_NO_FATAL_FAILURE(expect_starts(shape, gemm, clocked));
    }
  }
}

// Folds one cycle closer together destroy results, single-buffered in the sum registers, double-buffered in
// the drain registers (K = 3 is less than the 4 rows, so that the way out is what they wait for).
TEST(OutputStationaryFaults, AFoldThatStartsTooEarlyIsNoticed) {
  std::minstd_rand random(22);
  const Gemm gemm = random_gemm(12, 4, 3, random);
  OutputStationaryArray single("single", 4, 4, false);
  OutputStationaryArray twice("twice", 4, 4, true);
  for (OutputStationaryArray* array : {&single, &twice}) {
    const Stalls none(Stalls::Pattern::kNone, 0);
    EXPECT_EQ(OutputStationaryBench(*array, {}).run(gemm, none).c, product(gemm));
    EXPECT_NE(OutputStationaryBench(*array, {.haste = true}).run(gemm, none).c, product(gemm));
  }
}

}  // namespace
}  // namespace systole::rtl
