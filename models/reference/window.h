// Geometry of convolution and pooling, for [N, C, W] and [N, C, H, W]. Private to models/reference.
#pragma once

#include <array>
#include <cstdint>

#include "models/ir/op.h"
#include "models/ir/tensor.h"

namespace systole::reference {

/// Batch, channels, height, width; height is 1 for [N, C, W].
struct Planes {
  std::int64_t n = 1, c = 1, h = 1, w = 1;
};
inline Planes planes_of(const ir::Shape& shape) {
  return shape.size() == 3 ? Planes{shape[0], shape[1], 1, shape[2]}
                           : Planes{shape[0], shape[1], shape[2], shape[3]};
}

/// Where tap k of the window at output position o stands on input dimension d (0 = H, 1 = W). May be outside.
inline std::int64_t tap(const ir::Window& window, std::size_t d, std::int64_t o, std::int64_t k) {
  return o * window.stride[d] - window.pad_begin[d] + k * window.dilation[d];
}

}  // namespace systole::reference
