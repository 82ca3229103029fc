// SCALE-Sim's topology files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw/base/issues.h"
#include "models/topology/layers.h"

namespace systole::topology {

/// Most layers of one file: each has a network input and output of its own.
inline constexpr std::size_t kMaxLayers = 1000;

/// The layers of a file in one of two forms, told apart by the first line:
///   Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
///   Layer, M, N, K,
/// A convolution may have two strides, of rows and of columns. Lines may end in a comma and in CR LF; blank
/// ones are passed over. On any problem: nullopt, and *all* bad rows as issues with line, column and the
/// column's name as the key. Safe on hostile text.
std::optional<std::vector<Layer>> read_csv(std::string_view text, const std::string& file, Issues& issues);

}  // namespace systole::topology
