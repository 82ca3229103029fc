// A descriptor graph as a flow of fluids: transfers and commands advance at rates that change only when one
// of them starts, ends or passes from one part of itself into the next.
#include <algorithm>
#include <deque>
#include <limits>

#include "hw/base/assert.h"
#include "models/mapper/tiling/estimate.h"
#include "models/mapper/tiling/estimate/machine.h"

namespace systole::mapper {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kTiny = 1e-9;

/// What is under way: a fixed delay, a flow, a fixed delay.
struct Flow {
  bool active = false;
  std::uint32_t task = 0;
  double wait_until = 0;  ///< end of the delay at hand
  double left = 0;        ///< of the flow, 0 .. 1
  bool flowing = false;
  double alone = 0;       ///< cycles of the flow when it is alone
  double dram_bytes = 0;  ///< over the whole flow
  double weight = 0;      ///< bytes that it keeps in the DRAM's queue
  double sram_beats = 0;
  double sram_bound = 0;
  double tail = 0;
  double rate = 0;  ///< of the flow, per cycle
};

struct QueueState {
  bool is_dma = false;
  std::deque<std::uint32_t> waiting;                  ///< dispatched, not issued
  std::deque<std::pair<std::uint32_t, double>> held;  ///< in the engine: task, arrival
  Flow flow;
  double free_at = 0;
  double set_up_at = 0;
};

class Replay {
public:
  Replay(std::span<const Task> tasks, const Capability& capability)
      : tasks_(tasks), capability_(capability), machine_(capability), done_(tasks.size(), false) {
    for (const Queue& queue : queues_of(capability.engines)) {
      queues_.emplace_back().is_dma = queue.kind == EngineKind::kDma;
      kinds_.push_back(queue.kind);
    }
  }

  Estimate run() {
    first_start_ = kNever;
    std::size_t completed = 0;
    while (completed < tasks_.size()) {
      advance_controller();
      issue_and_start();
      const double next = next_event();
      SYSTOLE_ASSERT(next < kNever, "the replay of a graph that cannot end");
      step_to(next);
      completed += collect();
    }
    estimate_.cycles = now_;
    estimate_.work_cycles = last_end_ - std::min(first_start_, last_end_);
    return estimate_;
  }

private:
  // ---- controller: fetches ahead, dispatches in order ----

  void advance_controller() {
    const TimingCapability& t = capability_.timing;
    // Fetches: `prefetch` descriptors at most are on their way or wait.
    while (fetched_ < tasks_.size() && fetched_ - dispatched_ < t.prefetch && next_fetch_ <= now_ + kTiny) {
      Flow& flow = fetches_.emplace_back();
      flow.active = true;
      flow.task = fetched_++;
      flow.wait_until = now_ + 2 * machine_.bus + machine_.dram_latency;
      flow.dram_bytes = SGB_DESCRIPTOR_BYTES;
      flow.weight = SGB_DESCRIPTOR_BYTES;
      flow.alone = SGB_DESCRIPTOR_BYTES / machine_.dram_rate;
      flow.left = 1;
      next_fetch_ = now_ + 1;
    }
    // Dispatch.
    while (dispatched_ < ready_ && dispatch_end_ <= now_ + kTiny) {
      QueueState& queue = queues_[tasks_[dispatched_].queue];
      if (queue.waiting.size() >= capability_.queue_depth) break;
      if (!dispatching_) {
        dispatching_ = true;
        dispatch_end_ = now_ + t.dispatch;
        break;
      }
      dispatching_ = false;
      queue.waiting.push_back(static_cast<std::uint32_t>(dispatched_++));
    }
  }

  // ---- engines ----

  [[nodiscard]] bool may_issue(std::uint32_t task) const {
    return std::all_of(tasks_[task].after.begin(), tasks_[task].after.end(),
                       [&](std::uint32_t other) { return done_[other]; });
  }

  void issue_and_start() {
    for (QueueState& queue : queues_) {
      while (!queue.waiting.empty() && queue.held.size() < capability_.timing.engine_slots &&
             may_issue(queue.waiting.front())) {
        queue.held.emplace_back(queue.waiting.front(), now_);
        queue.waiting.pop_front();
      }
      if (!queue.flow.active && !queue.held.empty()) start(queue);
    }
  }

  [[nodiscard]] double set_up_of(EngineKind kind) const {
    const TimingCapability& t = capability_.timing;
    switch (kind) {
      case EngineKind::kDma:
        return t.dma_setup;
      case EngineKind::kMatrix:
        return t.matrix_setup;
      case EngineKind::kVector:
        return t.vector_setup;
      case EngineKind::kSort:
        return t.sort_setup;
    }
    return 0;
  }

  void start(QueueState& queue) {
    const auto [number, arrival] = queue.held.front();
    const Task& task = tasks_[number];
    const EngineKind kind = kinds_[static_cast<std::size_t>(&queue - queues_.data())];
    const double start = std::max(arrival, queue.free_at);
    double begin = start;
    if (!task.is_nop) {
      if (queue.is_dma) {
        const double set_up = capability_.ping_pong ? std::max(queue.set_up_at, arrival) : start;
        begin = std::max(start, set_up + set_up_of(kind));
        queue.set_up_at = begin;
      } else {
        queue.set_up_at = std::max(arrival, queue.set_up_at) + set_up_of(kind);
        begin = std::max(start, queue.set_up_at);
      }
      first_start_ = std::min(first_start_, start);
    }
    Flow& flow = queue.flow;
    flow = {};
    flow.active = true;
    flow.task = number;
    flow.wait_until = begin;
    flow.left = 1;
    if (task.is_nop) return;
    if (queue.is_dma) {
      const TransferTime& time = task.transfer;
      flow.wait_until = begin + time.head;
      flow.alone = time.stream;
      flow.dram_bytes = time.dram_bytes;
      flow.weight =
          static_cast<double>(capability_.timing.dma_burst.count() * capability_.timing.dma_outstanding);
      flow.sram_beats = time.sram_beats;
      flow.tail = time.tail;
      estimate_.dram_bytes += time.dram_bytes;
    } else {
      flow.alone = task.command.cycles;
      flow.sram_bound = task.command.sram_bound;
      flow.sram_beats = task.command.sram_beats;
    }
    queue.free_at = start;  // until it ends: its start, for the account of busy cycles
  }

  // ---- time ----

  template <typename Visit>
  void for_each_flow(const Visit& visit) {
    for (QueueState& queue : queues_) {
      if (queue.flow.active) visit(queue.flow);
    }
    for (Flow& flow : fetches_) {
      if (flow.active) visit(flow);
    }
  }

  void set_rates() {
    flowing_.clear();
    double beats = 0;  // of transfers, per cycle
    for_each_flow([&](Flow& flow) {
      if (!flow.flowing) return;
      flow.rate = 1 / std::max(flow.alone, kTiny);
      if (flow.dram_bytes > 0) flowing_.push_back(&flow);
    });
    // The DRAM serves requests in order, so that flows that want more than there is share it by the bytes
    // that they keep in its queue.
    double room = machine_.dram_rate;
    double weight = 0;
    for (const Flow* flow : flowing_) weight += flow->weight;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < flowing_.size(); ++i) {
        Flow& flow = *flowing_[i];
        const double share = room * flow.weight / weight;
        if (flow.dram_bytes * flow.rate > share + kTiny) continue;
        room -= flow.dram_bytes * flow.rate;
        weight -= flow.weight;
        flowing_.erase(flowing_.begin() + static_cast<std::ptrdiff_t>(i));
        changed = true;
        break;
      }
    }
    for (Flow* flow : flowing_) flow->rate = room * flow->weight / weight / flow->dram_bytes;
    for (const QueueState& queue : queues_) {
      if (queue.is_dma && queue.flow.active && queue.flow.flowing)
        beats += queue.flow.sram_beats * queue.flow.rate;
    }
    // A bank that is busy for a transfer in a part of the cycles delays an engine's accesses by as much.
    const double busy = beats / machine_.sram_banks;
    for (QueueState& queue : queues_) {
      if (!queue.is_dma && queue.flow.flowing) queue.flow.rate /= 1 + queue.flow.sram_bound * busy;
    }
  }

  double next_event() {
    set_rates();
    double next = kNever;
    for_each_flow([&](Flow& flow) {
      next = std::min(
          next, flow.flowing ? now_ + std::max(flow.left, 0.0) / flow.rate : std::max(flow.wait_until, now_));
    });
    if (fetched_ < tasks_.size() && fetched_ - dispatched_ < capability_.timing.prefetch)
      next = std::min(next, std::max(next_fetch_, now_));
    if (dispatching_) next = std::min(next, std::max(dispatch_end_, now_));
    for (const auto& [at, task] : completions_) next = std::min(next, at);
    return next;
  }

  void step_to(double next) {
    const double cycles = next - now_;
    for_each_flow([&](Flow& flow) {
      if (flow.flowing) flow.left -= flow.rate * cycles;
    });
    SYSTOLE_ASSERT(cycles >= 0, "the replay went backwards");
    now_ = next;
  }

  /// Moves every flow on whose part is over. Returns the tasks that have completed.
  std::size_t collect() {
    for (QueueState& queue : queues_) {
      if (queue.flow.active && over(queue.flow)) end(queue);
    }
    for (Flow& flow : fetches_) {
      if (flow.active && over(flow)) flow.active = false;
    }
    while (!fetches_.empty() && !fetches_.front().active) {
      fetches_.pop_front();
      ++ready_;
    }
    std::size_t count = 0;
    for (std::size_t i = 0; i < completions_.size();) {
      if (completions_[i].first <= now_ + kTiny) {
        done_[completions_[i].second] = true;
        completions_.erase(completions_.begin() + static_cast<std::ptrdiff_t>(i));
        ++count;
      } else {
        ++i;
      }
    }
    return count;
  }

  /// Head, flow and tail in turn; true behind the last.
  bool over(Flow& flow) const {
    if (flow.flowing) {
      if (flow.left * std::max(flow.alone, 1.0) > kTiny * 1000) return false;
      flow.flowing = false;
      flow.left = 0;
      flow.wait_until = now_ + flow.tail;
    }
    if (flow.wait_until > now_ + kTiny) return false;
    if (flow.left > 0 && flow.alone > 0) {
      flow.flowing = true;
      return false;
    }
    return true;
  }

  void end(QueueState& queue) {
    queue.flow.active = false;
    const double busy = now_ - queue.free_at;
    if (queue.is_dma) estimate_.dma_busy += busy;
    if (kinds_[static_cast<std::size_t>(&queue - queues_.data())] == EngineKind::kMatrix)
      estimate_.matrix_busy += busy;
    queue.free_at = now_;
    last_end_ = std::max(last_end_, now_);
    completions_.emplace_back(now_ + capability_.timing.completion, queue.held.front().first);
    queue.held.pop_front();
    if (!queue.held.empty()) start(queue);
  }

  std::span<const Task> tasks_;
  const Capability& capability_;
  Machine machine_;
  std::vector<bool> done_;
  std::vector<QueueState> queues_;
  std::vector<EngineKind> kinds_;
  std::deque<Flow> fetches_;
  std::vector<Flow*> flowing_;
  std::vector<std::pair<double, std::uint32_t>> completions_;
  double now_ = 0;
  double next_fetch_ = 0;
  double dispatch_end_ = 0;
  double first_start_ = 0;
  double last_end_ = 0;
  bool dispatching_ = false;
  std::uint32_t fetched_ = 0;
  std::uint32_t ready_ = 0;
  std::size_t dispatched_ = 0;
  Estimate estimate_;
};

}  // namespace

Estimate replay(std::span<const Task> tasks, const Capability& capability) {
  if (tasks.empty()) return {};
  return Replay(tasks, capability).run();
}

}  // namespace systole::mapper
