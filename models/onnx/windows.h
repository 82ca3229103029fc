// Convolution and pooling windows from ONNX's attributes. Private to models/onnx.
#pragma once

#include <array>
#include <optional>

#include "models/ir/op.h"
#include "models/onnx/node_view.h"

namespace systole::importer {

/// A resolved window and the (H, W) that it makes of the input's; H = 1 for 1-D.
struct ResolvedWindow {
  ir::Window window;
  std::array<std::int64_t, 2> output{1, 1};
};

/// (H, W) of an [N, C, W] or [N, C, H, W] tensor; a failure and nullopt for other ranks.
std::optional<std::array<std::int64_t, 2>> plane_of(NodeView& node, const ir::Tensor& tensor);

/// From kernel_shape (or `weights`' shape), strides, dilations, pads, auto_pad. `pool`: ceil_mode counts, and
/// every window must hold at least one element of the input. nullopt after a failure.
std::optional<ResolvedWindow> resolve_window(NodeView& node, const ir::Tensor& input,
                                             const ir::Tensor* weights, bool pool);

/// [N, C, W] or [N, C, H, W], like `input`.
ir::Shape windowed_shape(const ir::Tensor& input, std::int64_t channels,
                         const std::array<std::int64_t, 2>& output);

}  // namespace systole::importer
