// Pooling over channels-last windows. Output (oy, ox, c) lies at (oy * out_w + ox) * channels + c.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

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

/// The divisor of output (oy, ox).
inline std::int64_t average_count(const Window& w, const AveragePads& pads, std::int64_t oy,
                                  std::int64_t ox) {
  const bool all = pads.count_include_pad;
  return kernel_range(w.first_row(oy), w.kernel_h, w.dilation_h, all ? -w.pad_top : 0,
                      std::int64_t{w.in_h} + (all ? pads.pad_bottom : 0))
             .size() *
         kernel_range(w.first_column(ox), w.kernel_w, w.dilation_w, all ? -w.pad_left : 0,
                      std::int64_t{w.in_w} + (all ? pads.pad_right : 0))
             .size();
}

inline void average_pool(const Window& w, const AveragePads& pads, const std::byte* base,
                         std::span<float> out) {
  const auto channels = static_cast<std::size_t>(w.channels);
  for (std::int64_t p = 0; p < w.out_pixels(); ++p) {
    const std::int64_t oy = p / w.out_w;
    const std::int64_t ox = p % w.out_w;
    float* sum = out.data() + static_cast<std::size_t>(p) * channels;
    std::fill_n(sum, channels, 0.0F);
    for_each_valid(w, oy, ox, [&](std::int64_t y, std::int64_t x) {
      const float* element = reinterpret_cast<const float*>(base + y * w.row_stride + x * w.pixel_stride);
      for (std::size_t c = 0; c < channels; ++c) sum[c] += element[c];
    });
    const auto divisor = static_cast<float>(average_count(w, pads, oy, ox));
    for (std::size_t c = 0; c < channels; ++c) sum[c] /= divisor;
  }
}

struct QuantisedAverage {
  float in_scale = 1.0F;
  std::int32_t in_zero = 0;
  float out_scale = 1.0F;
  std::int32_t out_zero = 0;
  std::int32_t low = 0, high = 0;  ///< bounds of the result
};

/// Average of 8- or 16-bit elements: s = the int32 sum of (a - in_zero) over the valid elements,
/// saturate(round_half_even(float(s) * (in_scale / (out_scale * float(count)))) + out_zero), then clipped.
template <Quantised A, Quantised T>
void average_pool_quantised(const Window& w, const AveragePads& pads, const QuantisedAverage& q,
                            const std::byte* base, std::span<T> out) {
  const auto channels = static_cast<std::size_t>(w.channels);
  std::vector<std::uint32_t> sum(channels);  // wraps, as the hardware does
  for (std::int64_t p = 0; p < w.out_pixels(); ++p) {
    const std::int64_t oy = p / w.out_w;
    const std::int64_t ox = p % w.out_w;
    std::fill(sum.begin(), sum.end(), 0U);
    for_each_valid(w, oy, ox, [&](std::int64_t y, std::int64_t x) {
      const A* element = reinterpret_cast<const A*>(base + y * w.row_stride + x * w.pixel_stride);
      for (std::size_t c = 0; c < channels; ++c) sum[c] += static_cast<std::uint32_t>(element[c] - q.in_zero);
    });
    const auto count = static_cast<float>(average_count(w, pads, oy, ox));
    const float factor = q.in_scale / (q.out_scale * count);
    T* result = out.data() + static_cast<std::size_t>(p) * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      const auto total = static_cast<std::int32_t>(sum[c]);
      const T rounded = round_to<T>(static_cast<float>(total) * factor, q.out_zero);
      result[c] = saturate<T>(std::min(std::max<std::int32_t>(rounded, q.low), q.high));
    }
  }
}

}  // namespace systole::numerics
