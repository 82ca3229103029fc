// What no single key can be asked: values that must fit one another.
#pragma once

#include "app/config/scenario.h"

namespace systole::app {

void validate(const SocConfig& soc, const Provenance& provenance, Issues& issues);
void validate(const Scenario& scenario, const Provenance& provenance, Issues& issues);

/// Cycles of a step of int16 products with sums of at least 32 bits; 0 if the array makes none. What
/// soc.engines.matrix.winograd needs.
std::uint32_t int16_passes(const MatrixConfig& matrix);

}  // namespace systole::app
