// From the merged tree to the resolved scenario.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config/load.h"
#include "app/config/scenario.h"

namespace systole::app {

struct Resolved {
  Scenario scenario;
  Provenance provenance;  ///< of the keys that were written; also of maps
};

/// Reads every key, fills in defaults, finds the files, and checks ranges and what belongs together. All that
/// is wrong is reported at once; nullopt if anything is.
std::optional<Resolved> resolve(const Tree& tree, const SearchPath& search, Issues& issues);

/// A tree that holds a SoC but no workload (load_soc): the rest of the scenario is as by default.
std::optional<Scenario> resolve_soc(const Tree& tree, const SearchPath& search, Issues& issues);

/// load_scenario and resolve: what every command starts with.
std::optional<Resolved> read_scenario(const std::string& path, const std::vector<std::string>& settings,
                                      const SearchPath& search, Issues& issues);

/// The resolved scenario as YAML, every key written out; read again, it gives the same scenario.
std::string to_yaml(const Scenario& scenario);

}  // namespace systole::app
