// The window gather: rows of the GEMM operand A from a channels-last tile.
#pragma once

#include <cstddef>
#include <cstring>

#include "hw/numerics/window.h"

namespace systole::numerics {

/// Writes rows p0 <= p < p1 of A to `out`, row-major, `lda` >= window.depth() elements from row to row:
///   A[p, k], p = oy * out_w + ox, k = (ky * kernel_w + kx) * channels + c.
/// Padding becomes `pad` (a_zero, or 0.0f). `base` is element (0, 0, 0) of the tile.
template <typename T>
void im2col(const Window& window, const std::byte* base, T pad, std::int64_t p0, std::int64_t p1, T* out,
            std::int64_t lda) {
  const auto channels = static_cast<std::size_t>(window.channels);
  const std::int64_t run = std::int64_t{window.kernel_w} * window.channels;  // elements of one kernel row
  // Neighbouring kernel columns are neighbours in memory: one copy takes a whole kernel row.
  const bool dense =
      window.dilation_w == 1 && window.pixel_stride == static_cast<std::int64_t>(channels * sizeof(T));
  for (std::int64_t p = p0; p < p1; ++p, out += lda) {
    const std::int64_t y0 = window.first_row(p / window.out_w);
    const std::int64_t x0 = window.first_column(p % window.out_w);
    const KernelRange valid = kernel_range(x0, window.kernel_w, window.dilation_w, 0, window.in_w);
    T* row = out;
    for (std::int64_t ky = 0; ky < window.kernel_h; ++ky, row += run) {
      const std::int64_t y = y0 + ky * window.dilation_h;
      if (y < 0 || y >= window.in_h || valid.size() == 0) {
        std::fill_n(row, run, pad);
        continue;
      }
      std::fill_n(row, valid.begin * window.channels, pad);
      std::fill_n(row + valid.end * window.channels, run - valid.end * window.channels, pad);
      const std::byte* source =
          base + y * window.row_stride + (x0 + valid.begin * window.dilation_w) * window.pixel_stride;
      T* target = row + valid.begin * window.channels;
      if (dense) {
        std::memcpy(target, source, static_cast<std::size_t>(valid.size()) * channels * sizeof(T));
      } else {
        for (std::int64_t kx = valid.begin; kx < valid.end; ++kx, target += window.channels) {
          std::memcpy(target, source, channels * sizeof(T));
          source += window.dilation_w * window.pixel_stride;
        }
      }
    }
  }
}

}  // namespace systole::numerics
