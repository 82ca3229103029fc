// What does not go together in the keys of the matrix engine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "hw/config/soc_config.h"

namespace systole::app {

/// Takes the full path of a key, and what is wrong with it.
using Complain = std::function<void(const std::string& key, const std::string& message)>;

/// soc.matrix.count > 0.
void validate_matrix(const SocConfig& soc, const Complain& issue);

/// Cycles of a step of int16 products with sums of at least 32 bits; 0 if the array makes none. What
/// soc.engines.matrix.winograd needs.
std::uint32_t int16_passes(const MatrixConfig& matrix);

}  // namespace systole::app
