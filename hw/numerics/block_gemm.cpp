#include "hw/numerics/block_gemm.h"

#include <algorithm>
#include <vector>

#include "hw/base/assert.h"

namespace systole::numerics {

namespace {

/// The columns of one block that stand in B, and their elements that count, row by row.
struct Panel {
  std::size_t first_column = 0, columns = 0;
  std::size_t first_channel = 0;
  std::vector<float> b;
};

std::vector<Panel> panels_of(const FloatGemm& g, const Blocks& blocks) {
  std::vector<Panel> panels;
  for (std::size_t n = 0; n < g.n;) {
    const std::size_t block = (blocks.at + n) / blocks.columns;
    const std::size_t end = std::min(g.n, (block + 1) * blocks.columns - blocks.at);
    Panel panel{n, end - n, block * blocks.channels_each, {}};
    panel.b.reserve(g.k / blocks.channels * blocks.channels_each * panel.columns);
    for (std::size_t tap = 0; tap < g.k; tap += blocks.channels) {
      for (std::size_t c = 0; c < blocks.channels_each; ++c) {
        const float* row = g.b + (tap + panel.first_channel + c) * g.b_layout.ld + n;
        panel.b.insert(panel.b.end(), row, row + panel.columns);
      }
    }
    panels.push_back(std::move(panel));
    n = end;
  }
  return panels;
}

/// sums += the products of one row of A.
void add_products(const Panel& panel, const float* a, const FloatGemm& g, const Blocks& blocks, float* sums) {
  const float* b = panel.b.data();
  for (std::size_t tap = 0; tap < g.k; tap += blocks.channels) {
    for (std::size_t c = 0; c < blocks.channels_each; ++c, b += panel.columns) {
      const float left = a[tap + panel.first_channel + c];
      for (std::size_t n = 0; n < panel.columns; ++n) sums[n] += left * b[n];
    }
  }
}

}  // namespace

void gemm(const FloatGemm& g, const Blocks& blocks) {
  SYSTOLE_ASSERT(g.b != nullptr && g.b_layout.tile_cols == 0 && !g.b_layout.is_transposed, "B is row-major");
  SYSTOLE_ASSERT(blocks.channels > 0 && g.k % blocks.channels == 0, "whole rows of channels");
  const std::vector<Panel> panels = panels_of(g, blocks);
  for (std::size_t m = 0; m < g.m; ++m) {
    float* const row = g.c + m * g.ldc;
    if (!g.accumulate) std::fill_n(row, g.n, 0.0F);
    for (const Panel& panel : panels)
      add_products(panel, g.a + m * g.lda, g, blocks, row + panel.first_column);
  }
}

}  // namespace systole::numerics
