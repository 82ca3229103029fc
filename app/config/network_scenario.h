// A network file in a scenario's place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config/resolve.h"

namespace systole::app {

/// Whether the file's name is that of a network: .onnx or .csv.
bool is_network(const std::string& path);

/// The scenario {workload: {network: PATH}} with the settings, which must name a SoC.
std::optional<Resolved> read_network_scenario(const std::string& path,
                                              const std::vector<std::string>& settings,
                                              const SearchPath& search, Issues& issues);

}  // namespace systole::app
