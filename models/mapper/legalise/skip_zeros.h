// Constant weights of which the array need not multiply all.
#pragma once

#include "models/mapper/capability.h"
#include "models/mapper/hw_graph.h"

namespace systole::mapper {

/// Looks at the constant weights of every product: which k have no weight in any column (a table of the
/// others then names what the commands take), and whether the others are n of m of every column (then places
/// without a weight are left out, if the array can skip them). Of the forms that hold the least rows of B the
/// simplest is taken. Weights that stand nowhere yet are made for this. Groups, blocks and batches of weights
/// stay whole.
void skip_zeros(HwGraph& hw, const Capability& capability);

}  // namespace systole::mapper
