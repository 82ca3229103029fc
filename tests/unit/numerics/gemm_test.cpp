#include "hw/numerics/gemm.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace systole::numerics {
namespace {

/// B, row-major, in packed column tiles.
template <typename T>
std::vector<T> packed(const std::vector<T>& b, std::size_t k, std::size_t n, std::size_t cols) {
  std::vector<T> tiles;
  for (std::size_t n0 = 0; n0 < n; n0 += cols) {
    for (std::size_t p = 0; p < k; ++p) {
      for (std::size_t j = n0; j < std::min(n0 + cols, n); ++j) tiles.push_back(b[p * n + j]);
    }
  }
  return tiles;
}

struct IntCase {
  std::size_t m, n, k;
  bool zeros, zero_table, accumulate;
  std::size_t tile_cols;  // 0: row-major
};

template <typename A, typename B>
class IntProblem {
public:
  IntProblem(const IntCase& shape, std::uint32_t seed) : shape_(shape) {
    std::minstd_rand random(seed);
    const auto byte = [&] { return static_cast<std::uint8_t>(random() >> 8U); };
    a_.resize(shape.m * lda());
    b_.resize(shape.k * shape.n);
    b_zeros_.resize(shape.n);
    c_.resize(shape.m * ldc());
    for (auto& x : a_) x = static_cast<A>(byte());
    for (auto& x : b_) x = static_cast<B>(byte());
    for (auto& x : b_zeros_) x = static_cast<B>(byte());
    for (auto& x : c_) x = static_cast<std::int32_t>(random() * 3U);
    a_zero_ = shape.zeros ? static_cast<A>(byte()) : 0;
    b_zero_ = shape.zeros ? static_cast<B>(byte()) : 0;
    tiles_ = shape.tile_cols == 0 ? b_ : packed(b_, shape.k, shape.n, shape.tile_cols);
  }

  /// By the definition, in 64 bits.
  [[nodiscard]] std::vector<std::int32_t> expected() const {
    std::vector<std::int32_t> c = c_;
    for (std::size_t m = 0; m < shape_.m; ++m) {
      for (std::size_t n = 0; n < shape_.n; ++n) {
        std::int64_t sum = shape_.accumulate ? c[m * ldc() + n] : 0;
        const std::int64_t zero = shape_.zero_table ? b_zeros_[n] : b_zero_;
        for (std::size_t k = 0; k < shape_.k; ++k) {
          sum += (std::int64_t{a_[m * lda() + k]} - a_zero_) * (b_[k * shape_.n + n] - zero);
        }
        c[m * ldc() + n] = static_cast<std::int32_t>(sum);
      }
    }
    return c;
  }

  template <typename F>
  std::vector<std::int32_t> result(F&& function) const {
    std::vector<std::int32_t> c = c_;
    IntGemm g{.m = shape_.m,
              .n = shape_.n,
              .k = shape_.k,
              .a = a_.data(),
              .a_type = std::is_signed_v<A> ? DType::kInt8 : DType::kUInt8,
              .lda = lda(),
              .a_zero = a_zero_,
              .b = tiles_.data(),
              .b_type = std::is_signed_v<B> ? DType::kInt8 : DType::kUInt8,
              .b_layout = shape_.tile_cols == 0 ? BLayout::row_major(shape_.n)
                                                : BLayout::column_tiles(shape_.tile_cols),
              .b_zero = b_zero_,
              .b_zero_table = shape_.zero_table ? b_zeros_.data() : nullptr,
              .c = c.data(),
              .ldc = ldc(),
              .accumulate = shape_.accumulate};
    function(g);
    return c;
  }

private:
  // Rows of A and C are further apart than they are long: what lies between must stay untouched.
  [[nodiscard]] std::size_t lda() const { return shape_.k + 3; }
  [[nodiscard]] std::size_t ldc() const { return shape_.n + 2; }

  IntCase shape_;
  std::vector<A> a_;
  std::vector<B> b_, b_zeros_, tiles_;
  std::vector<std::int32_t> c_;
  std::int32_t a_zero_ = 0, b_zero_ = 0;
};

template <typename A, typename B>
void check(const IntCase& shape, std::uint32_t seed) {
  SCOPED_TRACE(::testing::Message() << shape.m << " x " << shape.k << " x " << shape.n << ", zeros "
                                    << shape.zeros << shape.zero_table << ", accumulate " << shape.accumulate
                                    << ", tiles " << shape.tile_cols << ", A signed "
                                    << std::is_signed_v<A> << ", B signed " << std::is_signed_v<B>);
  const IntProblem<A, B> problem(shape, seed);
  const auto expected = problem.expected();
  ASSERT_EQ(problem.result([](const IntGemm& g) { gemm(g); }), expected);
  ASSERT_EQ(problem.result([](const IntGemm& g) { gemm_portable(g); }), expected);
}

void check_all_signs(const IntCase& shape, std::uint32_t seed) {
  check<std::int8_t, std::int8_t>(shape, seed);
  check<std::int8_t, std::uint8_t>(shape, seed);
  check<std::uint8_t, std::int8_t>(shape, seed);
  check<std::uint8_t, std::uint8_t>(shape, seed);
}

// Below and above the size from which oneDNN is used; every combination of the options.
TEST(IntGemm, EqualsTheDefinition) {
  std::uint32_t seed = 1;
  for (const auto& [m, n, k] :
       {std::array<std::size_t, 3>{1, 1, 1}, {3, 5, 7}, {1, 40, 200}, {33, 17, 70}, {40, 30, 90}}) {
    for (unsigned options = 0; options < 8; ++options) {
      for (const std::size_t tile_cols : {0U, 4U, 16U, 64U}) {
        check_all_signs({m, n, k, (options & 1U) != 0, (options & 2U) != 0, (options & 4U) != 0, tile_cols},
                        seed++);
      }
    }
  }
}

// Longer than one exact call of oneDNN, and long enough that sums overflow: 140000 x 255 x 255 > 2^31.
TEST(IntGemm, LongSumsWrap) {
  check_all_signs({5, 3, 140000, true, false, false, 0}, 7);
  check_all_signs({5, 3, 140000, false, true, true, 2}, 8);
  const std::size_t m = 4, k = 140000;
  const std::vector<std::uint8_t> a(m * k, 255), b(k, 255);
  std::vector<std::int32_t> c(m);
  gemm(IntGemm{.m = m,
               .n = 1,
               .k = k,
               .a = a.data(),
               .a_type = DType::kUInt8,
               .lda = k,
               .b = b.data(),
               .b_type = DType::kUInt8,
               .b_layout = BLayout::row_major(1),
               .c = c.data(),
               .ldc = 1});
  EXPECT_EQ(c, std::vector<std::int32_t>(m, static_cast<std::int32_t>(140000LL * 255 * 255)));
}

// Pairs of products that leave 16 bits: what vpmaddubsw would saturate.
TEST(IntGemm, ExtremesDoNotSaturate) {
  const std::size_t k = 128, n = 32, m = 16;
  for (const std::int8_t weight : {std::int8_t{127}, std::int8_t{-128}}) {
    const std::vector<std::uint8_t> a(m * k, 255);
    const std::vector<std::int8_t> b(k * n, weight);
    std::vector<std::int32_t> c(m * n);
    gemm(IntGemm{.m = m,
                 .n = n,
                 .k = k,
                 .a = a.data(),
                 .a_type = DType::kUInt8,
                 .lda = k,
                 .b = b.data(),
                 .b_layout = BLayout::row_major(n),
                 .c = c.data(),
                 .ldc = n});
    EXPECT_EQ(c, std::vector<std::int32_t>(m * n, 128 * 255 * weight));
  }
}

// The definition once more, written as the order of roundings: ((0 + a0 b0) + a1 b1) + ...
std::vector<float> ordered(const FloatGemm& g, const std::vector<float>& b, const std::vector<float>& start) {
  std::vector<float> c = start;
  for (std::size_t m = 0; m < g.m; ++m) {
    for (std::size_t n = 0; n < g.n; ++n) {
      float sum = g.accumulate ? c[m * g.ldc + n] : 0.0F;
      for (std::size_t k = 0; k < g.k; ++k) {
        const volatile float product = g.a[m * g.lda + k] * b[k * g.n + n];
        const volatile float next = sum + product;
        sum = next;
      }
      c[m * g.ldc + n] = sum;
    }
  }
  return c;
}

TEST(FloatGemm, KeepsTheOrderOfSummation) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  for (const std::size_t m : {1U, 4U, 7U}) {
    for (const std::size_t n : {1U, 3U, 4U, 16U, 31U, 100U}) {
      for (const std::size_t k : {1U, 50U, 333U}) {
        for (const std::size_t tile_cols : {0U, 8U, 20U}) {
          for (const bool accumulate : {false, true}) {
            std::vector<float> a(m * (k + 1)), b(k * n), start(m * (n + 2));
            for (auto* v : {&a, &b, &start}) {
              for (float& x : *v) x = normal(random);
            }
            std::vector<float> c = start;
            const auto tiles = tile_cols == 0 ? b : packed(b, k, n, tile_cols);
            const FloatGemm g{
                .m = m,
                .n = n,
                .k = k,
                .a = a.data(),
                .lda = k + 1,
                .b = tiles.data(),
                .b_layout = tile_cols == 0 ? BLayout::row_major(n) : BLayout::column_tiles(tile_cols),
                .c = c.data(),
                .ldc = n + 2,
                .accumulate = accumulate};
            gemm(g);
            const auto expected = ordered(g, b, start);
            ASSERT_EQ(std::memcmp(c.data(), expected.data(), c.size() * sizeof(float)), 0)
                << m << " " << n << " " << k << " tiles " << tile_cols << " accumulate " << accumulate;
          }
        }
      }
    }
  }
}

// 2^24 + 1 + 1 rounds to 2^24 at each step; any other order gives 2^24 + 2. A fused product would give
// another result too: (1 + 2^-12)^2 - (1 + 2^-11) = 2^-24, which a rounded product loses.
TEST(FloatGemm, RoundsProductsAndSumsSeparately) {
  const std::vector<float> a{16777216.0F, 1.0F, 1.0F};
  const std::vector<float> b{1.0F, 1.0F, 1.0F};
  float c = 0;
  gemm(FloatGemm{.m = 1,
                 .n = 1,
                 .k = 3,
                 .a = a.data(),
                 .lda = 3,
                 .b = b.data(),
                 .b_layout = BLayout::row_major(1),
                 .c = &c,
                 .ldc = 1});
  EXPECT_EQ(c, 16777216.0F);
  const float x = 1.0F + 0.000244140625F;  // 2^-12
  const std::vector<float> a2{-1.0F, x};
  std::vector<float> b2(2 * 64, x), c2(64);
  std::fill_n(b2.begin(), 64, 1.0F + 0.00048828125F);  // 2^-11
  gemm(FloatGemm{.m = 1,
                 .n = 64,
                 .k = 2,
                 .a = a2.data(),
                 .lda = 2,
                 .b = b2.data(),
                 .b_layout = BLayout::row_major(64),
                 .c = c2.data(),
                 .ldc = 64});
  EXPECT_EQ(c2, std::vector<float>(64, 0.0F));
}

}  // namespace
}  // namespace systole::numerics
