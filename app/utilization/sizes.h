// Ranges of array sizes on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/base/issues.h"

namespace systole::app {

/// Most rows or columns of an array, as of soc.engines.matrix.rows.
inline constexpr std::uint32_t kMaxArraySide = 4096;

/// "64", or "FIRST:LAST:STEP" with its end included if a step meets it: "16:256:16" is 16, 32, ... 256. On
/// any problem: nullopt and an issue at `option`, as in "--rows".
std::optional<std::vector<std::uint32_t>> parse_sizes(const std::string& text, const std::string& option,
                                                      Issues& issues);

}  // namespace systole::app
