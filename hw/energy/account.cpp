#include "hw/energy/account.h"

#include <algorithm>

namespace systole::energy {
namespace {

Component& component_of(std::vector<Component>& components, const std::string& action) {
  const std::string name = action.substr(0, action.find('.'));
  const auto found = std::find_if(components.begin(), components.end(),
                                  [&](const Component& component) { return component.name == name; });
  if (found != components.end()) return *found;
  return components.emplace_back(Component{name, 0});
}

}  // namespace

Account account(const Ledger& ledger, const TechnologyTable& table, Issues& issues) {
  Account result;
  result.nodes_j.resize(ledger.nodes(), 0.0);
  for (std::uint32_t index = 0; index < ledger.actions().size(); ++index) {
    const Ledger::Action& action = ledger.actions()[index];
    const ActionId id{index};
    const std::uint64_t total = ledger.total(id);
    const auto cost = table.costs.find(action.name);
    if (cost == table.costs.end()) {
      if (total > 0) result.not_costed.push_back(action.name);
      continue;
    }
    if (cost->second.unit != action.unit) {
      issues.add("technology.actions." + action.name, "the cost is per " + cost->second.unit +
                                                          ", but the action is counted per " + action.unit +
                                                          "; state the cost per " + action.unit);
      continue;
    }
    const double joules = cost->second.joules;
    for (std::uint32_t node = 0; node < ledger.nodes(); ++node) {
      result.nodes_j[node] += static_cast<double>(ledger.node_total(id, node)) * joules;
    }
    result.no_node_j += static_cast<double>(ledger.node_total(id, kNoNode)) * joules;
    // One product per action: exact as long as the count and the cost are.
    const double energy = static_cast<double>(total) * joules;
    component_of(result.components, action.name).joules += energy;
    result.total_j += energy;
  }
  return result;
}

std::vector<std::string> unused_costs(const Ledger& ledger, const TechnologyTable& table) {
  std::vector<std::string> unused;
  for (const auto& entry : table.costs) {
    const bool known = std::any_of(ledger.actions().begin(), ledger.actions().end(),
                                   [&](const Ledger::Action& action) { return action.name == entry.first; });
    if (!known) unused.push_back(entry.first);
  }
  return unused;
}

}  // namespace systole::energy
