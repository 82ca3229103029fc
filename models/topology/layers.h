// Layers without a network around them, as SCALE-Sim's topology files list them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace systole::topology {

/// Elements of one tensor and windows that the rest of the program can address.
inline constexpr std::int64_t kMaxElements = (std::int64_t{1} << 31) - 1;
inline constexpr std::int64_t kMaxWindow = 32767;
/// Multiply-accumulates of one layer: those of all layers can be counted in 64 bits.
inline constexpr std::int64_t kMaxMacs = std::int64_t{1} << 50;

/// A convolution whose feature map is padded already. The output is rounded up, as SCALE-Sim counts it:
/// ceil((ifmap - filter + stride) / stride); a window that hangs over the edge sees zeros there.
struct ConvLayer {
  std::string name;
  std::int64_t ifmap_height = 1;
  std::int64_t ifmap_width = 1;
  std::int64_t filter_height = 1;
  std::int64_t filter_width = 1;
  std::int64_t channels = 1;
  std::int64_t filters = 1;
  std::int64_t stride_height = 1;
  std::int64_t stride_width = 1;
};

/// activations[m, k] x weights[k, n].
struct GemmLayer {
  std::string name;
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
  double weight_density = 1;  ///< share of the weights that are not zero
};

using Layer = std::variant<ConvLayer, GemmLayer>;

/// Rows or columns of a convolution's output.
constexpr std::int64_t output_size(std::int64_t ifmap, std::int64_t filter, std::int64_t stride) {
  return (ifmap - filter + 2 * stride - 1) / stride;
}

/// What is wrong with a layer, and which of its sizes to change; "" if nothing is. All sizes are at least 1
/// and below 2^31.
std::string problem_of(const Layer& layer);

}  // namespace systole::topology
