// Matrix operations take over the addition behind them: the second summand becomes sgb_matrix's residual.
#pragma once

#include "models/mapper/hw_graph.h"

namespace systole::mapper {

/// Fuses every addition of two tensors of equal dims, one of which a matrix operation has just made for it
/// alone and without a clip. The matrix operation moves to the addition's place, where the other summand is
/// complete; the addition's row is marked as fused. Exact: the engine rounds as the two operations would.
void fuse_residuals(HwGraph& hw);

}  // namespace systole::mapper
