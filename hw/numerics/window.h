// The sliding window of convolutions and poolings over a channels-last tile, as descriptor.h defines it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "hw/abi/descriptor.h"

namespace systole::numerics {

/// Element (y, x, c) lies at base + y * row_stride + x * pixel_stride + c * sizeof(element). Output pixel
/// (oy, ox) sees rows oy * stride_h - pad_top + ky * dilation_h, columns likewise; outside in_h x in_w is
/// padding.
struct Window {
  std::int32_t in_h = 1, in_w = 1, channels = 1;
  std::int32_t out_h = 1, out_w = 1;
  std::int32_t kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  std::int32_t pad_top = 0, pad_left = 0;
  std::int64_t row_stride = 0, pixel_stride = 0;  ///< bytes

  [[nodiscard]] std::int64_t out_pixels() const { return std::int64_t{out_h} * out_w; }
  [[nodiscard]] std::int64_t kernel_size() const { return std::int64_t{kernel_h} * kernel_w; }
  /// K of the convolution as a GEMM.
  [[nodiscard]] std::int64_t depth() const { return kernel_size() * channels; }
  [[nodiscard]] std::int64_t first_row(std::int64_t oy) const { return oy * stride_h - pad_top; }
  [[nodiscard]] std::int64_t first_column(std::int64_t ox) const { return ox * stride_w - pad_left; }
};

/// Kernel positions 0 <= i < kernel for which  start + i * dilation  lies in [low, high): a range [begin,
/// end).
struct KernelRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  [[nodiscard]] std::int64_t size() const { return std::max<std::int64_t>(end - begin, 0); }
};
inline KernelRange kernel_range(std::int64_t start, std::int64_t kernel, std::int64_t dilation,
                                std::int64_t low, std::int64_t high) {
  const auto first_at_least = [&](std::int64_t bound) {
    return start >= bound ? std::int64_t{0} : (bound - start + dilation - 1) / dilation;
  };
  return {std::min(first_at_least(low), kernel), std::min(first_at_least(high), kernel)};
}

/// The fields are the guest's: the caller has checked that they make sense (strides, kernel, dilation >= 1).
inline Window window_of(const sgb_matrix& m) {
  return {.in_h = static_cast<std::int32_t>(m.in_h),
          .in_w = static_cast<std::int32_t>(m.in_w),
          .channels = static_cast<std::int32_t>(m.in_c),
          .out_h = static_cast<std::int32_t>(m.out_h),
          .out_w = static_cast<std::int32_t>(m.out_w),
          .kernel_h = m.kernel_h,
          .kernel_w = m.kernel_w,
          .stride_h = m.stride_h,
          .stride_w = m.stride_w,
          .dilation_h = m.dilation_h,
          .dilation_w = m.dilation_w,
          .pad_top = m.pad_top,
          .pad_left = m.pad_left,
          .row_stride = m.a_row_stride,
          .pixel_stride = m.a_pixel_stride};
}

/// Pooling descriptors (sgb_vector, sgb_sort): the tile is dense.
template <typename Pool>
Window pool_window_of(const Pool& p, std::size_t element_bytes) {
  const auto pixel = static_cast<std::int64_t>(p.channels) * static_cast<std::int64_t>(element_bytes);
  return {.in_h = static_cast<std::int32_t>(p.in_h),
          .in_w = static_cast<std::int32_t>(p.in_w),
          .channels = static_cast<std::int32_t>(p.channels),
          .out_h = static_cast<std::int32_t>(p.out_h),
          .out_w = static_cast<std::int32_t>(p.out_w),
          .kernel_h = p.kernel_h,
          .kernel_w = p.kernel_w,
          .stride_h = p.stride_h,
          .stride_w = p.stride_w,
          .dilation_h = p.dilation_h,
          .dilation_w = p.dilation_w,
          .pad_top = p.pad_top,
          .pad_left = p.pad_left,
          .row_stride = pixel * static_cast<std::int64_t>(p.in_w),
          .pixel_stride = pixel};
}

}  // namespace systole::numerics
