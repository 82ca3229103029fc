#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

#include "hw/blocks/engine/sort/factory.h"
#include "tests/unit/engine/support/memory_shell.h"

namespace systole::engine {
namespace {

using test::make_job;
using test::MemoryShell;
using test::refusal;

sgb_descriptor over_axis(std::uint8_t op, std::uint8_t type, std::uint32_t outer, std::uint32_t axis,
                         std::uint32_t inner, std::uint32_t k = 0) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_SORT;
  sgb_sort& d = descriptor.u.sort;
  d.op = op;
  d.type = type;
  d.outer = outer;
  d.axis = axis;
  d.inner = inner;
  d.k = k;
  return descriptor;
}

TEST(SortJob, MaxPoolsRowByRow) {
  // 4 x 4 x 1 of int8, 2 x 2 windows with stride 2 and padding 1 at the top left: output 3 x 3.
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_SORT;
  sgb_sort& d = descriptor.u.sort;
  d.op = SGB_SORT_MAX_POOL;
  d.type = SGB_TYPE_INT8;
  d.in_h = d.in_w = 4;
  d.channels = 1;
  d.out_h = d.out_w = 3;
  d.kernel_h = d.kernel_w = 2;
  d.stride_h = d.stride_w = 2;
  d.dilation_h = d.dilation_w = 1;
  d.pad_top = d.pad_left = 1;
  MemoryShell memory(4096);
  d.in = memory.put(std::vector<std::int8_t>{-9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6});
  d.out = memory.reserve(9);
  SortFactory factory(SortConfig{.lanes = 4});
  const auto job = make_job(factory, descriptor);
  const test::JobRun run = memory.run(*job);
  // Padding never wins, though all of the first row is negative.
  EXPECT_EQ(memory.get<std::int8_t>(d.out, 9), (std::vector<std::int8_t>{-9, -7, -6, -1, 1, 2, 3, 5, 6}));
  ASSERT_EQ(run.phases.size(), 3U);
  EXPECT_EQ(run.phases[0].compute_cycles, 4U);  // 3 outputs on 4 lanes, 4 positions each
  EXPECT_EQ(run.phases[0].drain_cycles, 1U);
  EXPECT_EQ(bytes_of(run.phases[0].loads), 4U);
  EXPECT_EQ(bytes_of(run.phases[1].loads), 8U);
  EXPECT_EQ(run.operations, 9U * 4U);
}

TEST(SortJob, MaxPoolOfFloatsLetsNanWin) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_SORT;
  sgb_sort& d = descriptor.u.sort;
  d.op = SGB_SORT_MAX_POOL;
  d.type = SGB_TYPE_FLOAT32;
  d.in_h = d.out_h = d.out_w = 1;
  d.in_w = d.kernel_w = 3;
  d.kernel_h = 1;
  d.channels = 1;
  d.stride_h = d.stride_w = d.dilation_h = d.dilation_w = 1;
  MemoryShell memory(4096);
  d.in = memory.put(std::vector<float>{1.0F, std::numeric_limits<float>::quiet_NaN(), 2.0F});
  d.out = memory.reserve(4);
  SortFactory factory(SortConfig{});
  memory.run(*make_job(factory, descriptor));
  EXPECT_TRUE(std::isnan(memory.get<float>(d.out, 1)[0]));
}

TEST(SortJob, ArgMaxBreaksTiesAsAsked) {
  MemoryShell memory(4096);
  const std::uint64_t in = memory.put(std::vector<std::uint8_t>{3, 7, 7, 1,  //
                                                                9, 9, 9, 9});
  SortFactory factory(SortConfig{.lanes = 4});
  const auto best = [&](std::uint8_t flags) {
    sgb_descriptor descriptor = over_axis(SGB_SORT_ARG_MAX, SGB_TYPE_UINT8, 2, 4, 1);
    descriptor.u.sort.flags = flags;
    descriptor.u.sort.in = in;
    descriptor.u.sort.out = memory.reserve(16);
    const auto job = make_job(factory, descriptor);
    const test::JobRun run = memory.run(*job);
    EXPECT_EQ(run.compute_cycles, 2U);  // two rows of one block of 4
    EXPECT_EQ(run.drain_cycles, 3U);    // two levels of the tree, and the best so far
    EXPECT_EQ(run.operations, 8U);
    return memory.get<std::int64_t>(descriptor.u.sort.out, 2);
  };
  EXPECT_EQ(best(0), (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(best(SGB_SORT_LAST_INDEX), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(best(SGB_SORT_SMALLEST), (std::vector<std::int64_t>{3, 0}));
}

// Top-k and full sort against std::stable_sort, over inner and outer axes, in both directions.
TEST(SortJob, TopKAndSortFollowOneOrder) {
  std::mt19937 random(2);
  SortFactory factory(SortConfig{.lanes = 8});
  for (const std::uint32_t inner : {1U, 3U, 700U}) {
    for (const std::uint32_t k : {1U, 5U, 12U}) {
      for (const bool smallest : {false, true}) {
        const std::uint32_t outer = 3;
        const std::uint32_t axis = 12;
        sgb_descriptor descriptor =
            over_axis(k == axis ? SGB_SORT_FULL : SGB_SORT_TOP_K, SGB_TYPE_INT32, outer, axis, inner, k);
        sgb_sort& d = descriptor.u.sort;
        if (smallest) d.flags = SGB_SORT_SMALLEST;
        std::vector<std::int32_t> in(outer * axis * inner);
        for (auto& value : in) value = static_cast<std::int32_t>(random() % 7);  // many ties
        MemoryShell memory(1U << 20U);
        d.in = memory.put(in);
        d.out = memory.reserve(outer * k * inner * 4);
        d.out2 = memory.reserve(outer * k * inner * 8);
        const auto job = make_job(factory, descriptor);
        const test::JobRun run = memory.run(*job);
        EXPECT_EQ(run.load_bytes, in.size() * 4);
        EXPECT_EQ(run.store_bytes, outer * k * inner * 12U);
        const auto values = memory.get<std::int32_t>(d.out, outer * k * inner);
        const auto indices = memory.get<std::int64_t>(d.out2, outer * k * inner);
        for (std::uint32_t o = 0; o < outer; ++o) {
          for (std::uint32_t i = 0; i < inner; ++i) {
            std::vector<std::uint32_t> order(axis);
            std::iota(order.begin(), order.end(), 0U);
            const auto at = [&](std::uint32_t a) { return in[(o * axis + a) * inner + i]; };
            std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
              return smallest ? at(x) < at(y) : at(x) > at(y);
            });
            for (std::uint32_t j = 0; j < k; ++j) {
              ASSERT_EQ(values[(o * k + j) * inner + i], at(order[j]));
              ASSERT_EQ(indices[(o * k + j) * inner + i], order[j]);
            }
          }
        }
      }
    }
  }
}

TEST(SortJob, TopKWithoutIndicesStoresValuesOnly) {
  MemoryShell memory(4096);
  sgb_descriptor descriptor = over_axis(SGB_SORT_TOP_K, SGB_TYPE_FLOAT32, 1, 4, 1, 2);
  descriptor.u.sort.in = memory.put(std::vector<float>{1.0F, 4.0F, 3.0F, 2.0F});
  descriptor.u.sort.out = memory.reserve(8);
  SortFactory factory(SortConfig{.lanes = 4});
  const auto job = make_job(factory, descriptor);
  EXPECT_EQ(memory.run(*job).store_bytes, 8U);
  EXPECT_EQ(memory.get<float>(descriptor.u.sort.out, 2), (std::vector<float>{4.0F, 3.0F}));
}

TEST(SortJob, CountsComparisons) {
  // 8 lanes: 3 * 4 / 2 = 6 bitonic stages of 4 comparators; mergers of 4 stages of 4 comparators.
  const auto compares = [](std::uint8_t op, std::uint32_t axis, std::uint32_t k) {
    SortFactory factory(SortConfig{.lanes = 8});
    const auto job = make_job(factory, over_axis(op, SGB_TYPE_INT8, 1, axis, 1, k), false);
    return MemoryShell(0).run(*job, false).operations;
  };
  EXPECT_EQ(compares(SGB_SORT_ARG_MAX, 20, 0), 20U);
  EXPECT_EQ(compares(SGB_SORT_FULL, 8, 0), 24U);                        // one block
  EXPECT_EQ(compares(SGB_SORT_FULL, 20, 0), 3U * 24U + 2U * 3U * 16U);  // 3 blocks, 2 merge passes over all
  EXPECT_EQ(compares(SGB_SORT_TOP_K, 20, 4), 3U * 24U + 2U * 16U);      // 3 blocks, 2 merges that keep one
}

TEST(SortJob, RefusesFieldsThatMakeNoSense) {
  SortFactory factory(SortConfig{});
  const sgb_descriptor good = over_axis(SGB_SORT_TOP_K, SGB_TYPE_INT8, 2, 8, 1, 3);
  ASSERT_EQ(refusal(factory, good), SGB_ERROR_NONE);
  const auto with = [&](auto&& change) {
    sgb_descriptor bad = good;
    change(bad.u.sort);
    return refusal(factory, bad);
  };
  using S = sgb_sort&;
  EXPECT_EQ(with([](S d) { d.op = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](S d) { d.type = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](S d) { d.k = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](S d) { d.k = 9; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](S d) { d.outer = 0; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](S d) { d.axis = 0xffffffffU; }), SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(with([](S d) { d.flags = SGB_SORT_LAST_INDEX; }), SGB_ERROR_BAD_FIELD);  // of arg-max only
  EXPECT_EQ(with([](S d) { d.op = SGB_SORT_MAX_POOL; }), SGB_ERROR_BAD_FIELD);       // no window
  sgb_descriptor other = good;
  other.opcode = SGB_OP_VECTOR;
  EXPECT_EQ(refusal(factory, other), SGB_ERROR_BAD_OPCODE);
}

}  // namespace
}  // namespace systole::engine
