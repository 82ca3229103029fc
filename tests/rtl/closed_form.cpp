#include "tests/rtl/closed_form.h"

#include <gtest/gtest.h>

#include "tests/rtl/step_clock.h"

namespace systole::rtl {

namespace {

using timing::Ticks;

/// The step at whose end the sum number `i` of a fold's list in the trace leaves; nothing came late.
Ticks leaves(const timing::ArrayShape& array, const timing::Fold& fold, Ticks start, std::size_t i) {
  const Ticks row = i / array.cols;
  const Ticks col = i % array.cols;
  if (array.dataflow != Dataflow::kOutputStationary) return start + row + array.rows - 1 + col;
  // Column c's last row is done with the last k in step  start + streamed - 1 + rows - 1 + c,  its result
  // leaves in the next one, and that of the row above it in the one after that.
  return start + fold.streamed + array.rows - 1 + col + (array.rows - 1 - row);
}

}  // namespace

timing::GemmShape shape_of(const Gemm& gemm) {
  return {static_cast<std::uint64_t>(gemm.m), static_cast<std::uint64_t>(gemm.n),
          static_cast<std::uint64_t>(gemm.k)};
}

void expect_closed_form(const timing::ArrayShape& array, const Gemm& gemm, const Trace& trace) {
  const timing::GemmShape shape = shape_of(gemm);
  const StepClock expected(trace);
  timing::FoldSequence folds(array, shape);
  ASSERT_EQ(folds.count(), trace.start.size());
  Ticks start = 0;
  for (std::size_t i = 0; const auto fold = folds.next(); ++i) {
    SCOPED_TRACE(::testing::Message() << "fold " << i);
    start += fold->load;
    ASSERT_EQ(trace.start[i], expected.during(start)) << "start";
    const Ticks end = expected.end(start + fold->interval + fold->drain);
    if (fold->drain > 0) {
      ASSERT_EQ(trace.end[i], end) << "end";
    } else {
      ASSERT_LE(trace.end[i], end) << "end, or later: the array waits for the next fold's operand";
    }
    const Ticks columns = array.dataflow == Dataflow::kInputStationary ? fold->m.size : fold->n.size;
    for (std::size_t sum = 0; fold->starved == 0 && sum < trace.left[i].size(); ++sum) {
      if (trace.left[i][sum] == Trace::kNever) {
        ASSERT_GE(sum % array.cols, columns) << "a useful sum has not left";
      } else {
        ASSERT_EQ(trace.left[i][sum], expected.during(leaves(array, *fold, start, sum))) << "sum " << sum;
      }
    }
    start += fold->interval;
  }
  ASSERT_EQ(trace.cycles, expected.end(timing::gemm_cycles(array, shape))) << "total";
}

void expect_starts(const timing::ArrayShape& array, const Gemm& gemm, const Trace& trace) {
  timing::FoldSequence folds(array, shape_of(gemm));
  ASSERT_EQ(folds.count(), trace.start.size());
  Ticks start = 0;
  for (std::size_t i = 0; const auto fold = folds.next(); ++i) {
    start += fold->load;
    ASSERT_EQ(trace.start[i], start) << "fold " << i;
    start += fold->interval;
  }
}

}  // namespace systole::rtl
