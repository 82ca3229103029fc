// Winograd's F(2 x 2, 3 x 3) in integers: a 2 x 2 tile of a 3 x 3 convolution's results by 16 products
// instead of 36,
//
//   Y = A^T ( (G g G^T) .* (B^T d B) ) A,  d a 4 x 4 tile of the input, g the 3 x 3 kernel
//
//   B^T = 1  0 -1  0     G = 1    0    0      A^T = 1  1  1  0
//         0  1  1  0         1/2  1/2  1/2          0  1 -1 -1
//         0 -1  1  0         1/2 -1/2  1/2
//         0  1  0 -1         0    0    1
//
// 2 G is integer, so that U = (2 G) g (2 G)^T is, and the sum of products is exactly 4 Y. Source: A. Lavin
// and S. Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), section 4.1. Bounds:
// docs/winograd.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "hw/numerics/rounding.h"

namespace systole::numerics {

/// Row-major 4 x 4 places of a tile.
inline constexpr std::size_t kWinogradPlaces = 16;
using WinogradTile = std::array<std::int32_t, kWinogradPlaces>;

/// B^T d B. 32 additions.
WinogradTile winograd_input(const WinogradTile& d);
/// (2 G) g (2 G)^T of a row-major 3 x 3 kernel.
WinogradTile winograd_weights(const std::array<std::int32_t, 9>& g);
/// A^T m A, row-major 2 x 2, modulo 2^32. 24 additions.
std::array<std::int32_t, 4> winograd_output(const WinogradTile& m);

/// Extents of a command (sgb_vector): tiles of the input or the output side.
struct WinogradShape {
  std::int64_t in_h = 1, in_w = 1, channels = 1;
  std::int64_t out_h = 1, out_w = 1;
  std::int64_t pad_top = 0, pad_left = 0;
  std::int64_t plane = 1;  ///< elements from one plane to the next
};

/// Row `ty` of tiles, of all planes. in: in_h x in_w x channels; out: element 0 of plane 0.
template <Int8Like T>
void winograd_input_row(const WinogradShape& shape, std::int64_t ty, const T* in, std::int32_t zero,
                        std::int16_t* out);

/// What follows the sums: out = clip(requantize(Y / 4 + bias[c], scale[c], zero), low, high).
struct WinogradEpilogue {
  const std::int32_t* bias = nullptr;  ///< null: none
  const float* scale = nullptr;        ///< by channel
  std::int32_t zero = 0;
  std::int32_t low = 0, high = 0;
};

/// The results that stand in row `ty` of tiles. in: element 0 of plane 0; out: out_h x out_w x channels.
template <Int8Like T>
void winograd_output_row(const WinogradShape& shape, std::int64_t ty, const std::int32_t* in,
                         const WinogradEpilogue& epilogue, T* out);

}  // namespace systole::numerics
