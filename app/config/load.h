// From files to one tree: `extends`, files that stand for maps (soc, technology), and --set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config/search_path.h"
#include "app/config/tree.h"

namespace systole::app {

/// The scenario at `path` (relative to the working directory, then to scenarios/) with everything that it
/// names merged in, and the settings ("soc.clock=1GHz") applied in order. nullopt and issues for what cannot
/// be read; keys and values are not looked at here.
std::optional<Tree> load_scenario(const std::string& path, const std::vector<std::string>& settings,
                                  const SearchPath& search, Issues& issues);

/// A tree {soc: ...} of the SoC file at `path`, with its `extends`.
std::optional<Tree> load_soc(const std::string& path, const std::vector<std::string>& settings,
                             const SearchPath& search, Issues& issues);

/// The same from text: `file` is the name that issues carry.
std::optional<Tree> load_scenario_text(const std::string& text, const std::string& file,
                                       const std::vector<std::string>& settings, const SearchPath& search,
                                       Issues& issues);

}  // namespace systole::app
