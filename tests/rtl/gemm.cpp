#include "tests/rtl/gemm.h"

namespace systole::rtl {

Gemm random_gemm(int m, int n, int k, std::minstd_rand& random) {
  Gemm gemm{m, n, k, {}, {}};
  const auto fill = [&](std::vector<Value>& values, std::size_t count) {
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<Value>(random() / 7 % 256U) - 128);
  };
  fill(gemm.a, Gemm::index(m, k, 0));
  fill(gemm.b, Gemm::index(k, n, 0));
  return gemm;
}

std::vector<Value> transposed(const std::vector<Value>& matrix, int rows, int cols) {
  std::vector<Value> result(matrix.size());
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < cols; ++c) result[Gemm::index(c, rows, r)] = matrix[Gemm::index(r, cols, c)];
  }
  return result;
}

Gemm exchanged(const Gemm& gemm) {
  return {gemm.n, gemm.m, gemm.k, transposed(gemm.b, gemm.k, gemm.n), transposed(gemm.a, gemm.m, gemm.k)};
}

std::vector<Value> product(const Gemm& gemm) {
  std::vector<Value> c(Gemm::index(gemm.m, gemm.n, 0));
  for (int m = 0; m < gemm.m; ++m) {
    for (int n = 0; n < gemm.n; ++n) {
      Value& sum = c[Gemm::index(m, gemm.n, n)];
      for (int k = 0; k < gemm.k; ++k) sum += gemm.left(m, k) * gemm.right(k, n);
    }
  }
  return c;
}

bool Stalls::next() {
  const auto draw = static_cast<std::uint32_t>(random_() / 11);
  switch (pattern_) {
    case Pattern::kNone:
      return false;
    case Pattern::kSparse:
      return draw % 8 == 0;
    case Pattern::kHeavy:
      return draw % 3 != 0;
  }
  return false;
}

}  // namespace systole::rtl
