#include "hw/base/parallel.h"

#include <gtest/gtest.h>

#include <vector>

namespace systole {
namespace {

TEST(ParallelFor, DoesEveryTaskOnce) {
  for (const std::size_t tasks : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
    for (const unsigned threads : {0U, 1U, 2U, 7U}) {
      std::vector<int> done(tasks);
      parallel_for(tasks, threads, [&](std::size_t i) { ++done[i]; });
      EXPECT_EQ(done, std::vector<int>(tasks, 1)) << tasks << " tasks, " << threads << " threads";
    }
  }
}

TEST(ParallelFor, OneThreadGoesInOrder) {
  std::vector<std::size_t> order;
  parallel_for(5, 1, [&](std::size_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(WorkerThreads, AreAFew) {
  EXPECT_GE(worker_threads(), 1U);
  EXPECT_LE(worker_threads(), 8U);
}

}  // namespace
}  // namespace systole
