// The state of the graph that the controller runs: what was fetched, what waits, what failed. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "hw/abi/descriptor.h"
#include "hw/abi/queues.h"
#include "hw/blocks/command/messages.h"
#include "hw/config/soc_config.h"
#include "hw/timing/scoreboard.h"

namespace systole::controller {

struct Failure {
  std::uint32_t code = SGB_ERROR_NONE;
  std::uint32_t node = SGB_NO_NODE;
  std::uint32_t descriptor = 0xffffffffU;
  std::uint64_t address = 0;
};

/// Descriptors are dispatched to their queues in order; timing::Scoreboard says which may be issued. The
/// first failure freezes the graph: nothing is issued any more, what runs may end.
class Graph {
public:
  Graph(const ControllerConfig& config, std::vector<Queue> queues);

  /// A doorbell: all state anew.
  void start(std::uint64_t base, std::uint32_t count);

  [[nodiscard]] std::uint64_t base() const { return base_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] std::uint64_t address_of(std::uint32_t index) const {
    return base_ + std::uint64_t{index} * SGB_DESCRIPTOR_BYTES;
  }

  /// What is wrong with a descriptor: SGB_ERROR_BAD_QUEUE, _BAD_OPCODE (unknown, or not of that queue's
  /// engine), _BAD_FIELD (too many waits), _BAD_SEMAPHORE, or _NONE.
  [[nodiscard]] std::uint32_t check(const sgb_descriptor& descriptor) const;
  /// The descriptor was checked.
  [[nodiscard]] bool can_dispatch(const sgb_descriptor& descriptor) const {
    return scoreboard_.can_enqueue(descriptor.queue);
  }
  void dispatch(std::uint32_t index, const sgb_descriptor& descriptor);

  /// The command that is to be sent next; it is in its engine from now on. nullopt: none may be issued.
  std::optional<EngineCommand> issue();
  /// An engine has completed its oldest command.
  void complete(const EngineCompletion& completion);
  /// Something went wrong outside of the engines.
  void fail(const Failure& failure);

  [[nodiscard]] bool failed() const { return failure_.has_value(); }
  /// The first failure; there must be one.
  [[nodiscard]] const Failure& failure() const { return *failure_; }
  /// Descriptors that were completed without error.
  [[nodiscard]] std::uint32_t completed() const { return completed_; }
  /// All completed; or failed, and no command is in an engine any more.
  [[nodiscard]] bool ended() const;

  /// Who waits for what, a line for each queue that is stuck or busy.
  [[nodiscard]] std::string report() const;
  [[nodiscard]] const std::vector<Queue>& queues() const { return queues_; }

private:
  std::vector<Queue> queues_;
  timing::Scoreboard scoreboard_;
  std::vector<std::deque<sgb_descriptor>> waiting_;  ///< per queue, beside the scoreboard's entries
  std::uint64_t base_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t completed_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace systole::controller
