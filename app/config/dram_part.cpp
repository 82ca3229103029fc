#include "app/config/dram_part.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "app/config/quantity.h"
#include "app/config/read_keys.h"

namespace systole::app {
namespace fs = std::filesystem;
namespace {

// Names of the parts that there are, for "did you mean".
std::vector<std::string> part_names(const SearchPath& search) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(search.scenarios() / "dram", error)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

template <typename T>
T required(const Tree& map, const char* name, Parsed<T> (*parse)(std::string_view), Issues& issues) {
  const Tree* value = map.find(name);
  const std::string key(name);
  if (value == nullptr || value->kind != Tree::Kind::kScalar) {
    issues.add(value == nullptr ? map.where : value->where, key, "a part needs one value for this key");
    return T{};
  }
  const auto parsed = parse(value->scalar);
  if (!parsed.value) issues.add(value->where, key, parsed.error);
  return parsed.value.value_or(T{});
}

Parsed<std::string> parse_text(std::string_view text) {
  if (text.empty()) return {std::nullopt, "is empty"};
  return {std::string(text), ""};
}

}  // namespace

std::optional<DramFigures> read_dram_part(const std::string& name, const SourceLocation& where,
                                          const std::string& key, const SearchPath& search, Issues& issues) {
  const std::vector<std::string> names = part_names(search);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    const std::string near = closest_match(name, names);
    std::string message =
        "there is no part \"" + name + "\" in " + (search.scenarios() / "dram").generic_string();
    if (!near.empty()) message += "; did you mean " + near + "?";
    issues.add(where, key, message);
    return std::nullopt;
  }
  const fs::path path = search.scenarios() / "dram" / (name + ".yaml");
  const auto text = read_text(path, where, key, issues);
  const auto tree = text ? parse_yaml(*text, path.generic_string(), issues) : std::nullopt;
  if (!tree || !expect_map(*tree, "", issues)) return std::nullopt;

  const std::size_t before = issues.size();
  const std::vector<std::string> known{"source", "transfers_per_second", "width_bits", "trcd",
                                       "read_latency"};
  for (const TreeEntry& entry : tree->entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      report_unknown(entry, entry.key, known, issues);
    }
  }
  DramFigures figures;
  figures.source = required(*tree, "source", parse_text, issues);
  const std::uint64_t rate = required(*tree, "transfers_per_second", parse_integer, issues);
  const std::uint64_t bits = required(*tree, "width_bits", parse_integer, issues);
  figures.latency =
      required(*tree, "trcd", parse_time, issues) + required(*tree, "read_latency", parse_time, issues);
  if (issues.size() != before) return std::nullopt;
  if (bits == 0 || bits % 8 != 0 || bits > 1024 || rate == 0 || rate > 1'000'000'000'000 ||
      figures.latency.count() == 0) {
    issues.add(tree->where, "", "a part has a rate, a latency, and 8 to 1024 bits in whole bytes");
    return std::nullopt;
  }
  figures.bandwidth = BytesPerSecond(rate * (bits / 8));
  return figures;
}

}  // namespace systole::app
