// The array of a SoC as closed forms take it.
#pragma once

#include "hw/config/soc_config.h"
#include "hw/timing/systolic/array_shape.h"

namespace systole::app {

/// With operands of the array's own formats: what a bit-serial array takes for one product, what an XNOR
/// array takes of K at once.
timing::ArrayShape array_at_its_best(const MatrixConfig& matrix);

}  // namespace systole::app
