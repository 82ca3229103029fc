// Products in the numbers of an array that has formats of its own (ir::ProductNumerics).
#pragma once

#include "models/reference/operands.h"

namespace systole::reference {

/// Conv, Gemm, MatMul and their quantised forms, for a node with `numerics`. Every operand is rounded to its
/// format (to nearest, ties to even; integers saturate; what is not negative is a binary 1). Integer sums are
/// what accumulators of that width hold after every addition, k in (ky, kx, c) order, the bias last; those
/// of floats are rounded to the operands' format after every addition if they have 16 bits, to binary32 if
/// they have 32.
void product_in_format(const Call& call);

}  // namespace systole::reference
