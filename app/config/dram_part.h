// scenarios/dram/*.yaml: what a DRAM part delivers, derived from its data sheet's figures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config/search_path.h"
#include "app/config/tree.h"
#include "hw/base/units.h"

namespace systole::app {

/// Figures of one channel.
struct DramFigures {
  std::string source;
  BytesPerSecond bandwidth;  ///< data rate x bus width
  Picoseconds latency;       ///< of a read that opens its row: tRCD + read latency
};

/// Reads the part `name`; nullopt and issues if there is none, or its file is wrong. `where` and `key` name
/// who asked.
std::optional<DramFigures> read_dram_part(const std::string& name, const SourceLocation& where,
                                          const std::string& key, const SearchPath& search, Issues& issues);

}  // namespace systole::app
