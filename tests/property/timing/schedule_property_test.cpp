// The engine pipeline against a tick-by-tick simulation; the scoreboard on random graphs.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "hw/timing/pipeline.h"
#include "hw/timing/scoreboard.h"

namespace systole::timing {
namespace {

struct Phase {
  Ticks load, compute, drain, store;
};

Ticks by_recurrence(const std::vector<Phase>& phases, Ticks* stalled = nullptr) {
  PhasePipeline pipe;
  for (const Phase& phase : phases) {
    pipe.commit_load(pipe.earliest_load() + phase.load);
    pipe.commit_compute(phase.compute, phase.drain);
    pipe.commit_store(pipe.earliest_store() + phase.store);
  }
  if (stalled != nullptr) *stalled = pipe.compute_stalled();
  return pipe.end();
}

/// Three workers that look around at every tick, and two operand buffers as tokens. All phases take at least
/// one tick in each stage.
Ticks by_ticks(const std::vector<Phase>& phases) {
  const std::size_t n = phases.size();
  std::size_t loaded = 0, computed = 0, stored = 0;  // finished phases
  Ticks load_left = 0, compute_left = 0, store_left = 0;
  std::vector<Ticks> drained(n);  // when the results can be stored
  for (Ticks now = 0;; ++now) {
    if (stored == n) return now;
    // A buffer is taken from the start of a load to the end of the compute that uses it.
    if (load_left == 0 && loaded < n && loaded < computed + 2) load_left = phases[loaded].load;
    if (compute_left == 0 && computed < loaded) compute_left = phases[computed].compute;
    if (store_left == 0 && stored < computed && drained[stored] <= now) store_left = phases[stored].store;
    if (load_left > 0 && --load_left == 0) ++loaded;
    if (compute_left > 0 && --compute_left == 0) {
      drained[computed] = now + 1 + phases[computed].drain;
      ++computed;
    }
    if (store_left > 0 && --store_left == 0) ++stored;
  }
}

std::vector<Phase> random_phases(std::minstd_rand& random) {
  std::vector<Phase> phases(1 + random() % 12U);
  for (Phase& p : phases) p = {1 + random() % 9U, 1 + random() % 9U, random() % 5U, 1 + random() % 9U};
  return phases;
}

TEST(PipelineProperty, RecurrenceEqualsTicks) {
  std::minstd_rand random(31);
  for (int trial = 0; trial < 5'000; ++trial) {
    const auto phases = random_phases(random);
    ASSERT_EQ(by_recurrence(phases), by_ticks(phases)) << trial;
  }
}

TEST(PipelineProperty, BetweenTheSlowestStageAndTheSum) {
  std::minstd_rand random(32);
  for (int trial = 0; trial < 5'000; ++trial) {
    const auto phases = random_phases(random);
    Phase sum{};
    for (const Phase& p : phases) {
      sum = {sum.load + p.load, sum.compute + p.compute, sum.drain + p.drain, sum.store + p.store};
    }
    Ticks stalled = 0;
    const Ticks end = by_recurrence(phases, &stalled);
    ASSERT_GE(end, std::max({sum.load, sum.compute, sum.store}));
    ASSERT_LE(end, sum.load + sum.compute + sum.drain + sum.store);
    ASSERT_GE(end, phases.front().load + sum.compute + stalled);
  }
}

// n equal phases: the overlap is complete but for the first load and the last store.
TEST(PipelineProperty, EqualPhasesApproachTheSlowestStage) {
  for (const Phase& p : {Phase{10, 10, 0, 10}, Phase{3, 10, 2, 5}, Phase{10, 3, 2, 5}, Phase{3, 5, 2, 10}}) {
    const std::vector<Phase> phases(100, p);
    const Ticks slowest = std::max({p.load, p.compute, p.store});
    EXPECT_EQ(by_recurrence(phases), 99 * slowest + p.load + p.compute + p.drain + p.store);
  }
}

TEST(PipelineProperty, SlowerStagesNeverHelp) {
  std::minstd_rand random(33);
  for (int trial = 0; trial < 5'000; ++trial) {
    auto phases = random_phases(random);
    const Ticks before = by_recurrence(phases);
    Phase& p = phases[random() % phases.size()];
    Ticks* const parts[] = {&p.load, &p.compute, &p.drain, &p.store};
    ++*parts[random() % 4U];
    ASSERT_GE(by_recurrence(phases), before);
  }
}

struct Job {
  Command command;
  std::vector<std::uint32_t> after;  ///< commands that must have completed
};

/// A graph of timelines: semaphore q counts queue q's completions; waits name earlier commands only.
std::vector<Job> random_graph(std::minstd_rand& random, std::uint32_t queues) {
  std::vector<Job> jobs(1 + random() % 60U);
  std::vector<std::uint32_t> count(queues, 0);
  std::vector<std::uint32_t> number(jobs.size());  // of the command on its queue, from 1
  for (std::uint32_t i = 0; i < jobs.size(); ++i) {
    Command& c = jobs[i].command;
    c.index = i;
    c.queue = static_cast<std::uint16_t>(random() % queues);
    c.signal = c.queue;
    number[i] = ++count[c.queue];
    for (unsigned w = random() % 4U; w > 0 && i > 0; --w) {
      const auto other = static_cast<std::uint32_t>(random() % i);
      jobs[i].after.push_back(other);
      c.wait[c.wait_count++] = {jobs[other].command.queue, 0, number[other]};
    }
  }
  return jobs;
}

// Whatever the depth, a graph that only waits for earlier commands ends, and in an order that it allows.
TEST(ScoreboardProperty, RandomGraphsEndInOrder) {
  std::minstd_rand random(34);
  for (int trial = 0; trial < 2'000; ++trial) {
    const std::uint32_t queues = 1 + static_cast<std::uint32_t>(random() % 5U);
    const auto jobs = random_graph(random, queues);
    Scoreboard board({.queues = queues,
                      .semaphores = queues,
                      .depth = 1 + static_cast<std::uint32_t>(random() % 4U),
                      .slots = 1 + static_cast<std::uint32_t>(random() % 2U)});
    std::vector<bool> done(jobs.size(), false);
    std::size_t fetched = 0;
    std::size_t completed = 0;
    for (;;) {
      while (fetched < jobs.size() && board.can_enqueue(jobs[fetched].command.queue)) {
        board.enqueue(jobs[fetched++].command);
      }
      const auto ready = board.ready();
      if (!ready.empty() && random() % 2U == 0) {
        const Command c = board.issue(ready[random() % ready.size()]);
        for (const std::uint32_t other : jobs[c.index].after) ASSERT_TRUE(done[other]);
        continue;
      }
      std::vector<std::uint32_t> running;
      for (std::uint32_t q = 0; q < queues; ++q) {
        if (board.running(q) > 0) running.push_back(q);
      }
      if (running.empty() && ready.empty()) break;
      if (running.empty()) continue;
      done[board.complete(running[random() % running.size()]).index] = true;
      ++completed;
    }
    ASSERT_EQ(completed, jobs.size());
    ASSERT_TRUE(board.idle());
    ASSERT_TRUE(board.blocked_report().empty());
  }
}

// A wait for a later command of the same queue can never be met: the report names it and its value.
TEST(ScoreboardProperty, WaitingForTheFutureIsReported) {
  std::minstd_rand random(35);
  for (int trial = 0; trial < 500; ++trial) {
    const std::uint32_t queues = 2;
    auto jobs = random_graph(random, queues);
    Command& victim = jobs[random() % jobs.size()].command;
    victim.wait_count = 1;
    victim.wait[0] = {victim.queue, 0, 1000};
    Scoreboard board({.queues = queues, .semaphores = queues, .depth = 100, .slots = 2});
    for (const Job& job : jobs) board.enqueue(job.command);
    while (board.next_ready(0)) {
      const std::uint32_t q = *board.next_ready(0);
      board.issue(q);
      board.complete(q);
    }
    const auto report = board.blocked_report();
    ASSERT_FALSE(report.empty());
    const auto it =
        std::find_if(report.begin(), report.end(), [&](const Blocked& b) { return b.index == victim.index; });
    ASSERT_NE(it, report.end());
    EXPECT_EQ(it->wanted, 1000U);
    EXPECT_EQ(it->semaphore, victim.queue);
    EXPECT_EQ(it->current, board.semaphore(victim.queue));
  }
}

}  // namespace
}  // namespace systole::timing
