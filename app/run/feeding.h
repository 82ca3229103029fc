// Which of a network's declared inputs the scenario's files feed.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/config/scenario.h"
#include "models/ir/tensor.h"

namespace systole::app {

struct Feeding {
  /// The declared inputs without a value, in the network's order: every inference has one file for each.
  std::vector<std::string> names;
  /// Those that must be constants of the network (target shapes, scales, bounds), with the first inference's
  /// value.
  std::map<std::string, ir::Tensor> constants;
};

/// nullopt unless the number of files is a multiple of the declared inputs, and the first inference's files
/// have the declared types and shapes: then the files feed what is left after weights have been made up.
std::optional<Feeding> feeding_of(const std::vector<FileRef>& files, std::span<const std::byte> model);

}  // namespace systole::app
