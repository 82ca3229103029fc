// The graph controller's scheduling state: semaphores, engine queues, slots. No time: what may happen next.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/abi/descriptor.h"

namespace systole::timing {

/// What the scoreboard needs of a descriptor.
struct Command {
  std::uint32_t index = 0;  ///< of the descriptor in its graph
  std::uint16_t queue = 0;
  std::uint16_t signal = SGB_NO_SEMAPHORE;
  std::uint16_t wait_count = 0;
  std::array<sgb_wait, SGB_MAX_WAITS> wait{};
};
Command command_of(const sgb_descriptor& descriptor, std::uint32_t index);

/// What the head of a queue waits for.
struct Blocked {
  std::uint16_t queue = 0;
  std::uint32_t index = 0;      ///< descriptor at the head
  bool slots_full = false;      ///< its engine holds all the commands it can
  std::uint16_t semaphore = 0;  ///< first wait that is not met; meaningful if !slots_full
  std::uint32_t wanted = 0;
  std::uint32_t current = 0;
};
std::string to_string(const Blocked& blocked);

/// Commands enter their queue in graph order and leave it in order; queues are independent of one another.
/// A command may be issued when it is the head of its queue, all its waits are met, and fewer than `slots`
/// commands of that queue are in the engine. Engines complete their commands in order.
/// Nothing is allocated after construction but by the reports.
class Scoreboard {
public:
  struct Shape {
    std::uint32_t queues = 0;
    std::uint32_t semaphores = 0;
    std::uint32_t depth = 8;  ///< commands that wait in one queue
    std::uint32_t slots = 2;  ///< commands that one engine holds (kEngineSlots)
  };
  explicit Scoreboard(const Shape& shape);

  /// As a doorbell does: semaphores 0, queues empty, not frozen.
  void reset();

  /// SGB_ERROR_NONE, or what is wrong with a command that came from the guest: _BAD_QUEUE, _BAD_SEMAPHORE,
  /// _BAD_FIELD (too many waits). Only checked commands may be enqueued.
  [[nodiscard]] std::uint32_t check(const Command& command) const;

  [[nodiscard]] bool can_enqueue(std::uint32_t queue) const;
  void enqueue(const Command& command);

  [[nodiscard]] bool is_ready(std::uint32_t queue) const;
  /// The lowest queue, from `from` on, whose head may be issued. All of them:
  ///   for (auto q = s.next_ready(0); q; q = s.next_ready(*q + 1)) ...
  [[nodiscard]] std::optional<std::uint32_t> next_ready(std::uint32_t from) const;
  [[nodiscard]] std::vector<std::uint32_t> ready() const;
  [[nodiscard]] const Command& head(std::uint32_t queue) const;

  /// Sends the head of a ready queue to its engine.
  Command issue(std::uint32_t queue);
  /// The oldest command in the engine of this queue has completed: its semaphore counts up.
  Command complete(std::uint32_t queue);
  /// The same, but the command failed: nothing is signalled and the scoreboard freezes.
  Command fail(std::uint32_t queue);

  /// After an error: nothing is ready any more; what runs may complete.
  void freeze() { frozen_ = true; }
  [[nodiscard]] bool frozen() const { return frozen_; }

  [[nodiscard]] std::uint32_t running(std::uint32_t queue) const;  ///< commands in that engine
  [[nodiscard]] std::uint32_t running() const { return running_; }
  [[nodiscard]] std::uint32_t waiting(std::uint32_t queue) const;  ///< commands in that queue
  [[nodiscard]] std::uint32_t waiting() const { return waiting_; }
  [[nodiscard]] bool idle() const { return running_ == 0 && waiting_ == 0; }
  [[nodiscard]] std::uint32_t semaphore(std::uint32_t number) const { return semaphores_[number]; }
  [[nodiscard]] const Shape& shape() const { return shape_; }

  /// One entry for each queue whose head cannot be issued, in queue order. If nothing runs and nothing is
  /// ready, these are the parties to a deadlock.
  [[nodiscard]] std::vector<Blocked> blocked_report() const;

private:
  /// A ring of `depth` waiting and `slots` running commands: [first, first + running) run, the rest wait.
  struct Queue {
    std::vector<Command> ring;
    std::uint32_t first = 0;
    std::uint32_t running = 0;
    std::uint32_t waiting = 0;
    [[nodiscard]] const Command& at(std::uint32_t offset) const {
      return ring[(first + offset) % static_cast<std::uint32_t>(ring.size())];
    }
  };
  /// The first wait that is not met.
  [[nodiscard]] const sgb_wait* unmet(const Command& command) const;
  Command retire(std::uint32_t queue);

  Shape shape_;
  std::vector<std::uint32_t> semaphores_;
  std::vector<Queue> queues_;
  std::uint32_t running_ = 0;
  std::uint32_t waiting_ = 0;
  bool frozen_ = false;
};

}  // namespace systole::timing
