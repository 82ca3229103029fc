#include "hw/timing/pipeline.h"

#include <gtest/gtest.h>

#include "hw/base/assert.h"

namespace systole::timing {
namespace {

// Loads of 4, computes of 10, stores of 3, drain 2: compute-bound after the first load. All by hand:
//   load     0-4    4-8   14-18 (compute 0 frees its buffer at 14)   24-28
//   compute  4-14  14-24  24-34                                      34-44
//   store   16-19  26-29  36-39                                      46-49
TEST(PhasePipeline, ComputeBound) {
  PhasePipeline pipe;
  const Ticks load_start[] = {0, 4, 14, 24};
  const Beats compute[] = {{4, 14}, {14, 24}, {24, 34}, {34, 44}};
  const Ticks store_start[] = {16, 26, 36, 46};
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(pipe.earliest_load(), load_start[i]) << i;
    pipe.commit_load(load_start[i] + 4);
    ASSERT_EQ(pipe.commit_compute(10, 2), compute[i]) << i;
    ASSERT_EQ(pipe.earliest_store(), store_start[i]) << i;
    pipe.commit_store(store_start[i] + 3);
  }
  EXPECT_EQ(pipe.end(), 49U);
  EXPECT_EQ(pipe.compute_busy(), 40U);
  EXPECT_EQ(pipe.compute_stalled(), 0U);
}

// Loads of 10, computes of 4: the loads follow one another, each compute follows its load.
TEST(PhasePipeline, LoadBound) {
  PhasePipeline pipe(100);
  for (Ticks i = 0; i < 3; ++i) {
    ASSERT_EQ(pipe.earliest_load(), 100 + 10 * i);
    pipe.commit_load(110 + 10 * i);
    ASSERT_EQ(pipe.commit_compute(4, 0), (Beats{110 + 10 * i, 114 + 10 * i}));
  }
  EXPECT_EQ(pipe.compute_stalled(), 12U);  // 6 before the second, 6 before the third
  EXPECT_EQ(pipe.end(), 134U);
}

// Stores are in order and may fall behind: computes of 2, stores of 5.
TEST(PhasePipeline, StoresFollowOneAnother) {
  PhasePipeline pipe;
  for (int i = 0; i < 3; ++i) {
    pipe.commit_load(pipe.earliest_load());
    pipe.commit_compute(2, 0);
  }
  EXPECT_EQ(pipe.pending_stores(), 3U);
  EXPECT_EQ(pipe.end(), 6U);
  for (const Ticks start : {2, 7, 12}) {
    ASSERT_EQ(pipe.earliest_store(), start);
    pipe.commit_store(start + 5);
  }
  EXPECT_EQ(pipe.pending_stores(), 0U);
  EXPECT_EQ(pipe.end(), 17U);
}

TEST(PhasePipeline, EndWaitsForTheDrain) {
  PhasePipeline pipe;
  pipe.commit_load(3);
  pipe.commit_compute(2, 50);
  EXPECT_EQ(pipe.end(), 55U);
}

TEST(PhasePipeline, RefusesWhatCannotHappen) {
  PhasePipeline pipe(10);
  EXPECT_THROW(pipe.commit_load(9), InternalError);
  EXPECT_THROW(pipe.commit_compute(1, 0), InternalError);
  pipe.commit_load(10);
  EXPECT_THROW((void)pipe.earliest_load(), InternalError);  // the compute comes first
  EXPECT_THROW((void)pipe.earliest_store(), InternalError);
}

}  // namespace
}  // namespace systole::timing
