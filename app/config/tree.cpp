#include "app/config/tree.h"

#include <algorithm>

namespace systole::app {
namespace {

// First segment of a dotted path and the rest ("" at the end).
std::pair<std::string_view, std::string_view> split(std::string_view path) {
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return {path, {}};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

}  // namespace

const Tree* Tree::find(std::string_view key) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const TreeEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

Tree* Tree::find(std::string_view key) { return const_cast<Tree*>(std::as_const(*this).find(key)); }

const Tree* Tree::at(std::string_view path) const {
  const auto [first, rest] = split(path);
  const Tree* child = find(first);
  return child == nullptr || rest.empty() ? child : child->at(rest);
}

void Tree::erase(std::string_view key) {
  std::erase_if(entries, [&](const TreeEntry& entry) { return entry.key == key; });
}

std::string_view describe(Tree::Kind kind) {
  switch (kind) {
    case Tree::Kind::kNull:
      return "nothing";
    case Tree::Kind::kScalar:
      return "a single value";
    case Tree::Kind::kList:
      return "a list";
    case Tree::Kind::kMap:
      return "a map";
  }
  return "?";
}

Tree scalar_tree(std::string text) {
  Tree tree;
  tree.kind = Tree::Kind::kScalar;
  tree.scalar = std::move(text);
  return tree;
}

void put(Tree& map, std::string_view path, Tree value) {
  map.kind = Tree::Kind::kMap;
  const auto [first, rest] = split(path);
  Tree* child = map.find(first);
  if (child == nullptr) child = &map.entries.emplace_back(TreeEntry{std::string(first), {}, {}}).value;
  if (rest.empty()) {
    *child = std::move(value);
  } else {
    put(*child, rest, std::move(value));
  }
}

}  // namespace systole::app
