// A small integer product, and what a clocked array did with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/rtl/values.h"

namespace systole::rtl {

/// C = A x B, row-major: a is m x k, b is k x n.
struct Gemm {
  int m = 1;
  int n = 1;
  int k = 1;
  std::vector<Value> a;
  std::vector<Value> b;

  [[nodiscard]] Value left(int row, int inner) const { return a[index(row, k, inner)]; }
  [[nodiscard]] Value right(int inner, int col) const { return b[index(inner, n, col)]; }
  static std::size_t index(int row, int width, int col) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(col);
  }
};

/// Operands are random bytes, -128 and 127 included.
Gemm random_gemm(int m, int n, int k, std::minstd_rand& random);
/// The product with M and N exchanged: B^T x A^T = C^T.
Gemm exchanged(const Gemm& gemm);
/// By three plain loops; m x n.
std::vector<Value> product(const Gemm& gemm);
std::vector<Value> transposed(const std::vector<Value>& matrix, int rows, int cols);

/// In which cycles the enable is low.
class Stalls {
public:
  enum class Pattern { kNone, kSparse, kHeavy };
  Stalls(Pattern pattern, std::uint32_t seed) : pattern_(pattern), random_(seed + 1) {}
  /// Sparse: one cycle in eight stands still; heavy: two in three, in longer runs too.
  bool next();

private:
  Pattern pattern_;
  std::minstd_rand random_;
};

/// What happened, in cycles since the reset.
struct Trace {
  std::vector<Value> c;              ///< m x n
  std::vector<bool> enabled;         ///< per cycle
  std::vector<std::uint64_t> start;  ///< per fold: the cycle in which its first operands enter element (0, 0)
  std::vector<std::uint64_t>
      end;  ///< per fold: the cycle after the one at whose end its last useful sum left
  /// Per fold: the cycle at whose end each sum left, unused columns and rows included where they leave before
  /// the run's end (kNever otherwise). Weight stationary: streamed row x cols; output stationary: rows x
  /// cols.
  std::vector<std::vector<std::uint64_t>> left;
  std::uint64_t cycles = 0;  ///< the last `end`

  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  bool operator==(const Trace&) const = default;
};

}  // namespace systole::rtl
