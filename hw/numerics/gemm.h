// Matrix products: 8-bit integers into int32, and float with one defined order of summation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/base/dtype.h"

namespace systole::numerics {

/// Where B[k, n] lies.
struct BLayout {
  /// Row-major K x N: b[k * ld + n].
  static constexpr BLayout row_major(std::size_t ld) { return {.ld = ld, .tile_cols = 0}; }
  /// Packed column tiles as in sgb_matrix: tile t holds K rows of min(cols, N - t * cols) elements; tiles
  /// follow one another without gaps.
  static constexpr BLayout column_tiles(std::size_t cols) { return {.ld = 0, .tile_cols = cols}; }
  /// N x K, as a fully connected layer stores its weights: b[n * ld + k]. Float products only.
  static constexpr BLayout transposed(std::size_t ld) {
    return {.ld = ld, .tile_cols = 0, .is_transposed = true};
  }
  std::size_t ld = 0;
  std::size_t tile_cols = 0;  ///< 0: row-major
  bool is_transposed = false;
};

/// C[m, n] (+)= sum over k of (A[m, k] - a_zero) * (B[k, n] - b_zero[n]), exactly modulo 2^32.
struct IntGemm {
  std::size_t m = 0, n = 0, k = 0;
  const void* a = nullptr;      ///< row-major, lda elements from row to row
  DType a_type = DType::kInt8;  ///< kInt8 or kUInt8
  std::size_t lda = 0;
  std::int32_t a_zero = 0;
  const void* b = nullptr;
  DType b_type = DType::kInt8;  ///< kInt8 or kUInt8
  BLayout b_layout;
  std::int32_t b_zero = 0;             ///< of all columns, if b_zero_table is null
  const void* b_zero_table = nullptr;  ///< n elements of b_type
  std::int32_t* c = nullptr;           ///< row-major
  std::size_t ldc = 0;
  bool accumulate = false;  ///< add to what c holds, instead of replacing it
};
/// Through oneDNN where that is faster and the machine's instructions are exact (see onednn_is_exact).
void gemm(const IntGemm& g);
/// The same by portable loops. For tests and as the fallback.
void gemm_portable(const IntGemm& g);
/// Whether oneDNN's integer products are exact here: without VNNI instructions its kernels may saturate
/// intermediate sums at 16 bits. Found out once, by a product that would saturate.
bool onednn_is_exact();

/// A B that stands nowhere: whoever multiplies by it asks for pieces. Called by several threads at once.
class BSource {
public:
  BSource() = default;
  BSource(const BSource&) = delete;
  BSource& operator=(const BSource&) = delete;
  virtual ~BSource() = default;
  /// Writes rows k0 <= k < k0 + rows of columns n0 <= n < n0 + columns, `ld` floats from row to row.
  virtual void fill(std::size_t k0, std::size_t rows, std::size_t n0, std::size_t columns, float* out,
                    std::size_t ld) const = 0;
};

/// C[m, n] = ((start + A[m,0] B[0,n]) + A[m,1] B[1,n]) + ...: one float accumulator per output, k ascending,
/// each product rounded before it is added. start = 0, or C[m, n] if `accumulate`. The result depends neither
/// on the machine's instructions nor on the number of threads.
struct FloatGemm {
  std::size_t m = 0, n = 0, k = 0;
  const float* a = nullptr;  ///< row-major
  std::size_t lda = 0;
  const float* b = nullptr;
  BLayout b_layout;
  const BSource* b_source = nullptr;  ///< instead of b
  float* c = nullptr;                 ///< row-major
  std::size_t ldc = 0;
  bool accumulate = false;
  unsigned threads = 1;  ///< at most; small products take one
};
void gemm(const FloatGemm& g);

}  // namespace systole::numerics
