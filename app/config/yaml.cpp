// The one file that knows yaml-cpp.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstddef>

#include "app/config/tree.h"

namespace systole::app {
namespace {

// Far above any configuration; below what aliases that contain one another can make of a few lines.
constexpr std::size_t kMaxValues = 100'000;
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxText = 4U << 20;

class Reader {
public:
  Reader(std::string file, Issues& issues) : file_(std::move(file)), issues_(issues) {}

  bool read(const YAML::Node& node, Tree& tree, int depth) {
    tree.where = place(node.Mark());
    if (++values_ > kMaxValues || depth > kMaxDepth) {
      issues_.add({file_, 0, 0}, "",
                  "is too large or too deep for a configuration (or an alias contains itself)");
      return false;
    }
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        tree.kind = Tree::Kind::kScalar;
        tree.scalar = node.Scalar();
        return true;
      case YAML::NodeType::Sequence:
        tree.kind = Tree::Kind::kList;
        for (const YAML::Node& item : node) {
          if (!read(item, tree.items.emplace_back(), depth + 1)) return false;
        }
        return true;
      case YAML::NodeType::Map:
        tree.kind = Tree::Kind::kMap;
        return read_map(node, tree, depth);
      case YAML::NodeType::Null:
      case YAML::NodeType::Undefined:
        break;
    }
    return true;
  }

private:
  bool read_map(const YAML::Node& node, Tree& tree, int depth) {
    for (const auto& pair : node) {
      const SourceLocation where = place(pair.first.Mark());
      if (!pair.first.IsScalar()) {
        issues_.add(where, "", "a key must be a single word");
        return false;
      }
      const std::string& key = pair.first.Scalar();
      if (tree.find(key) != nullptr) {
        issues_.add(where, key, "this key stands twice in the same map; keep one");
        continue;
      }
      Tree value;
      if (!read(pair.second, value, depth + 1)) return false;
      tree.entries.push_back({key, where, std::move(value)});
    }
    return true;
  }

  [[nodiscard]] SourceLocation place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, mark.line + 1, mark.column + 1};
  }

  std::string file_;
  Issues& issues_;
  std::size_t values_ = 0;
};

void write(YAML::Emitter& out, const Tree& tree) {
  switch (tree.kind) {
    case Tree::Kind::kNull:
      out << YAML::Null;
      break;
    case Tree::Kind::kScalar:
      out << tree.scalar;
      break;
    case Tree::Kind::kList:
      out << YAML::BeginSeq;
      for (const Tree& item : tree.items) write(out, item);
      out << YAML::EndSeq;
      break;
    case Tree::Kind::kMap:
      out << YAML::BeginMap;
      for (const TreeEntry& entry : tree.entries) {
        out << YAML::Key << entry.key << YAML::Value;
        write(out, entry.value);
      }
      out << YAML::EndMap;
      break;
  }
}

}  // namespace

std::optional<Tree> parse_yaml(const std::string& text, const std::string& file, Issues& issues) {
  if (text.size() > kMaxText) {
    issues.add({file, 0, 0}, "", "is too large for a configuration");
    return std::nullopt;
  }
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(text);
  } catch (const YAML::Exception& error) {
    const bool placed = !error.mark.is_null();
    issues.add({file, placed ? error.mark.line + 1 : 0, placed ? error.mark.column + 1 : 0}, "",
               "is not YAML: " + error.msg);
    return std::nullopt;
  }
  Tree tree;
  tree.where = {file, 0, 0};
  tree.kind = Tree::Kind::kMap;
  if (documents.empty()) return tree;
  if (documents.size() > 1) {
    issues.add({file, 0, 0}, "", "has " + std::to_string(documents.size()) + " YAML documents; keep one");
    return std::nullopt;
  }
  const std::size_t before = issues.size();
  tree = {};
  if (!Reader(file, issues).read(documents.front(), tree, 0) || issues.size() != before) return std::nullopt;
  if (tree.kind == Tree::Kind::kNull) tree.kind = Tree::Kind::kMap;
  return tree;
}

std::string to_yaml(const Tree& tree) {
  YAML::Emitter out;
  write(out, tree);
  return std::string(out.c_str()) + "\n";
}

}  // namespace systole::app
