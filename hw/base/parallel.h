// Independent pieces of work on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace systole {

/// Threads worth using on this machine: its hardware threads, at most 8.
unsigned worker_threads();

/// Calls work(i) once for every i < tasks, on at most `threads` threads (the caller is one of them), and
/// returns when all are done. Which thread does which task is open: tasks must not share anything that they
/// change. work must not throw. One thread, or one task: plain calls in order.
void parallel_for(std::size_t tasks, unsigned threads, const std::function<void(std::size_t)>& work);

}  // namespace systole
