#include "app/config/load.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "app/config/keys.h"

namespace systole::app {
namespace {

/// Keys of a scenario whose value may be a file that holds a map.
constexpr std::array<std::string_view, 2> kFileMaps{"soc", "technology"};
constexpr std::size_t kMaxExtends = 16;

// What the new key puts aside in the map below it.
void drop_alternatives(Tree& base, const std::string& path) {
  for (const Alternative& alternative : alternatives()) {
    if (alternative.path != path) continue;
    for (const std::string_view dropped : alternative.dropped) base.erase(dropped);
  }
}

// `over` wins; maps merge key by key.
void merge(Tree& base, Tree over, const std::string& path) {
  if (base.kind != Tree::Kind::kMap || over.kind != Tree::Kind::kMap || over.whole) {
    base = std::move(over);
    return;
  }
  for (TreeEntry& entry : over.entries) {
    const std::string child = path.empty() ? entry.key : path + "." + entry.key;
    drop_alternatives(base, child);
    if (Tree* below = base.find(entry.key)) {
      merge(*below, std::move(entry.value), child);
    } else {
      base.entries.push_back(std::move(entry));
    }
  }
  base.where = over.where;
}

class Loader {
public:
  Loader(const SearchPath& search, Issues& issues) : search_(search), issues_(issues) {}

  // `map` is what the file stands for: "" for a scenario, else the key of the map ("soc").
  std::optional<Tree> file(const std::string& name, const SourceLocation& named_in, const std::string& key,
                           const std::string& map) {
    const auto found = search_.find(name, named_in, key, issues_);
    if (!found) return std::nullopt;
    if (std::find(open_.begin(), open_.end(), found->shown) != open_.end() || open_.size() >= kMaxExtends) {
      issues_.add(named_in, key, "\"" + name + "\" extends itself");
      return std::nullopt;
    }
    const auto text = read_text(found->path, named_in, key, issues_);
    if (!text) return std::nullopt;
    open_.push_back(found->shown);
    auto tree = this->text(*text, found->path.generic_string(), map);
    open_.pop_back();
    return tree;
  }

  // A file's map with its `extends` merged in.
  std::optional<Tree> text(const std::string& text, const std::string& file, const std::string& map) {
    auto tree = parse_yaml(text, file, issues_);
    if (!tree) return std::nullopt;
    if (tree->kind != Tree::Kind::kMap) {
      issues_.add(tree->where, "", "is " + std::string(describe(tree->kind)) + "; a map of keys is expected");
      return std::nullopt;
    }
    return extend(std::move(*tree), map) ? std::optional(std::move(*extended_)) : std::nullopt;
  }

  // Makes maps of the values of a scenario that may be files.
  bool file_maps(Tree& scenario) {
    bool good = true;
    for (const std::string_view key : kFileMaps) {
      Tree* value = scenario.find(key);
      if (value != nullptr) good = file_map(*value, std::string(key)) && good;
    }
    return good;
  }

  bool set(Tree& scenario, const std::string& setting);

private:
  bool file_map(Tree& value, const std::string& key) {
    if (value.kind == Tree::Kind::kScalar) {
      auto tree = file(value.scalar, value.where, key, key);
      if (!tree) return false;
      value = std::move(*tree);
      value.whole = true;
      return true;
    }
    if (value.kind != Tree::Kind::kMap || value.find("extends") == nullptr) return true;
    if (!extend(std::move(value), key)) return false;
    value = std::move(*extended_);
    value.whole = true;
    return true;
  }

  // Leaves `tree` over what it extends in extended_.
  bool extend(Tree tree, const std::string& key) {
    const std::string child = key.empty() ? "extends" : key + ".extends";
    const Tree* base_name = tree.find("extends");
    bool good = true;
    std::optional<Tree> base;
    if (base_name != nullptr) {
      if (base_name->kind != Tree::Kind::kScalar) {
        issues_.add(base_name->where, child,
                    "is " + std::string(describe(base_name->kind)) + "; name one file");
        good = false;
      } else {
        base = file(base_name->scalar, base_name->where, child, key);
        good = base.has_value();
      }
      tree.erase("extends");
    }
    // Only scenarios have files for maps; a SoC's or a technology's own map has no such keys.
    if (key.empty()) good = file_maps(tree) && good;
    if (!good) return false;
    if (base) {
      merge(*base, std::move(tree), key);
      extended_ = std::move(base);
    } else {
      extended_ = std::move(tree);
    }
    return true;
  }

  const SearchPath& search_;
  Issues& issues_;
  std::vector<std::string> open_;  ///< files whose `extends` are being followed
  std::optional<Tree> extended_;
};

// "a.b[0].c" and "a.b.0.c" are the same path.
std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments{""};
  for (const char c : path) {
    if (c == '.' || c == '[') {
      segments.emplace_back();
    } else if (c != ']') {
      segments.back() += c;
    }
  }
  return segments;
}

bool Loader::set(Tree& scenario, const std::string& setting) {
  const SourceLocation where{"--set " + setting, 0, 0};
  const auto equals = setting.find('=');
  const std::string key = setting.substr(0, equals);
  const std::vector<std::string> segments = segments_of(key);
  const bool empty = std::any_of(segments.begin(), segments.end(), [](const auto& s) { return s.empty(); });
  if (equals == std::string::npos || empty) {
    issues_.add(where, "", "a setting is written KEY=VALUE with a dotted key, as in soc.clock=1GHz");
    return false;
  }
  // The value may be any YAML: {size: 1MiB}, [a.pb, b.pb].
  auto parsed = parse_yaml("value: " + setting.substr(equals + 1), where.file, issues_);
  Tree* value = parsed ? parsed->find("value") : nullptr;
  if (value == nullptr) return false;
  // A place in the setting would only confuse; and what has no line is looked for in the working directory.
  const auto strip = [&](const auto& self, Tree& tree) -> void {
    tree.where = where;
    for (Tree& item : tree.items) self(self, item);
    for (TreeEntry& entry : tree.entries) {
      entry.where = where;
      self(self, entry.value);
    }
  };
  strip(strip, *value);
  if (segments.size() == 1 && std::find(kFileMaps.begin(), kFileMaps.end(), key) != kFileMaps.end() &&
      !file_map(*value, key)) {
    return false;
  }

  Tree* at = &scenario;
  std::string path;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& segment = segments[i];
    if (at->kind == Tree::Kind::kList) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), index);
      if (error != std::errc() || end != segment.data() + segment.size() || index >= at->items.size()) {
        issues_.add(where, path,
                    "has " + std::to_string(at->items.size()) + " entries, numbered from 0; there is no \"" +
                        segment + "\"");
        return false;
      }
      at = &at->items[index];
    } else {
      if (at->kind != Tree::Kind::kMap) *at = Tree{Tree::Kind::kMap, where, {}, {}, {}, false};
      path += (path.empty() ? "" : ".") + segment;
      drop_alternatives(*at, path);
      Tree* child = at->find(segment);
      if (child == nullptr) child = &at->entries.emplace_back(TreeEntry{segment, where, {}}).value;
      at = child;
    }
  }
  if (at->kind == Tree::Kind::kNull) {
    *at = std::move(*value);
  } else {
    merge(*at, std::move(*value), path);
  }
  return true;
}

std::optional<Tree> with_settings(Loader& loader, std::optional<Tree> tree,
                                  const std::vector<std::string>& settings) {
  if (!tree) return std::nullopt;
  bool good = true;
  for (const std::string& setting : settings) good = loader.set(*tree, setting) && good;
  return good ? std::move(tree) : std::nullopt;
}

}  // namespace

std::optional<Tree> load_scenario(const std::string& path, const std::vector<std::string>& settings,
                                  const SearchPath& search, Issues& issues) {
  Loader loader(search, issues);
  return with_settings(loader, loader.file(path, {path, 0, 0}, "", ""), settings);
}

std::optional<Tree> load_soc(const std::string& path, const std::vector<std::string>& settings,
                             const SearchPath& search, Issues& issues) {
  Loader loader(search, issues);
  Tree scenario;
  scenario.kind = Tree::Kind::kMap;
  scenario.entries.push_back({"soc", {path, 0, 0}, scalar_tree(path)});
  scenario.entries.back().value.where = {path, 0, 0};
  if (!loader.file_maps(scenario)) return std::nullopt;
  return with_settings(loader, std::move(scenario), settings);
}

std::optional<Tree> load_scenario_text(const std::string& text, const std::string& file,
                                       const std::vector<std::string>& settings, const SearchPath& search,
                                       Issues& issues) {
  Loader loader(search, issues);
  return with_settings(loader, loader.text(text, file, ""), settings);
}

}  // namespace systole::app
