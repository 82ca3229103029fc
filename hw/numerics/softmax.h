// Softmax over the axis of a dense (outer, axis, inner) tensor.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace systole::numerics {

/// m = max, e_i = std::exp(x_i - m), sum ascending, y_i = e_i / sum: all float. in and out may be the same
/// buffer.
inline void softmax(std::span<const float> in, std::size_t outer, std::size_t axis, std::size_t inner,
                    std::span<float> out) {
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < inner; ++i) {
      const std::size_t base = o * axis * inner + i;
      float maximum = in[base];
      for (std::size_t a = 1; a < axis; ++a) {
        const float x = in[base + a * inner];
        if (maximum < x) maximum = x;
      }
      float sum = 0.0F;
      for (std::size_t a = 0; a < axis; ++a) {
        const float e = std::exp(in[base + a * inner] - maximum);
        out[base + a * inner] = e;
        sum += e;
      }
      for (std::size_t a = 0; a < axis; ++a) out[base + a * inner] /= sum;
    }
  }
}

}  // namespace systole::numerics
