// Products made of bits: by bit planes, and by counting equal bits. What arrays of such elements compute; the
// results are those of the plain products.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/base/number_format.h"

namespace systole::numerics {

/// C[m, n] (+)= sum over k of A[m, k] * B[k, n], modulo 2^64. Elements are int8, or int16 where the format
/// is; a binary A may have zeros, which stand for padding.
struct BitGemm {
  std::size_t m = 0, n = 0, k = 0;
  const void* a = nullptr;  ///< row-major, lda elements from row to row
  NumberFormat a_format = NumberFormat::kInt8;
  std::size_t lda = 0;
  const void* b = nullptr;  ///< row-major, ldb elements from row to row
  NumberFormat b_format = NumberFormat::kInt8;
  std::size_t ldb = 0;
  std::int64_t* c = nullptr;  ///< row-major
  std::size_t ldc = 0;
  bool accumulate = false;
};

/// a . b = sum over bits i of a, j of b:  w(i) * w(j) * popcount(a_i & b_j), where a_i is bit i of all
/// elements and w(i) = 2^i, but -2^i for the sign bit of a two's complement.
void gemm_bit_serial(const BitGemm& g);

/// Binary operands: a . b = 2 * popcount(valid & ~(a ^ b)) - popcount(valid), `valid` where A is not 0.
void gemm_xnor(const BitGemm& g);

}  // namespace systole::numerics
