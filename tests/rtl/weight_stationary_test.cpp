// Weight and input stationary: closed form, clocked SystemC and Verilog, cycle for cycle and value for value.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tests/rtl/closed_form.h"
#include "tests/rtl/random_shapes.h"
#include "tests/rtl/verilog_array.h"
#include "tests/rtl/weight_stationary_array.h"
#include "tests/rtl/weight_stationary_bench.h"

namespace systole::rtl {
namespace {

constexpr std::uint32_t kTrials = 200;

/// All modules must be there before the first clock edge.
std::vector<std::unique_ptr<WeightStationaryArray>> arrays_of_all_sizes(bool double_buffer) {
  std::vector<std::unique_ptr<WeightStationaryArray>> arrays;
  for (const ArraySize& size : kSizes) {
    const std::string name = "array_" + std::to_string(size.rows) + "x" + std::to_string(size.cols);
    arrays.push_back(
        std::make_unique<WeightStationaryArray>(name.c_str(), size.rows, size.cols, double_buffer));
  }
  return arrays;
}

timing::ArrayShape shape_of(const WeightStationaryPins& array, const WeightStationaryBench::Rules& rules,
                            Dataflow dataflow) {
  timing::ArrayShape shape;
  shape.rows = static_cast<std::uint32_t>(array.rows());
  shape.cols = static_cast<std::uint32_t>(array.cols());
  shape.double_buffer = array.double_buffer();
  shape.dataflow = dataflow;
  shape.fold_overlap = rules.overlap;
  shape.stationary_bandwidth = static_cast<std::uint32_t>(rules.stationary_bandwidth);
  shape.streaming_bandwidth = static_cast<std::uint32_t>(rules.supply.bandwidth);
  shape.fifo_depth = static_cast<std::uint32_t>(rules.supply.depth);
  return shape;
}

class WeightStationary : public ::testing::TestWithParam<std::tuple<bool, bool>> {};

TEST_P(WeightStationary, ClosedFormSystemCAndVerilogAgree) {
  const auto [double_buffer, overlap] = GetParam();
  std::minstd_rand random(11);
  for (const auto& array : arrays_of_all_sizes(double_buffer)) {
    const ArraySize size{array->rows(), array->cols()};
    const auto verilog = make_verilog_array(size.rows, size.cols, double_buffer);
    ASSERT_NE(verilog, nullptr);
    for (std::uint32_t number = 0; number < kTrials; ++number) {
      const Trial trial = random_trial(number, 20, 3 * size.cols, 4 * size.rows, random);
      SCOPED_TRACE(describe(size, trial));
      const WeightStationaryBench::Rules rules{
          .overlap = overlap, .supply = trial.supply, .stationary_bandwidth = trial.stationary_bandwidth};
      const Trace clocked = WeightStationaryBench(*array, rules).run(trial.gemm, trial.stall());
      ASSERT_EQ(clocked.c, product(trial.gemm));
      ASSERT_NO_FATAL_FAILURE(
          expect_closed_form(shape_of(*array, rules, Dataflow::kWeightStationary), trial.gemm, clocked));
      const Trace verilated = WeightStationaryBench(*verilog, rules).run(trial.gemm, trial.stall());
      ASSERT_TRUE(verilated == clocked)
          << "Verilog took " << verilated.cycles << " cycles, SystemC " << clocked.cycles;
    }
  }
}

// An input-stationary array is the weight-stationary one with M and N exchanged: it holds A^T and streams
// B^T.
TEST_P(WeightStationary, InputStationaryIsTheSameArrayWithOperandsExchanged) {
  const auto [double_buffer, overlap] = GetParam();
  std::minstd_rand random(12);
  for (const auto& array : arrays_of_all_sizes(double_buffer)) {
    const ArraySize size{array->rows(), array->cols()};
    for (std::uint32_t number = 0; number < kTrials; ++number) {
      const Trial trial = random_trial(number, 3 * size.cols, 20, 4 * size.rows, random);
      SCOPED_TRACE(describe(size, trial));
      const WeightStationaryBench::Rules rules{
          .overlap = overlap, .supply = trial.supply, .stationary_bandwidth = trial.stationary_bandwidth};
      const Trace clocked = WeightStationaryBench(*array, rules).run(exchanged(trial.gemm), trial.stall());
      ASSERT_EQ(transposed(clocked.c, trial.gemm.n, trial.gemm.m), product(trial.gemm));
      ASSERT_NO_FATAL_FAILURE(
          expect_closed_form(shape_of(*array, rules, Dataflow::kInputStationary), trial.gemm, clocked));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, WeightStationary, ::testing::Combine(::testing::Bool(), ::testing::Bool()),
                         [](const auto& mode) {
                           return mode_name(std::get<0>(mode.param), std::get<1>(mode.param));
                         });

// SCALE-Sim's rules are those of a single-buffered array that takes its folds in turn and waits for all
// columns.
TEST(WeightStationaryPresets, ScaleSimsFoldsStartAsOnAnArrayThatWaitsForAllColumns) {
  std::minstd_rand random(14);
  for (const auto& array : arrays_of_all_sizes(false)) {
    const WeightStationaryBench::Rules rules{.overlap = false, .all_columns = true};
    timing::ArrayShape shape = shape_of(*array, rules, Dataflow::kWeightStationary);
    shape.rules = timing::FoldRules::kScaleSim;
    for (std::uint32_t number = 0; number < 40; ++number) {
      const Gemm gemm = random_trial(0, 20, 3 * array->cols(), 4 * array->rows(), random).gemm;
      const Trace clocked = WeightStationaryBench(*array, rules).run(gemm, {Stalls::Pattern::kNone, 0});
      ASSERT_EQ(clocked.c, product(gemm));
      ASSERT_NO_FATAL_FAILURE(expect_starts(shape, gemm, clocked));
    }
  }
}

// A fold that starts one cycle before its weights are in place computes rubbish: no shorter formula is
// possible.
TEST(WeightStationaryFaults, AFoldThatStartsTooEarlyIsNoticed) {
  std::minstd_rand random(13);
  const Gemm gemm = random_gemm(3, 4, 12, random);
  WeightStationaryArray single("single", 4, 4, false);
  WeightStationaryArray twice("twice", 4, 4, true);
  for (WeightStationaryArray* array : {&single, &twice}) {
    const Stalls none(Stalls::Pattern::kNone, 0);
    EXPECT_EQ(WeightStationaryBench(*array, {}).run(gemm, none).c, product(gemm));
    EXPECT_NE(WeightStationaryBench(*array, {.haste = true}).run(gemm, none).c, product(gemm));
  }
}

}  // namespace
}  // namespace systole::rtl
