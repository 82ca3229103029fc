// Float convolution of a whole feature map, in the order of sums that the project defines.
#pragma once

#include <array>
#include <cstddef>

namespace systole::numerics {

/// Y[n, m, oy, ox] = (sum over ky, kx, c, in this order, of W[m, c, ky, kx] X[n, g C/groups + c, y, x]) +
/// bias[m], y = oy stride[0] - pad[0] + ky dilation[0], x alike, X = 0 outside; m is in group g. Every
/// product is rounded before it is added, the sum starts at +0. All tensors are row-major, as ONNX's Conv has
/// them.
struct FloatConv {
  std::size_t batch = 1, groups = 1;
  std::size_t in_c = 0, in_h = 1, in_w = 1;
  std::size_t out_c = 0, out_h = 1, out_w = 1;
  std::array<std::size_t, 2> kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  std::array<std::size_t, 2> pad{0, 0};  ///< above and left; what is missing below and right is 0 too
  const float* x = nullptr;
  const float* w = nullptr;
  const float* bias = nullptr;  ///< may be null: nothing is added
  float* y = nullptr;
  unsigned threads = 1;
};
/// The same bits on every machine and with any number of threads.
void convolve(const FloatConv& conv);

}  // namespace systole::numerics
