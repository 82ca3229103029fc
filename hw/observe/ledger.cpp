#include "hw/observe/ledger.h"

namespace systole {

Ledger::Ledger(std::uint32_t nodes) : nodes_(nodes) {}

ActionId Ledger::action(const std::string& name, const std::string& unit) {
  ActionId id;
  if (find(name, id) != nullptr) return id;
  id.index = static_cast<std::uint32_t>(actions_.size());
  actions_.push_back({name, unit});
  counts_.resize(actions_.size() * (nodes_ + 1ULL) * kStreams, 0);
  return id;
}

const Ledger::Action* Ledger::find(const std::string& name, ActionId& id) const {
  for (std::uint32_t i = 0; i < actions_.size(); ++i) {
    if (actions_[i].name == name) {
      id.index = i;
      return &actions_[i];
    }
  }
  return nullptr;
}

std::uint64_t Ledger::count(ActionId action, NodeId node, Stream stream) const {
  const std::uint64_t row = node < nodes_ ? node : nodes_;
  return counts_[(action.index * (nodes_ + 1ULL) + row) * kStreams + static_cast<std::size_t>(stream)];
}

std::uint64_t Ledger::node_total(ActionId action, NodeId node) const {
  std::uint64_t sum = 0;
  for (std::size_t stream = 0; stream < kStreams; ++stream)
    sum += count(action, node, static_cast<Stream>(stream));
  return sum;
}

std::uint64_t Ledger::total(ActionId action) const {
  std::uint64_t sum = 0;
  for (std::uint32_t node = 0; node < nodes_; ++node) sum += node_total(action, node);
  return sum + node_total(action, kNoNode);
}

std::uint64_t Ledger::total(const std::string& name) const {
  ActionId id;
  return find(name, id) == nullptr ? 0 : total(id);
}

std::uint64_t Ledger::node_total(const std::string& name, NodeId node) const {
  ActionId id;
  return find(name, id) == nullptr ? 0 : node_total(id, node);
}

}  // namespace systole
