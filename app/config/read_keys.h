// One map of a configuration against its key table.
#pragma once

#include <string>
#include <vector>

#include "app/config/keys.h"
#include "app/config/scenario.h"
#include "app/config/search_path.h"
#include "app/config/tree.h"

namespace systole::app {

struct ReadContext {
  const SearchPath& search;
  Hertz soc_clock;         ///< for bandwidths per cycle
  Provenance& provenance;  ///< filled with the place of every key that is there
  Issues& issues;
};

/// Reads one value into the field; an issue if it does not fit.
void read_value(const Tree& tree, const std::string& key, const Field& field, const Range& range,
                ReadContext& context);

/// "unknown key" with the nearest key of `known` that could have been meant.
void report_unknown(const TreeEntry& entry, const std::string& path, const std::vector<std::string>& known,
                    Issues& issues);

/// An issue if the value is no map, or is empty where nothing was written.
bool expect_map(const Tree& tree, const std::string& key, Issues& issues);

}  // namespace systole::app
