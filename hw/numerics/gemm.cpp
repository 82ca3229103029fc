// Integer products through oneDNN.
#include "hw/numerics/gemm.h"

#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <vector>

#include "hw/base/assert.h"
#include "hw/numerics/gemm_kernels.h"

// oneDNN runs on the OpenMP threads of its caller. Declared here: not every compiler that reads this has
// <omp.h>.
extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int count);
}

namespace systole::numerics {

namespace {

using kernels::Tile;

// A simulation is one thread, and many run side by side: a barrier between OpenMP threads, which spin, would
// cost far more than a second thread brings.
class OneThread {
public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

private:
  int before_;
};

// Below this, and for few rows, a call (its packing of B) costs more than the product by plain loops;
// measured by bench/numerics.
constexpr std::size_t kSmallProduct = 32768;
constexpr std::size_t kFewRows = 4;
// |255 * -128| * 2^16 just stays below 2^31: no sum of a call overflows, so that it does not matter what
// oneDNN would do on overflow. Longer sums are cut, and the parts added here, where they wrap.
constexpr std::size_t kLongestSum = 65536;

/// The plain product (no zero points) of m x k and k x n; b is signed.
struct Product {
  std::size_t m, n, k;
  const void* a;
  bool a_signed;
  std::size_t lda;
  const std::int8_t* b;
  std::size_t ldb;
  std::int32_t* c;
  std::size_t ldc;
};

bool multiply(const Product& p) {
  const OneThread guard;
  const auto m = static_cast<dnnl_dim_t>(p.m);
  const auto n = static_cast<dnnl_dim_t>(p.n);
  const auto k = static_cast<dnnl_dim_t>(p.k);
  const auto lda = static_cast<dnnl_dim_t>(p.lda);
  const auto ldb = static_cast<dnnl_dim_t>(p.ldb);
  const auto ldc = static_cast<dnnl_dim_t>(p.ldc);
  const std::int32_t no_offset = 0;
  const dnnl_status_t status =
      p.a_signed ? dnnl_gemm_s8s8s32('N', 'N', 'F', m, n, k, 1.0F, static_cast<const std::int8_t*>(p.a), lda,
                                     0, p.b, ldb, 0, 0.0F, p.c, ldc, &no_offset)
                 : dnnl_gemm_u8s8s32('N', 'N', 'F', m, n, k, 1.0F, static_cast<const std::uint8_t*>(p.a), lda,
                                     0, p.b, ldb, 0, 0.0F, p.c, ldc, &no_offset);
  return status == dnnl_success;
}

/// c += x, modulo 2^32.
void add(std::int32_t& c, std::uint32_t x) {
  c = static_cast<std::int32_t>(static_cast<std::uint32_t>(c) + x);
}

/// One column tile through oneDNN. The zero points come out of the product:
///   sum (A - az)(B - bz) = sum A B  -  az sum B  -  bz sum A  +  K az bz
class TileProduct {
public:
  TileProduct(const IntGemm& g, const Tile& tile)
      : g_(g),
        tile_(tile),
        a_signed_(kernels::is_signed(g.a_type)),
        b_signed_(kernels::is_signed(g.b_type)) {}

  /// False if oneDNN refused.
  bool run() {
    take_b();
    const bool in_place = !g_.accumulate && g_.k <= kLongestSum;
    if (!in_place) partial_.resize(g_.m * tile_.n);
    for (std::size_t k0 = 0; k0 < g_.k; k0 += kLongestSum) {
      Product p{.m = g_.m,
                .n = tile_.n,
                .k = std::min(kLongestSum, g_.k - k0),
                .a = static_cast<const std::uint8_t*>(g_.a) + k0,
                .a_signed = a_signed_,
                .lda = g_.lda,
                .b = b_ + k0 * ldb_,
                .ldb = ldb_,
                .c = in_place ? g_.c + tile_.n0 : partial_.data(),
                .ldc = in_place ? g_.ldc : tile_.n};
      if (!multiply(p)) return false;
      if (!in_place) add_partial(/*replace=*/k0 == 0 && !g_.accumulate);
    }
    correct();
    return true;
  }

private:
  /// oneDNN wants a signed B: an unsigned one is moved by 128, and its zero points with it.
  void take_b() {
    ldb_ = tile_.ld;
    b_ = static_cast<const std::int8_t*>(g_.b) + tile_.offset;
    if (b_signed_) return;
    moved_.resize(g_.k * tile_.n);
    const auto* b = static_cast<const std::uint8_t*>(g_.b) + tile_.offset;
    for (std::size_t k = 0; k < g_.k; ++k) {
      for (std::size_t j = 0; j < tile_.n; ++j) {
        moved_[k * tile_.n + j] = static_cast<std::int8_t>(b[k * tile_.ld + j] ^ 0x80U);
      }
    }
    b_ = moved_.data();
    ldb_ = tile_.n;
  }

  /// Of the B that oneDNN has seen.
  [[nodiscard]] std::uint32_t b_zero(std::size_t j) const {
    std::int32_t zero = g_.b_zero;
    if (g_.b_zero_table != nullptr) {
      zero = b_signed_ ? static_cast<const std::int8_t*>(g_.b_zero_table)[tile_.n0 + j]
                       : static_cast<const std::uint8_t*>(g_.b_zero_table)[tile_.n0 + j];
    }
    return static_cast<std::uint32_t>(zero) - (b_signed_ ? 0U : 128U);
  }

  void add_partial(bool replace) {
    for (std::size_t m = 0; m < g_.m; ++m) {
      std::int32_t* c = g_.c + m * g_.ldc + tile_.n0;
      const std::int32_t* part = partial_.data() + m * tile_.n;
      for (std::size_t j = 0; j < tile_.n; ++j) {
        if (replace) c[j] = 0;
        add(c[j], static_cast<std::uint32_t>(part[j]));
      }
    }
  }

  void correct() {
    const auto a_zero = static_cast<std::uint32_t>(g_.a_zero);
    std::vector<std::uint32_t> zeros(tile_.n);
    std::vector<std::uint32_t> per_column(tile_.n, 0);  // K az bz - az sum B
    bool b_has_zero = false;
    for (std::size_t j = 0; j < tile_.n; ++j) {
      zeros[j] = b_zero(j);
      b_has_zero = b_has_zero || zeros[j] != 0;
    }
    if (a_zero != 0) {
      for (std::size_t k = 0; k < g_.k; ++k) {
        for (std::size_t j = 0; j < tile_.n; ++j) {
          per_column[j] -= static_cast<std::uint32_t>(b_[k * ldb_ + j]);
        }
      }
      for (std::size_t j = 0; j < tile_.n; ++j) {
        per_column[j] = a_zero * (per_column[j] + static_cast<std::uint32_t>(g_.k) * zeros[j]);
      }
    } else if (!b_has_zero) {
      return;
    }
    for (std::size_t m = 0; m < g_.m; ++m) {
      const std::uint32_t row = b_has_zero ? row_sum(m) : 0;
      std::int32_t* c = g_.c + m * g_.ldc + tile_.n0;
      for (std::size_t j = 0; j < tile_.n; ++j) add(c[j], per_column[j] - zeros[j] * row);
    }
  }

  /// sum over k of A[m, k].
  [[nodiscard]] std::uint32_t row_sum(std::size_t m) const {
    std::uint32_t sum = 0;
    if (a_signed_) {
      const auto* a = static_cast<const std::int8_t*>(g_.a) + m * g_.lda;
      for (std::size_t k = 0; k < g_.k; ++k) sum += static_cast<std::uint32_t>(a[k]);
    } else {
      const auto* a = static_cast<const std::uint8_t*>(g_.a) + m * g_.lda;
      for (std::size_t k = 0; k < g_.k; ++k) sum += a[k];
    }
    return sum;
  }

  const IntGemm& g_;
  const Tile tile_;
  const bool a_signed_, b_signed_;
  const std::int8_t* b_ = nullptr;
  std::size_t ldb_ = 0;
  std::vector<std::int8_t> moved_;
  std::vector<std::int32_t> partial_;
};

/// Products that saturate where intermediate sums have 16 bits, and one of no particular form.
bool self_test() {
  constexpr std::size_t kM = 5, kN = 35, kK = 67;
  for (const DType a_type : {DType::kUInt8, DType::kInt8}) {
    for (int pattern = 0; pattern < 3; ++pattern) {
      std::vector<std::uint8_t> a(kM * kK), b(kK * kN);
      std::uint32_t state = 1;
      const auto random = [&] {
        return static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24);
      };
      for (auto& x : a) x = pattern == 2 ? random() : a_type == DType::kInt8 ? 0x7fU : 0xffU;
      for (auto& x : b) x = pattern == 2 ? random() : pattern == 1 ? 0x80U : 0x7fU;
      std::vector<std::int32_t> exact(kM * kN), c(kM * kN);
      IntGemm g{.m = kM,
                .n = kN,
                .k = kK,
                .a = a.data(),
                .a_type = a_type,
                .lda = kK,
                .b = b.data(),
                .b_layout = BLayout::row_major(kN),
                .c = exact.data(),
                .ldc = kN};
      gemm_portable(g);
      g.c = c.data();
      if (!TileProduct(g, {.n0 = 0, .n = kN, .offset = 0, .ld = kN}).run() || c != exact) return false;
    }
  }
  return true;
}

}  // namespace

bool onednn_is_exact() {
  static const bool exact = self_test();
  return exact;
}

void gemm(const IntGemm& g) {
  const bool small = g.m < kFewRows || g.m * g.n * g.k < kSmallProduct;
  if (small || !onednn_is_exact()) return gemm_portable(g);
  kernels::for_each_tile(g.b_layout, g.n, g.k, [&](const Tile& tile) {
    SYSTOLE_ASSERT(TileProduct(g, tile).run(), "oneDNN refused a product");
  });
}

}  // namespace systole::numerics
