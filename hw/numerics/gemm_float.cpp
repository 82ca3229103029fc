// Float products in one order. Vectorised over columns, which leaves the order of every sum alone; cut into
// blocks over k, between which the sums wait in C, which does so too.
#include <algorithm>
#include <cstring>
#include <vector>

#include "hw/base/parallel.h"
#include "hw/numerics/gemm.h"
#include "hw/numerics/gemm_float_panel.h"
#include "hw/numerics/gemm_kernels.h"

namespace systole::numerics {

namespace {

using kernels::FloatKernel;
using kernels::PanelProduct;

// A block of B is kDepth rows deep: a panel of it (two registers wide) stays in the first-level cache, a
// block of kBlockPanels panels in the second, while all rows of A pass.
constexpr std::size_t kDepth = 256;
constexpr std::size_t kBlockPanels = 8;
// Rows of A that one task takes.
constexpr std::size_t kTaskRows = 128;
// From here on a B that does not lie in panels is copied into them.
constexpr std::size_t kPackRows = 8;
// Below this a thread costs more than it brings.
constexpr std::size_t kThreadedProducts = 1'000'000;

/// A piece of C that one task computes, whole over k.
struct Piece {
  std::size_t m0, m, n0, n;
};

/// B as every task sees it: column tiles are products of their own (see gemm()), so only three forms are
/// left.
class Columns {
public:
  Columns(const FloatGemm& g, const kernels::Tile& tile) : g_(g), tile_(tile) {}

  /// Where a panel may be read without a copy; null if it must be packed.
  [[nodiscard]] const float* in_place(std::size_t k0, std::size_t n0) const {
    return g_.b_source != nullptr || g_.b_layout.is_transposed ? nullptr
                                                               : g_.b + tile_.offset + k0 * tile_.ld + n0;
  }
  [[nodiscard]] std::size_t ld() const { return tile_.ld; }

  void pack(std::size_t k0, std::size_t rows, std::size_t n0, std::size_t columns, float* out,
            std::size_t width) const {
    if (columns < width) std::fill_n(out, rows * width, 0.0F);
    if (g_.b_source != nullptr) return g_.b_source->fill(k0, rows, n0, columns, out, width);
    if (g_.b_layout.is_transposed) return transpose(k0, rows, n0, columns, out, width);
    const float* b = in_place(k0, n0);
    for (std::size_t k = 0; k < rows; ++k) {
      std::memcpy(out + k * width, b + k * tile_.ld, columns * sizeof(float));
    }
  }

private:
  void transpose(std::size_t k0, std::size_t rows, std::size_t n0, std::size_t columns, float* out,
                 std::size_t width) const {
    constexpr std::size_t kBlock = 16;  // one cache line of every column at a time
    for (std::size_t first = 0; first < rows; first += kBlock) {
      const std::size_t last = std::min(first + kBlock, rows);
      for (std::size_t n = 0; n < columns; ++n) {
        const float* column = g_.b + (n0 + n) * g_.b_layout.ld + k0;
        for (std::size_t k = first; k < last; ++k) out[k * width + n] = column[k];
      }
    }
  }

  const FloatGemm& g_;
  const kernels::Tile& tile_;
};

/// One task: the blocks of B one after another, each through all of the piece's rows.
class Task {
public:
  Task(const FloatGemm& g, const kernels::Tile& tile, const FloatKernel& kernel, const Piece& piece)
      : g_(g), tile_(tile), columns_(g, tile), kernel_(kernel), piece_(piece) {}

  void run() {
    const std::size_t block = kBlockPanels * 2 * kernel_.lanes;
    for (std::size_t n0 = 0; n0 < piece_.n; n0 += block) {
      const std::size_t columns = std::min(block, piece_.n - n0);
      for (std::size_t k0 = 0; k0 < g_.k; k0 += kDepth) {
        multiply(k0, std::min(kDepth, g_.k - k0), piece_.n0 + n0, columns);
      }
    }
  }

private:
  void multiply(std::size_t k0, std::size_t depth, std::size_t n0, std::size_t columns) {
    for (std::size_t n = 0; n < columns;) {
      const std::size_t left = columns - n;
      const bool wide = left > kernel_.lanes;
      const std::size_t width = wide ? 2 * kernel_.lanes : kernel_.lanes;
      const std::size_t used = std::min(left, width);
      panel(k0, depth, n0 + n, used, width, wide);
      n += used;
    }
  }

  void panel(std::size_t k0, std::size_t depth, std::size_t n0, std::size_t used, std::size_t width,
             bool wide) {
    PanelProduct p{.m = piece_.m,
                   .k = depth,
                   .a = g_.a + piece_.m0 * g_.lda + k0,
                   .lda = g_.lda,
                   .b = columns_.in_place(k0, n0),
                   .ldb = columns_.ld(),
                   .c = g_.c + piece_.m0 * g_.ldc + tile_.n0 + n0,
                   .ldc = g_.ldc,
                   .accumulate = g_.accumulate || k0 > 0};
    const bool in_panels = p.b != nullptr && (p.ldb == width || piece_.m < kPackRows);
    if (used < width || !in_panels) {
      if (packed_.size() < depth * width) packed_.resize(kDepth * 2 * kernel_.lanes);
      columns_.pack(k0, depth, n0, used, packed_.data(), width);
      p.b = packed_.data();
      p.ldb = width;
    }
    const auto multiply = wide ? kernel_.wide : kernel_.narrow;
    if (used == width) return multiply(p);
    // The panel hangs over the edge of C: its sums are kept apart.
    edge_.resize(piece_.m * width);
    for (std::size_t m = 0; p.accumulate && m < piece_.m; ++m) {
      std::memcpy(edge_.data() + m * width, p.c + m * g_.ldc, used * sizeof(float));
    }
    float* const c = p.c;
    p.c = edge_.data();
    p.ldc = width;
    multiply(p);
    for (std::size_t m = 0; m < piece_.m; ++m) {
      std::memcpy(c + m * g_.ldc, edge_.data() + m * width, used * sizeof(float));
    }
  }

  const FloatGemm& g_;
  const kernels::Tile& tile_;
  const Columns columns_;
  const FloatKernel& kernel_;
  const Piece piece_;
  // Kept from task to task: small products are many.
  static thread_local std::vector<float> packed_;
  static thread_local std::vector<float> edge_;
};

thread_local std::vector<float> Task::packed_;
thread_local std::vector<float> Task::edge_;

void multiply_tile(const FloatGemm& g, const kernels::Tile& tile, const FloatKernel& kernel) {
  if (g.k == 0) {
    for (std::size_t m = 0; !g.accumulate && m < g.m; ++m)
      std::fill_n(g.c + m * g.ldc + tile.n0, tile.n, 0.0F);
    return;
  }
  if (g.threads <= 1 || g.m * tile.n * g.k < kThreadedProducts) {
    return Task(g, tile, kernel, {0, g.m, 0, tile.n}).run();
  }
  // Pieces of whole blocks of columns; narrower ones where there would be too few for the threads.
  std::size_t columns = kBlockPanels * 2 * kernel.lanes;
  const std::size_t row_pieces = (g.m + kTaskRows - 1) / kTaskRows;
  while (columns > 2 * kernel.lanes && row_pieces * ((tile.n + columns - 1) / columns) < 4 * g.threads) {
    columns /= 2;
  }
  const std::size_t column_pieces = (tile.n + columns - 1) / columns;
  parallel_for(row_pieces * column_pieces, g.threads, [&](std::size_t i) {
    const std::size_t m0 = (i % row_pieces) * kTaskRows;
    const std::size_t n0 = (i / row_pieces) * columns;
    Task(g, tile, kernel, {m0, std::min(kTaskRows, g.m - m0), n0, std::min(columns, tile.n - n0)}).run();
  });
}

}  // namespace

void gemm(const FloatGemm& g) {
  if (g.m == 0) return;
  const FloatKernel& kernel = kernels::float_kernel(kernels::isa());
  kernels::for_each_tile(g.b_layout, g.n, g.k,
                         [&](const kernels::Tile& tile) { multiply_tile(g, tile, kernel); });
}

}  // namespace systole::numerics
