// YAML text as it was written: every value with its place in its file. Nothing is interpreted here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw/base/issues.h"

namespace systole::app {

struct TreeEntry;

struct Tree {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  SourceLocation where;
  std::string scalar;              ///< kScalar: the text
  std::vector<Tree> items;         ///< kList
  std::vector<TreeEntry> entries;  ///< kMap, in the file's order
  /// A map that stands for itself (it was read from a file of its own, or extends one): merged over another
  /// map it replaces it as a whole.
  bool whole = false;

  [[nodiscard]] const Tree* find(std::string_view key) const;
  [[nodiscard]] Tree* find(std::string_view key);
  /// By dotted path through maps; nullptr if there is no such value.
  [[nodiscard]] const Tree* at(std::string_view path) const;
  void erase(std::string_view key);
};

struct TreeEntry {
  std::string key;
  SourceLocation where;  ///< of the key
  Tree value;
};

/// One YAML document; an empty text is an empty map. nullopt and issues for what is no YAML, has a key twice,
/// several documents, or is larger or deeper than any configuration (text comes from outside).
std::optional<Tree> parse_yaml(const std::string& text, const std::string& file, Issues& issues);

/// The tree as YAML in block style.
std::string to_yaml(const Tree& tree);

/// What to call this kind of value in a message: "a map", "a list", "a single value", "nothing".
std::string_view describe(Tree::Kind kind);

/// Makers for trees that are written out.
Tree scalar_tree(std::string text);
/// Sets the value at a dotted path below `map`, making maps on the way.
void put(Tree& map, std::string_view path, Tree value);

}  // namespace systole::app
