// Products of integers of every width, with accumulators of a given width.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/base/dtype.h"
#include "hw/base/matrix_arithmetic.h"

namespace systole::numerics {

/// bits 1 to 64: `sum` as an accumulator of that width holds it.
constexpr std::int64_t hold(std::int64_t sum, unsigned bits, Overflow overflow) {
  if (bits >= 64) return sum;
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  if (overflow == Overflow::kSaturate) return sum < -half ? -half : sum > half - 1 ? half - 1 : sum;
  const auto raw = static_cast<std::uint64_t>(sum) << (64 - bits);
  return static_cast<std::int64_t>(raw) >> (64 - bits);
}

/// C[m, n] (+)= sum over k of (A[m, k] - a_zero) * (B[k, n] - b_zero[n]), k ascending; every addition leaves
/// what an accumulator of `bits` bits holds. Wrapping at the end is the same as wrapping all along.
template <typename Acc>
struct FormatGemm {
  std::size_t m = 0, n = 0, k = 0;
  const void* a = nullptr;      ///< row-major, lda elements from row to row
  DType a_type = DType::kInt8;  ///< int8, uint8 or int16 (then a_zero is 0)
  std::size_t lda = 0;
  std::int32_t a_zero = 0;
  const void* b = nullptr;      ///< row-major, ldb elements from row to row
  DType b_type = DType::kInt8;  ///< likewise
  std::size_t ldb = 0;
  std::int32_t b_zero = 0;             ///< of all columns, if b_zero_table is null
  const void* b_zero_table = nullptr;  ///< n elements of b_type: int8 or uint8
  Acc* c = nullptr;                    ///< row-major
  std::size_t ldc = 0;
  bool accumulate = false;
  unsigned bits = 32;  ///< at most those of Acc
  Overflow overflow = Overflow::kWrap;
};

void gemm(const FormatGemm<std::int32_t>& g);
void gemm(const FormatGemm<std::int64_t>& g);

}  // namespace systole::numerics
