#include "hw/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace systole {

unsigned worker_threads() { return std::clamp(std::thread::hardware_concurrency(), 1U, 8U); }

// Threads live for one call: starting one takes some 20 us, which the callers' pieces of work dwarf, and
// there is no pool to take down, to fork or to deadlock in.
void parallel_for(std::size_t tasks, unsigned threads, const std::function<void(std::size_t)>& work) {
  const std::size_t helpers = std::min<std::size_t>(std::max(threads, 1U), tasks);
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next.fetch_add(1); i < tasks; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::thread> pool;
  for (std::size_t t = 1; t < helpers; ++t) pool.emplace_back(run);
  run();
  for (std::thread& thread : pool) thread.join();
}

}  // namespace systole
