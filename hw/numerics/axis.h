// Operations over the axis of a dense (outer, axis, inner) tensor, beside softmax and sorting.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace systole::numerics {

struct LrnParams {
  std::size_t size = 1;  ///< window over the axis
  float alpha = 0.0001F;
  float beta = 0.75F;
  float bias = 1.0F;
};

/// Local response normalisation: out[c] = in[c] / pow(bias + (alpha / float(size)) * s, beta), s = the sum of
/// in[k] * in[k], k ascending over max(0, c - (size - 1) / 2) ... min(axis - 1, c + size / 2). All float. in
/// and out are different buffers.
inline void lrn(std::span<const float> in, std::size_t outer, std::size_t axis, std::size_t inner,
                const LrnParams& params, std::span<float> out) {
  const float factor = params.alpha / static_cast<float>(params.size);
  const std::size_t below = (params.size - 1) / 2;
  const std::size_t above = params.size / 2;
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < inner; ++i) {
      const std::size_t base = o * axis * inner + i;
      for (std::size_t c = 0; c < axis; ++c) {
        const std::size_t first = c < below ? 0 : c - below;
        const std::size_t last = std::min(axis - 1, c + above);
        float sum = 0.0F;
        for (std::size_t k = first; k <= last; ++k) sum += in[base + k * inner] * in[base + k * inner];
        out[base + c * inner] = in[base + c * inner] / std::pow(params.bias + factor * sum, params.beta);
      }
    }
  }
}

/// out (outer, inner) = the ascending float sum over the axis, from +0, divided by float(axis).
inline void reduce_mean(std::span<const float> in, std::size_t outer, std::size_t axis, std::size_t inner,
                        std::span<float> out) {
  const auto count = static_cast<float>(axis);
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < inner; ++i) {
      float sum = 0.0F;
      for (std::size_t a = 0; a < axis; ++a) sum += in[(o * axis + a) * inner + i];
      out[o * inner + i] = sum / count;
    }
  }
}

}  // namespace systole::numerics
