// Grouped convolutions with several groups to a command.
#pragma once

#include "models/mapper/capability.h"
#include "models/mapper/hw_graph.h"

namespace systole::mapper {

/// Joins the groups of a convolution with constant weights into as many block-diagonal products as
/// takes the fewest cycles: on the array, and to load the gaps between the blocks. A group of few channels
/// leaves most of the array idle; neighbours in the same command use it. Floats stay apart: 0 times an
/// infinity of a neighbour's would not be 0.
void join_groups(MatrixOp& op, const Capability& capability);

}  // namespace systole::mapper
