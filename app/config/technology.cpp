#include "app/config/technology.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "app/config/quantity.h"
#include "app/config/read_keys.h"

namespace systole::app {
namespace {

// The text of a key that must be there.
std::string required_text(const Tree& map, const char* name, const std::string& key, Issues& issues) {
  const Tree* value = map.find(name);
  if (value == nullptr) {
    issues.add(map.where, key, std::string("has no ") + name + "; every entry needs one");
    return "";
  }
  if (value->kind != Tree::Kind::kScalar || value->scalar.empty()) {
    issues.add(value->where, key + "." + name,
               "is " + std::string(describe(value->kind)) + "; expected text");
    return "";
  }
  return value->scalar;
}

void only(const Tree& map, const std::string& key, const std::vector<std::string>& known, Issues& issues) {
  for (const TreeEntry& entry : map.entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      report_unknown(entry, key + "." + entry.key, known, issues);
    }
  }
}

energy::Cost read_cost(const Tree& map, const std::string& key, Issues& issues) {
  energy::Cost cost;
  if (!expect_map(map, key, issues)) return cost;
  only(map, key, {"energy", "per", "source"}, issues);
  cost.unit = required_text(map, "per", key, issues);
  cost.source = required_text(map, "source", key, issues);
  const std::string text = required_text(map, "energy", key, issues);
  if (text.empty()) return cost;
  const auto joules = parse_joules(text);
  if (joules.value) {
    cost.joules = *joules.value;
  } else {
    issues.add(map.find("energy")->where, key + ".energy", joules.error);
  }
  return cost;
}

}  // namespace

energy::TechnologyTable read_technology(const Tree& tree, const std::string& key, Issues& issues) {
  energy::TechnologyTable table;
  if (!expect_map(tree, key, issues)) return table;
  only(tree, key, {"name", "source", "actions"}, issues);
  table.name = required_text(tree, "name", key, issues);
  table.source = required_text(tree, "source", key, issues);
  const Tree* actions = tree.find("actions");
  if (actions == nullptr) {
    issues.add(tree.where, key, "has no actions; without any, leave the technology out");
    return table;
  }
  if (!expect_map(*actions, key + ".actions", issues)) return table;
  for (const TreeEntry& entry : actions->entries) {
    table.costs[entry.key] = read_cost(entry.value, key + ".actions." + entry.key, issues);
  }
  return table;
}

Tree to_tree(const energy::TechnologyTable& table) {
  Tree tree;
  put(tree, "name", scalar_tree(table.name));
  put(tree, "source", scalar_tree(table.source));
  Tree actions;
  actions.kind = Tree::Kind::kMap;
  for (const auto& [name, cost] : table.costs) {
    // The shortest text that gives the same number again.
    std::array<char, 400> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), cost.joules, std::chars_format::fixed);
    Tree entry;
    put(entry, "energy", scalar_tree(std::string(digits.data(), end.ptr) + "J"));
    put(entry, "per", scalar_tree(cost.unit));
    put(entry, "source", scalar_tree(cost.source));
    actions.entries.push_back({name, {}, std::move(entry)});
  }
  put(tree, "actions", std::move(actions));
  return tree;
}

}  // namespace systole::app
