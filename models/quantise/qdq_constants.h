// Weights that a QDQ network has as floats, with their quantisation written behind them. Private to
// models/quantise.
#pragma once

#include "models/ir/graph.h"

namespace systole::quantise {

/// Every QuantizeLinear whose operands are all constant becomes the constant that it makes.
ir::Graph fold_quantised_constants(const ir::Graph& graph);

}  // namespace systole::quantise
