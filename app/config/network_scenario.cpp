#include "app/config/network_scenario.h"

#include <algorithm>
#include <filesystem>

#include "app/config/load.h"

namespace systole::app {
namespace {

/// As a YAML scalar in single quotes.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

}  // namespace

bool is_network(const std::string& path) {
  const auto extension = std::filesystem::path(path).extension();
  return extension == ".onnx" || extension == ".csv";
}

std::optional<Resolved> read_network_scenario(const std::string& path,
                                              const std::vector<std::string>& settings,
                                              const SearchPath& search, Issues& issues) {
  const bool has_soc = std::any_of(settings.begin(), settings.end(), [](const std::string& setting) {
    return setting.compare(0, 4, "soc=") == 0;
  });
  if (!has_soc) {
    issues.add({path, 0, 0}, "", "a network needs a SoC to run on; name one with --soc socs/edge16.yaml");
    return std::nullopt;
  }
  const auto network = search.find(path, {path, 0, 0}, "", issues);
  if (!network) return std::nullopt;
  const std::string file = std::filesystem::absolute(network->path).generic_string();
  const auto tree =
      load_scenario_text("workload: {network: " + quoted(file) + "}\n", path, settings, search, issues);
  return tree ? resolve(*tree, search, issues) : std::nullopt;
}

}  // namespace systole::app
