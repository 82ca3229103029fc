// Pooling over channels-last windows. Output (oy, ox, c) lies at (oy * out_w + ox) * channels + c.
#pragma once

#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include "hw/numerics/rounding.h"
#include "hw/numerics/window.h"

namespace systole::numerics {

/// What a maximum starts from: padding never wins. A window without valid element gives this.
template <typename T>
constexpr T lowest() {
  if constexpr (std::is_floating_point_v<T>) {
    return -std::numeric_limits<T>::infinity();
  } else {
    return std::numeric_limits<T>::lowest();
  }
}

/// Calls body(y, x) for the positions of a window that are not padding, in (ky, kx) order.
template <typename F>
void for_each_valid(const Window& w, std::int64_t oy, std::int64_t ox, F&& body) {
  const KernelRange rows = kernel_range(w.first_row(oy), w.kernel_h, w.dilation_h, 0, w.in_h);
  const KernelRange columns = kernel_range(w.first_column(ox), w.kernel_w, w.dilation_w, 0, w.in_w);
  for (std::int64_t ky = rows.begin; ky < rows.end; ++ky) {
    for (std::int64_t kx = columns.begin; kx < columns.end; ++kx) {
      body(w.first_row(oy) + ky * w.dilation_h, w.first_column(ox) + kx * w.dilation_w);
    }
  }
}

/// Maximum; of floats, NaN wins. `base` is element (0, 0, 0) of the tile, T-aligned. out: out_h * out_w *
/// channels elements.
template <typename T>
void max_pool(const Window& w, const std::byte* base, std::span<T> out) {
  const auto channels = static_cast<std::size_t>(w.channels);
  for (std::int64_t p = 0; p < w.out_pixels(); ++p) {
    T* best = out.data() + static_cast<std::size_t>(p) * channels;
    std::fill_n(best, channels, lowest<T>());
    for_each_valid(w, p / w.out_w, p % w.out_w, [&](std::int64_t y, std::int64_t x) {
      const T* element = reinterpret_cast<const T*>(base + y * w.row_stride + x * w.pixel_stride);
      for (std::size_t c = 0; c < channels; ++c) {
        // A NaN in `best` stays, as nothing compares above it.
        if (best[c] < element[c] || is_nan(element[c])) best[c] = element[c];
      }
    });
  }
}

/// Average: float sum over the valid elements in (ky, kx) order, divided by float(count). The count is that
/// of the valid elements, or, with count_include_pad, that of the positions inside the input as extended by
/// the pads (pad_bottom, pad_right at the far sides).
struct AveragePads {
  bool count_include_pad = false;
  std::int32_t pad_bottom = 0, pad_right = 0;
};
inline void average_pool(const Window& w, const AveragePads& pads, const std::byte* base,
                         std::span<float> out) {
  const auto channels = static_cast<std::size_t>(w.channels);
  for (std::int64_t p = 0; p < w.out_pixels(); ++p) {
    const std::int64_t oy = p / w.out_w;
    const std::int64_t ox = p % w.out_w;
    float* sum = out.data() + static_cast<std::size_t>(p) * channels;
    std::fill_n(sum, channels, 0.0F);
    std::int64_t count = 0;
    for_each_valid(w, oy, ox, [&](std::int64_t y, std::int64_t x) {
      const float* element = reinterpret_cast<const float*>(base + y * w.row_stride + x * w.pixel_stride);
      for (std::size_t c = 0; c < channels; ++c) sum[c] += element[c];
      ++count;
    });
    if (pads.count_include_pad) {
      count = kernel_range(w.first_row(oy), w.kernel_h, w.dilation_h, -w.pad_top,
                           std::int64_t{w.in_h} + pads.pad_bottom)
                  .size() *
              kernel_range(w.first_column(ox), w.kernel_w, w.dilation_w, -w.pad_left,
                           std::int64_t{w.in_w} + pads.pad_right)
                  .size();
    }
    const auto divisor = static_cast<float>(count);
    for (std::size_t c = 0; c < channels; ++c) sum[c] /= divisor;
  }
}

}  // namespace systole::numerics
