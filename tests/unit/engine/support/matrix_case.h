// A matrix command with its operands in a memory, and its result by the definition in hw/abi/descriptor.h.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "hw/abi/descriptor.h"
#include "tests/unit/engine/support/memory_shell.h"

namespace systole::engine::test {

inline std::vector<std::byte> random_bytes(std::mt19937& random, std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random() & 0xffU);
  return bytes;
}

inline std::int32_t byte_value(std::byte b, std::uint8_t type) {
  return type == SGB_TYPE_INT8 ? static_cast<std::int8_t>(b) : static_cast<std::int32_t>(b);
}

/// A dense convolution without padding, dilation or strides: out_h = in_h - kernel_h + 1, ...
inline sgb_descriptor convolution(std::uint32_t in_h, std::uint32_t in_w, std::uint32_t in_c, std::uint32_t n,
                                  std::uint16_t kernel, std::uint32_t cols) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_MATRIX;
  sgb_matrix& d = descriptor.u.matrix;
  d.in_h = in_h;
  d.in_w = in_w;
  d.in_c = in_c;
  d.out_h = in_h - kernel + 1;
  d.out_w = in_w - kernel + 1;
  d.n = n;
  d.kernel_h = d.kernel_w = kernel;
  d.stride_h = d.stride_w = d.dilation_h = d.dilation_w = 1;
  d.b_tile_cols = static_cast<std::uint16_t>(cols);
  d.a_type = d.b_type = SGB_TYPE_INT8;
  d.out_type = SGB_TYPE_INT32;
  d.clip_min = -128;
  d.clip_max = 127;
  d.a_pixel_stride = static_cast<std::int32_t>(in_c);
  d.a_row_stride = static_cast<std::int32_t>(in_c * in_w);
  d.out_pixel_stride = static_cast<std::int32_t>(n * 4);
  d.out_row_stride = static_cast<std::int32_t>(n * 4 * d.out_w);
  return descriptor;
}

/// M x K times K x N.
inline sgb_descriptor gemm(std::uint32_t m, std::uint32_t k, std::uint32_t n, std::uint32_t cols) {
  return convolution(1, m, k, n, 1, cols);
}

/// Index of B[k, n] in the packed layout.
inline std::size_t packed_index(const sgb_matrix& d, std::uint32_t depth, std::uint32_t k, std::uint32_t n) {
  const std::uint32_t cols = d.b_tile_cols;
  const std::uint32_t tile = n / cols;
  const std::uint32_t used = std::min(cols, d.n - tile * cols);
  return std::size_t{depth} * tile * cols + std::size_t{k} * used + n % cols;
}

/// Sum over (ky, kx, c) in order of term(y, x, c, k); y = -1 for padding.
template <typename Acc, typename Term>
Acc window_sum(const sgb_matrix& d, std::uint32_t p, Acc start, Term&& term) {
  Acc sum = start;
  std::uint32_t k = 0;
  for (std::int64_t ky = 0; ky < d.kernel_h; ++ky) {
    for (std::int64_t kx = 0; kx < d.kernel_w; ++kx) {
      for (std::uint32_t c = 0; c < d.in_c; ++c, ++k) {
        const std::int64_t y = std::int64_t{p / d.out_w} * d.stride_h - d.pad_top + ky * d.dilation_h;
        const std::int64_t x = std::int64_t{p % d.out_w} * d.stride_w - d.pad_left + kx * d.dilation_w;
        const bool inside = y >= 0 && y < d.in_h && x >= 0 && x < d.in_w;
        sum = term(sum, inside ? y : -1, x, c, k);
      }
    }
  }
  return sum;
}

}  // namespace systole::engine::test
