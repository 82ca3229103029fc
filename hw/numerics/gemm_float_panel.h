// The inner product of the float GEMM: all rows of A with one panel of B. Not a public header.
#pragma once

#include <cstddef>

#include "hw/numerics/cpu.h"

namespace systole::numerics::kernels {

/// C[m, 0 .. width) (+)= A[m, 0 .. k) B[0 .. k, 0 .. width), in FloatGemm's order of sums.
struct PanelProduct {
  std::size_t m, k;
  const float* a;
  std::size_t lda;
  const float* b;
  std::size_t ldb;
  float* c;
  std::size_t ldc;
  bool accumulate;
};

/// The panel products for one set of instructions.
struct FloatKernel {
  std::size_t lanes;                      ///< floats of a register
  void (*narrow)(const PanelProduct& p);  ///< width = lanes
  void (*wide)(const PanelProduct& p);    ///< width = 2 * lanes
};

/// The one for these instructions.
const FloatKernel& float_kernel(Isa isa);

}  // namespace systole::numerics::kernels
