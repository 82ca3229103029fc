#include "models/onnx/windows.h"

#include <algorithm>

#include "models/onnx/limits.h"

namespace systole::importer {
namespace {

// One dimension of a window.
struct Axis {
  std::int64_t input = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t output = 1;

  [[nodiscard]] std::int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

// ONNX's SAME_UPPER and SAME_LOWER: output = ceil(input / stride), the odd pad at the end or at the
// beginning.
void pad_same(Axis& axis, bool upper) {
  const std::int64_t output = (axis.input + axis.stride - 1) / axis.stride;
  const std::int64_t total =
      std::max<std::int64_t>((output - 1) * axis.stride + axis.extent() - axis.input, 0);
  axis.begin = upper ? total / 2 : total - total / 2;
  axis.end = total - axis.begin;
}

// Whether every window touches the input. Windows that start in the leading pad are few (at most pad / stride
// + 1); of the others the last one decides.
bool all_touch_input(const Axis& axis) {
  for (std::int64_t o = 0; o < axis.output && o * axis.stride < axis.begin; ++o) {
    const std::int64_t before = axis.begin - o * axis.stride;               // elements to skip
    const std::int64_t tap = (before + axis.dilation - 1) / axis.dilation;  // first one inside
    if (tap >= axis.kernel || tap * axis.dilation - before >= axis.input) return false;
  }
  return (axis.output - 1) * axis.stride - axis.begin < axis.input;
}

bool resolve_output(NodeView& node, Axis& axis, bool pool, bool ceil_mode) {
  if (axis.begin > kMaxPad || axis.end > kMaxPad) {
    node.fail("pads of more than " + std::to_string(kMaxPad) + " are not supported");
    return false;
  }
  const std::int64_t room = axis.input + axis.begin + axis.end - axis.extent();
  if (room < 0) {
    node.fail("the window (" + std::to_string(axis.extent()) + ") is larger than the padded input (" +
              std::to_string(axis.input + axis.begin + axis.end) + ")");
    return false;
  }
  axis.output = (room + (ceil_mode ? axis.stride - 1 : 0)) / axis.stride + 1;
  if (pool && !all_touch_input(axis)) {
    node.fail("a pooling window lies wholly in the padding; use smaller pads, or ceil_mode 0");
    return false;
  }
  return true;
}

}  // namespace

std::optional<std::array<std::int64_t, 2>> plane_of(NodeView& node, const ir::Tensor& tensor) {
  const ir::Shape& shape = tensor.shape;
  if (shape.size() == 3) return std::array<std::int64_t, 2>{1, shape[2]};
  if (shape.size() == 4) return std::array<std::int64_t, 2>{shape[2], shape[3]};
  node.fail("input '" + tensor.name + "' has shape " + to_text(shape) +
            "; supported are [N, C, W] and [N, C, H, W]");
  return std::nullopt;
}

std::optional<ResolvedWindow> resolve_window(NodeView& node, const ir::Tensor& input,
                                             const ir::Tensor* weights, bool pool) {
  const auto plane = plane_of(node, input);
  if (!plane) return std::nullopt;
  const std::size_t spatial = input.shape.size() - 2;

  std::vector<std::int64_t> kernel(spatial, 1);
  if (weights != nullptr) kernel.assign(weights->shape.begin() + 2, weights->shape.end());
  if (node.given("kernel_shape")) {
    const auto stated = node.integers("kernel_shape", spatial, 1, 1, kMaxWindow);
    if (weights != nullptr && stated != kernel) node.fail("kernel_shape disagrees with the weights' shape");
    kernel = stated;
  } else if (weights == nullptr) {
    node.fail("attribute 'kernel_shape' is missing");
  }
  if (std::any_of(kernel.begin(), kernel.end(), [](std::int64_t size) { return size > kMaxWindow; })) {
    node.fail("kernels of more than " + std::to_string(kMaxWindow) + " are not supported");
  }
  if (ir::elements_of(kernel) > kMaxElements) node.fail("the kernel has too many elements");
  const auto strides = node.integers("strides", spatial, 1, 1, kMaxWindow);
  const auto dilations = node.integers("dilations", spatial, 1, 1, kMaxWindow);
  const auto pads = node.integers("pads", 2 * spatial, 0, 0, kMaxPad);
  const std::string auto_pad = node.text("auto_pad", "NOTSET");
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  if (!same && auto_pad != "NOTSET" && auto_pad != "VALID") {
    node.fail("auto_pad '" + auto_pad + "' is unknown; use NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  }
  if (auto_pad != "NOTSET" &&
      std::any_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad > 0; })) {
    node.fail("auto_pad and pads exclude one another; give only one of them");
  }
  const bool ceil_mode = pool && node.flag("ceil_mode", false);
  if (!node.ok()) return std::nullopt;

  ResolvedWindow result;
  for (std::size_t s = 0; s < spatial; ++s) {
    const std::size_t d = s + 2 - spatial;  // a 1-D window is the W of a 2-D one
    Axis axis{(*plane)[d], kernel[s], strides[s], dilations[s], pads[s], pads[s + spatial], 1};
    if (same) pad_same(axis, auto_pad == "SAME_UPPER");
    if (!resolve_output(node, axis, pool, ceil_mode)) return std::nullopt;
    result.window.kernel[d] = axis.kernel;
    result.window.stride[d] = axis.stride;
    result.window.dilation[d] = axis.dilation;
    result.window.pad_begin[d] = axis.begin;
    result.window.pad_end[d] = axis.end;
    result.output[d] = axis.output;
  }
  return result;
}

ir::Shape windowed_shape(const ir::Tensor& input, std::int64_t channels,
                         const std::array<std::int64_t, 2>& output) {
  if (input.shape.size() == 3) return {input.shape[0], channels, output[1]};
  return {input.shape[0], channels, output[0], output[1]};
}

}  // namespace systole::importer
