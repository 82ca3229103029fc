#include "models/mapper/schedule/schedule.h"

#include <algorithm>
#include <array>

#include "hw/base/assert.h"
#include "models/mapper/schedule/clocks.h"
#include "models/mapper/schedule/hazards.h"

namespace systole::mapper {

namespace {

struct Item {
  Operation operation;
  std::vector<Footprint> accesses;
};

/// Moves every load up by as many steps, as far as nothing that it passes conflicts with it.
std::vector<Item> hoist_loads(std::vector<Operation> operations, bool ping_pong, std::uint32_t steps) {
  std::vector<Item> order;
  order.reserve(operations.size());
  for (Operation& operation : operations) {
    Item item{std::move(operation), {}};
    item.accesses = footprints(item.operation.descriptor, item.operation.links);
    std::size_t place = order.size();
    if (ping_pong && item.operation.is_load) {
      for (; place > 0; --place) {
        const Item& before = order[place - 1];
        if (before.operation.is_load || before.operation.step + steps < item.operation.step ||
            conflict(before.accesses, item.accesses)) {
          break;
        }
      }
    }
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(place), std::move(item));
  }
  return order;
}

class Scheduler {
public:
  Scheduler(const Capability& capability, std::uint32_t graph)
      : capability_(capability),
        graph_(graph),
        queues_(queues_of(capability.engines)),
        placed_(queues_.size()),
        clock_(queues_.size(), QueueClock(queues_.size())),
        hazards_(queues_.size()) {}

  ScheduledGraph make(std::vector<Operation> operations) {
    // As many steps as there are buffers to fill while others are in use.
    const unsigned most = *std::max_element(capability_.engines.begin() + 1, capability_.engines.end());
    for (Item& item : hoist_loads(std::move(operations), capability_.ping_pong, std::max(2U, most + 1)))
      add(item);
    return std::move(out_);
  }

private:
  /// A command that has been placed, and what is complete once it is.
  struct Placed {
    std::size_t index;  ///< in the graph
    QueueClock after;
  };

  std::size_t queue_for(EngineKind kind, const sgb_descriptor& descriptor) {
    const auto first =
        std::find_if(queues_.begin(), queues_.end(), [&](const Queue& q) { return q.kind == kind; });
    SYSTOLE_ASSERT(first != queues_.end(), "no engine of kind " + std::string(name_of(kind)));
    const auto base = static_cast<std::size_t>(first - queues_.begin());
    // Engines of a kind take turns. Partial sums stay where they are: what continues them follows them.
    const auto number = static_cast<std::size_t>(kind);
    const bool continues =
        descriptor.opcode == SGB_OP_MATRIX && (descriptor.u.matrix.flags & SGB_MATRIX_CONTINUE) != 0;
    if (!continues) turn_[number] = next_[number]++ % capability_.engines[number];
    return base + turn_[number];
  }

  /// Commands of a queue so far.
  [[nodiscard]] std::uint32_t count(std::size_t queue) const {
    return static_cast<std::uint32_t>(placed_[queue].size());
  }

  void add(Item& item) {
    const std::size_t queue = queue_for(item.operation.engine, item.operation.descriptor);
    QueueClock known = clock_[queue];
    std::vector<std::uint32_t> latest = hazards_.latest(item.accesses, known);
    if (!capability_.ping_pong) {
      // Transfers and computation take turns.
      const bool is_dma = item.operation.engine == EngineKind::kDma;
      for (std::size_t q = 0; q < queues_.size(); ++q) {
        if ((queues_[q].kind == EngineKind::kDma) != is_dma) latest[q] = count(q);
      }
    }

    // Latest first: what it waited for itself need not be waited for again.
    std::vector<std::size_t> before;
    for (std::size_t q = 0; q < queues_.size(); ++q) {
      if (latest[q] > known[q]) before.push_back(q);
    }
    const auto placed_at = [&](std::size_t q) -> const Placed& { return placed_[q][latest[q] - 1]; };
    std::sort(before.begin(), before.end(),
              [&](std::size_t a, std::size_t b) { return placed_at(a).index > placed_at(b).index; });
    std::vector<sgb_wait> waits;
    for (const std::size_t q : before) {
      if (known[q] >= latest[q]) continue;
      waits.push_back({static_cast<std::uint16_t>(q), 0, latest[q]});
      known.merge(placed_at(q).after);
    }
    std::sort(waits.begin(), waits.end(),
              [](const sgb_wait& a, const sgb_wait& b) { return a.semaphore < b.semaphore; });
    emit_waiting_nops(queue, item.operation.descriptor.node, waits);

    sgb_descriptor& descriptor = item.operation.descriptor;
    descriptor.wait_count = static_cast<std::uint16_t>(waits.size());
    std::copy(waits.begin(), waits.end(), descriptor.wait);
    place(queue, descriptor, known);
    hazards_.add(queue, count(queue), item.accesses);
    std::sort(item.operation.links.begin(), item.operation.links.end(),
              [](const Link& a, const Link& b) { return a.field < b.field; });
    for (const Link& link : item.operation.links) {
      out_.relocations.push_back({graph_, static_cast<std::uint32_t>(out_.descriptors.size() - 1), link.field,
                                  link.symbol, link.addend});
    }
  }

  /// Takes waits off the list until the rest fits one descriptor.
  void emit_waiting_nops(std::size_t queue, std::uint32_t node, std::vector<sgb_wait>& waits) {
    while (waits.size() > SGB_MAX_WAITS) {
      sgb_descriptor nop{};
      nop.opcode = SGB_OP_NOP;
      nop.node = node;
      nop.wait_count = SGB_MAX_WAITS;
      std::copy_n(waits.end() - SGB_MAX_WAITS, SGB_MAX_WAITS, nop.wait);
      waits.resize(waits.size() - SGB_MAX_WAITS);
      place(queue, nop, clock_[queue]);
    }
  }

  void place(std::size_t queue, sgb_descriptor& descriptor, const QueueClock& known) {
    descriptor.queue = static_cast<std::uint16_t>(queue);
    descriptor.signal_semaphore = static_cast<std::uint16_t>(queue);
    clock_[queue].merge(known);
    clock_[queue].raise(queue, count(queue) + 1);
    placed_[queue].push_back({out_.descriptors.size(), clock_[queue]});
    out_.descriptors.push_back(descriptor);
  }

  const Capability& capability_;
  std::uint32_t graph_;
  std::vector<Queue> queues_;
  std::vector<std::vector<Placed>> placed_;  ///< by queue: its commands so far
  std::vector<QueueClock> clock_;            ///< by queue: what is complete once its last command is
  HazardTracker hazards_;
  std::array<unsigned, kEngineKinds.size()> next_{};  ///< by kind: whose turn it is,
  std::array<unsigned, kEngineKinds.size()> turn_{};  ///< and who had the last
  ScheduledGraph out_;
};

}  // namespace

ScheduledGraph schedule(std::vector<Operation> operations, const Capability& capability,
                        std::uint32_t graph) {
  return Scheduler(capability, graph).make(std::move(operations));
}

}  // namespace systole::mapper
