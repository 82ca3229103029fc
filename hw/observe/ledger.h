// The account of the whole run: how often each action happened, for which network node and which data stream.
// Energy, traffic, layers.csv and the conservation checks are all read from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/abi/descriptor.h"

namespace systole {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = SGB_NO_NODE;

enum class Stream : std::uint8_t { kWeights, kInput, kOutput, kPartial, kCode, kMmio };
inline constexpr std::size_t kStreams = SGB_STREAM_COUNT;

/// An action that was registered; cheap to copy, valid for the ledger that gave it.
struct ActionId {
  std::uint32_t index = 0;
};

/// A table of counts [action][node][stream]. Blocks register their actions once and then only add integers.
class Ledger {
public:
  /// `nodes`: rows of the program's node table. Counts with kNoNode (or a node out of range) go to a row of
  /// their own.
  explicit Ledger(std::uint32_t nodes = 0);

  /// Registers an action, or finds it again. Names are dotted, `block.action`: "sram.read",
  /// "matrix.mac.int8". unit: "byte", "mac", "cycle", "access", ...
  ActionId action(const std::string& name, const std::string& unit);

  void add(ActionId action, NodeId node, Stream stream, std::uint64_t count) {
    const std::uint64_t row = node < nodes_ ? node : nodes_;
    counts_[(action.index * (nodes_ + 1ULL) + row) * kStreams + static_cast<std::size_t>(stream)] += count;
  }

  struct Action {
    std::string name;
    std::string unit;
  };
  [[nodiscard]] const std::vector<Action>& actions() const { return actions_; }
  [[nodiscard]] std::uint32_t nodes() const { return nodes_; }
  /// One cell. node may be kNoNode: what belongs to no node.
  [[nodiscard]] std::uint64_t count(ActionId action, NodeId node, Stream stream) const;
  [[nodiscard]] std::uint64_t node_total(ActionId action, NodeId node) const;
  [[nodiscard]] std::uint64_t total(ActionId action) const;
  /// By name; 0 for a name that nobody registered.
  [[nodiscard]] std::uint64_t total(const std::string& name) const;
  [[nodiscard]] std::uint64_t node_total(const std::string& name, NodeId node) const;

private:
  [[nodiscard]] const Action* find(const std::string& name, ActionId& id) const;
  std::uint32_t nodes_;
  std::vector<Action> actions_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace systole
