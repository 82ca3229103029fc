// Vector and sort units, by numbers derived by hand.
#include <gtest/gtest.h>

#include "hw/base/assert.h"
#include "hw/timing/comparator_network.h"
#include "hw/timing/vector_unit.h"

namespace systole::timing {
namespace {

TEST(VectorUnit, ElementwiseTakesOneCyclePerLaneful) {
  // 33 elements on 16 lanes: 3 cycles. Float add 4, then two comparators for the clip.
  EXPECT_EQ(elementwise_cycles(LaneOp::kAddFloat, 33, 16), (UnitCycles{3, 6}));
  EXPECT_EQ(elementwise_cycles(LaneOp::kClip, 32, 16), (UnitCycles{2, 2}));
  EXPECT_EQ(elementwise_cycles(LaneOp::kTable, 1, 16), (UnitCycles{1, 2}));
  // subtract 4, multiply 4, add 4, divide 12, round 2, clip 2
  EXPECT_EQ(elementwise_cycles(LaneOp::kAddQuantised, 160, 16), (UnitCycles{10, 28}));
  EXPECT_EQ(elementwise_cycles(LaneOp::kQuantise, 16, 16), (UnitCycles{1, 14}));
  EXPECT_EQ(elementwise_cycles(LaneOp::kDequantise, 16, 16), (UnitCycles{1, 8}));
}

TEST(VectorUnit, FunctionsByTheirChains) {
  // divide 12, two comparators 2
  EXPECT_EQ(elementwise_cycles(LaneOp::kDivFloat, 17, 16), (UnitCycles{2, 14}));
  // (a - zero) * scale 8, divide 12, quantise 12 + 2, clip 2
  EXPECT_EQ(elementwise_cycles(LaneOp::kDivQuantised, 16, 16), (UnitCycles{1, 36}));
  // subtract 4, multiply 4, add 4, clip 2
  EXPECT_EQ(elementwise_cycles(LaneOp::kNormalise, 16, 16), (UnitCycles{1, 14}));
  EXPECT_EQ(elementwise_cycles(LaneOp::kLeakyRelu, 16, 16), (UnitCycles{1, 5}));
  // 33 elements are 3 turns of the exponential unit, 4 cycles each; exp 8, add 4, divide 12
  EXPECT_EQ(elementwise_cycles(LaneOp::kSigmoid, 33, 16), (UnitCycles{12, 24}));
  EXPECT_EQ(elementwise_cycles(LaneOp::kTanh, 32, 16), (UnitCycles{8, 28}));
  EXPECT_EQ(elementwise_cycles(LaneOp::kHardSigmoid, 32, 16), (UnitCycles{2, 10}));
  EXPECT_EQ(elementwise_cycles(LaneOp::kHardSwish, 32, 16), (UnitCycles{2, 14}));
}

TEST(VectorUnit, LrnAndMeans) {
  // 20 elements are 2 turns; 5 squares to sum are hidden behind two exponentials of 4 cycles, 11 are not.
  // Depth: multiply 4, add 4, multiply 4, add 4, log 8, multiply 4, exp 8, divide 12 = 48
  EXPECT_EQ(lrn_cycles(20, 5, 16), (UnitCycles{16, 48}));
  EXPECT_EQ(lrn_cycles(20, 11, 16), (UnitCycles{22, 48}));
  EXPECT_EQ(reduce_mean_cycles(17, 49, 16), (UnitCycles{98, 16}));
  // 8-bit average: subtract and add 4, multiply 4, round 2, clip 2
  EXPECT_EQ(average_pool_cycles(20, 49, 16, true), (UnitCycles{98, 12}));
}

TEST(VectorUnit, AveragePoolTakesOneElementPerLaneAndCycle) {
  // 7 x 7 windows over 20 channels on 16 lanes: two rounds of 49; then the last add and the division.
  EXPECT_EQ(average_pool_cycles(20, 49, 16), (UnitCycles{98, 16}));
}

TEST(VectorUnit, SoftmaxMakesThreePasses) {
  // 10 classes, one row: 10 + 1 (maximum), 10 x 4 + 4 + 8 + 4 (exponentials), 10 divisions; depth 12.
  EXPECT_EQ(softmax_cycles(1, 10, 16), (UnitCycles{77, 12}));
  EXPECT_EQ(softmax_cycles(16, 10, 16), (UnitCycles{77, 12}));
  EXPECT_EQ(softmax_cycles(17, 10, 16), (UnitCycles{154, 12}));
}

TEST(ComparatorNetwork, BitonicStages) {
  // log2(L) (log2(L) + 1) / 2: 1, 3, 6, 10
  EXPECT_EQ(bitonic_stages(1), 0U);
  EXPECT_EQ(bitonic_stages(2), 1U);
  EXPECT_EQ(bitonic_stages(4), 3U);
  EXPECT_EQ(bitonic_stages(8), 6U);
  EXPECT_EQ(bitonic_stages(16), 10U);
  EXPECT_EQ(merge_stages(16), 5U);
}

TEST(ComparatorNetwork, OneBlockPerRowStreams) {
  EXPECT_EQ(sort_cycles(1, 10, 16), (UnitCycles{1, 10}));
  EXPECT_EQ(sort_cycles(100, 16, 16), (UnitCycles{100, 10}));
  EXPECT_EQ(top_k_cycles(3, 16, 5, 16), (UnitCycles{3, 10}));
}

TEST(ComparatorNetwork, LongRowsNeedMergePasses) {
  // 64 elements on 16 lanes: 4 blocks + 10 stages, then 2 passes of 4 blocks + 1 + 5: 14 + 2 x 10 = 34.
  EXPECT_EQ(sort_cycles(1, 64, 16), (UnitCycles{28, 6}));
  EXPECT_EQ(sort_cycles(2, 64, 16), (UnitCycles{62, 6}));
  // 5 blocks: 3 passes. 15 + 3 x 11 = 48.
  EXPECT_EQ(sort_cycles(1, 65, 16).total(), 48U);
}

TEST(ComparatorNetwork, TopKKeepsOneBlock) {
  // 64 elements: 4 blocks + 10; merges of 4 and 2 blocks, 5 stages each: 14 + 9 + 7 = 30.
  EXPECT_EQ(top_k_cycles(1, 64, 5, 16), (UnitCycles{25, 5}));
  EXPECT_EQ(top_k_cycles(1, 64, 16, 16).total(), 30U);
  EXPECT_EQ(top_k_cycles(1, 64, 17, 16), sort_cycles(1, 64, 16));
}

TEST(ComparatorNetwork, ArgMaxIsATree) {
  // 1000 elements on 16 lanes: 63 cycles, 4 tree levels and the best so far.
  EXPECT_EQ(arg_max_cycles(1, 1000, 16), (UnitCycles{63, 5}));
  EXPECT_EQ(arg_max_cycles(4, 10, 16), (UnitCycles{4, 5}));
}

TEST(ComparatorNetwork, MaxPoolTakesOneElementPerLaneAndCycle) {
  // 3 x 3 windows, 33 outputs on 16 lanes: 3 rounds of 9.
  EXPECT_EQ(max_pool_cycles(33, 9, 16), (UnitCycles{27, 1}));
}

TEST(ComparatorNetwork, LanesAreAPowerOfTwo) { EXPECT_THROW(sort_cycles(1, 8, 12), InternalError); }

}  // namespace
}  // namespace systole::timing
