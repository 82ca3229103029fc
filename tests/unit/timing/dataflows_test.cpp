// The three dataflows and four modes by hand. tests/rtl holds the same closed form against registers.
#include <gtest/gtest.h>

#include "hw/timing/systolic/folds.h"

namespace systole::timing {
namespace {

ArrayShape array_of(std::uint32_t rows, std::uint32_t cols, Dataflow dataflow, bool double_buffer,
                    bool overlap) {
  ArrayShape array;
  array.rows = rows;
  array.cols = cols;
  array.dataflow = dataflow;
  array.double_buffer = double_buffer;
  array.fold_overlap = overlap;
  return array;
}

// 3 x 2 array, one fold, K = 4. PE(2, 1) works on k = 3 in cycle 3 + 2 + 1 = 6; that result leaves in cycle
// 7, the one of row 0 two cycles later, in cycle 9.
TEST(Dataflows, OutputStationaryFoldByHand) {
  for (const bool double_buffer : {false, true}) {
    for (const bool overlap : {false, true}) {
      const ArrayShape array = array_of(3, 2, Dataflow::kOutputStationary, double_buffer, overlap);
      EXPECT_EQ(gemm_cycles(array, {3, 2, 4}), 10U);
    }
  }
}

// The same with two folds (M = 6): the second one starts
//   double, overlap  when the left edge is free, in cycle 4
//   double, in turn  when PE(2, 1) has finished, in cycle 7
//   single, overlap  when row 0's first result goes down: PE(2, 0) finishes in cycle 5, so in cycle 6
//   single, in turn  when all is out, in cycle 10
TEST(Dataflows, OutputStationaryModesByHand) {
  const auto cycles = [](bool double_buffer, bool overlap) {
    return gemm_cycles(array_of(3, 2, Dataflow::kOutputStationary, double_buffer, overlap), {6, 2, 4});
  };
  EXPECT_EQ(cycles(true, true), 4U + 10U);
  EXPECT_EQ(cycles(true, false), 7U + 10U);
  EXPECT_EQ(cycles(false, true), 6U + 10U);
  EXPECT_EQ(cycles(false, false), 10U + 10U);
  // K = 1: a column's way out is taken for 3 cycles. One fold takes 1 + 6 + 2 - 2 = 7.
  EXPECT_EQ(gemm_cycles(array_of(3, 2, Dataflow::kOutputStationary, true, true), {6, 2, 1}), 3U + 7U);
}

// The example of docs/blocks/systolic-array.md, 3 x 2, M = 2, K = 6: the first fold starts in cycle 3, takes
// 2 + 3 + 2 - 2 = 5 cycles and ends at 8. The second one starts
//   double, overlap  in cycle 3 + 3 = 6: M = 2 is shorter than the load
//   double, in turn  at 8
//   single, overlap  after three cycles of load, of which the first is the cycle of the last activation, 4:
//   in 7 single, in turn  after a load from cycle 8 on: in 11
TEST(Dataflows, WeightStationaryModesByHand) {
  const auto cycles = [](bool double_buffer, bool overlap) {
    return gemm_cycles(array_of(3, 2, Dataflow::kWeightStationary, double_buffer, overlap), {2, 2, 6});
  };
  EXPECT_EQ(cycles(true, true), 6U + 5U);
  EXPECT_EQ(cycles(true, false), 8U + 5U);
  EXPECT_EQ(cycles(false, true), 7U + 5U);
  EXPECT_EQ(cycles(false, false), 11U + 5U);
}

TEST(Dataflows, InputStationaryIsWeightStationaryWithMAndNExchanged) {
  for (const bool double_buffer : {false, true}) {
    for (const bool overlap : {false, true}) {
      const ArrayShape input = array_of(5, 3, Dataflow::kInputStationary, double_buffer, overlap);
      const ArrayShape weight = array_of(5, 3, Dataflow::kWeightStationary, double_buffer, overlap);
      for (const GemmShape gemm : {GemmShape{7, 4, 11}, GemmShape{1, 9, 5}, GemmShape{12, 1, 3}}) {
        EXPECT_EQ(gemm_cycles(input, gemm), gemm_cycles(weight, {gemm.n, gemm.m, gemm.k}));
      }
    }
  }
}

// 4 x 1 array, M = 4, two elements a cycle for rows of four. During the load (cycles 0 to 3) two rows come
// in; they enter in cycles 4 and 5. The third one comes in these cycles and enters in 6; the fourth in 6 and
// 7, and enters in
// 8. Its sum passes the last row in cycle 8 + 3.
TEST(Dataflows, LateOperandsByHand) {
  ArrayShape array = array_of(4, 1, Dataflow::kWeightStationary, true, true);
  EXPECT_EQ(gemm_cycles(array, {4, 1, 4}), 11U);
  array.streaming_bandwidth = 2;
  EXPECT_EQ(gemm_cycles(array, {4, 1, 4}), 12U);
}

// 4 x 1 array, M = 2, K = 5, one element a cycle into FIFOs of two rows: in the four cycles of the load comes
// one row, which enters in cycle 4; the other one comes in cycles 4 to 7 and enters in 8, and its sum is out
// at 8 + 4 = 12. The second fold has one row of k, which is there long before. Its second row wants that sum
// at the top in cycle 12 at the earliest, so it starts in cycle 11; its last sum is out at 12 + 4.
TEST(Dataflows, AFoldDoesNotOvertakeTheSumsItGoesOnWith) {
  ArrayShape array = array_of(4, 1, Dataflow::kWeightStationary, true, true);
  array.streaming_bandwidth = 1;
  array.fifo_depth = 2;
  EXPECT_EQ(gemm_cycles(array, {2, 1, 5}), 16U);
}

}  // namespace
}  // namespace systole::timing
