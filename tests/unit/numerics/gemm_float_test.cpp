// The blocked float product against the definition: larger than every block, all forms of B, all
// instructions.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "hw/numerics/gemm.h"
#include "hw/numerics/gemm_float_panel.h"

namespace systole::numerics {
namespace {

std::vector<float> normal_values(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& x : values) x = normal(random);
  return values;
}

/// One sum after another, every product rounded first.
std::vector<float> ordered(std::size_t m, std::size_t n, std::size_t k, const std::vector<float>& a,
                           const std::vector<float>& b, std::vector<float> c) {
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t p = 0; p < k; ++p) {
      for (std::size_t j = 0; j < n; ++j) {
        const volatile float product = a[i * k + p] * b[p * n + j];
        c[i * n + j] += product;
      }
    }
  }
  return c;
}

std::vector<float> transpose(const std::vector<float>& b, std::size_t k, std::size_t n) {
  std::vector<float> t(b.size());
  for (std::size_t p = 0; p < k; ++p) {
    for (std::size_t j = 0; j < n; ++j) t[j * k + p] = b[p * n + j];
  }
  return t;
}

/// B[k, n] from a matrix, as an im2col would give it.
class Matrix : public BSource {
public:
  Matrix(const std::vector<float>& b, std::size_t n) : b_(b), n_(n) {}
  void fill(std::size_t k0, std::size_t rows, std::size_t n0, std::size_t columns, float* out,
            std::size_t ld) const override {
    for (std::size_t k = 0; k < rows; ++k) {
      std::memcpy(out + k * ld, b_.data() + (k0 + k) * n_ + n0, columns * sizeof(float));
    }
  }

private:
  const std::vector<float>& b_;
  std::size_t n_;
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(FloatGemm, BlocksThreadsAndFormsOfBChangeNothing) {
  for (const auto& [m, n, k] : {std::array<std::size_t, 3>{137, 300, 600}, {1, 531, 515}, {200, 49, 257}}) {
    const auto a = normal_values(m * k, 1);
    const auto b = normal_values(k * n, 2);
    const auto start = normal_values(m * n, 3);
    const auto b_transposed = transpose(b, k, n);
    const Matrix source(b, n);
    for (const bool accumulate : {false, true}) {
      const auto expected = ordered(m, n, k, a, b, accumulate ? start : std::vector<float>(m * n));
      for (const unsigned threads : {1U, 2U, 5U}) {
        for (const int form : {0, 1, 2}) {
          std::vector<float> c = start;
          FloatGemm g{.m = m,
                      .n = n,
                      .k = k,
                      .a = a.data(),
                      .lda = k,
                      .b = b.data(),
                      .b_layout = BLayout::row_major(n),
                      .c = c.data(),
                      .ldc = n,
                      .accumulate = accumulate,
                      .threads = threads};
          if (form == 1) {
            g.b = b_transposed.data();
            g.b_layout = BLayout::transposed(k);
          }
          if (form == 2) {
            g.b = nullptr;
            g.b_source = &source;
          }
          gemm(g);
          ASSERT_TRUE(same_bits(c, expected)) << m << " " << n << " " << k << " accumulate " << accumulate
                                              << " threads " << threads << " form " << form;
        }
      }
    }
  }
}

// A sum over nothing is +0, or what was there before.
TEST(FloatGemm, EmptySums) {
  std::vector<float> c{1.0F, 2.0F};
  FloatGemm g{.m = 1, .n = 2, .b_layout = BLayout::row_major(2), .c = c.data(), .ldc = 2, .accumulate = true};
  gemm(g);
  EXPECT_EQ(c, (std::vector<float>{1.0F, 2.0F}));
  g.accumulate = false;
  gemm(g);
  EXPECT_EQ(c, (std::vector<float>{0.0F, 0.0F}));
}

// Every set of instructions that this machine can run, against the widest one's results.
TEST(FloatPanel, AllInstructionsAgree) {
  using kernels::Isa;
  const std::size_t m = 15, k = 77;  // 8 + 4 + 2 + 1 rows
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (isa > kernels::isa()) continue;
    const kernels::FloatKernel& kernel = kernels::float_kernel(isa);
    for (const bool wide : {false, true}) {
      const std::size_t n = wide ? 2 * kernel.lanes : kernel.lanes;
      const auto a = normal_values(m * k, 4);
      const auto b = normal_values(k * n, 5);
      const auto start = normal_values(m * n, 6);
      for (const bool accumulate : {false, true}) {
        std::vector<float> c = start;
        (wide ? kernel.wide : kernel.narrow)({m, k, a.data(), k, b.data(), n, c.data(), n, accumulate});
        EXPECT_TRUE(same_bits(c, ordered(m, n, k, a, b, accumulate ? start : std::vector<float>(m * n))))
            << static_cast<int>(isa) << " wide " << wide << " accumulate " << accumulate;
      }
    }
  }
}

}  // namespace
}  // namespace systole::numerics
