// BatchNormalization and LRN.
#include <cmath>

#include "models/onnx/limits.h"
#include "models/onnx/operators.h"

namespace systole::importer {
namespace {

// [N, C, ...]
bool has_channels(NodeView& node) {
  if (node.shape(0).size() >= 2) return true;
  node.fail("input '" + node.input(0).name + "' has shape " + to_text(node.shape(0)) +
            " instead of [N, C, ...]");
  return false;
}

}  // namespace

Resolved resolve_batch_normalization(NodeView& node) {
  for (std::size_t i = 0; i < 5; ++i) node.require_type(i, {DType::kFloat32});
  const ir::NormAttributes attributes{node.real("epsilon", 1e-5F)};
  if (!std::isfinite(attributes.epsilon) || attributes.epsilon < 0.0F) {
    node.fail("epsilon must be a number that is not negative");
  }
  if (node.flag("training_mode", false)) {
    node.fail("training_mode is not supported; export the network for inference");
  }
  if (node.opset() < 7 && !node.flag("is_test", false)) {
    node.fail("is_test must be 1; export the network for inference");
  }
  if (node.opset() < 9 && !node.flag("spatial", true)) node.fail("spatial 0 is not supported");
  if (!has_channels(node)) return {};
  const ir::Shape channels{node.shape(0)[1]};
  for (std::size_t i = 1; i < 5; ++i) {
    if (node.shape(i) == channels) continue;
    node.fail("input '" + node.input(i).name + "' has shape " + to_text(node.shape(i)) + " instead of " +
              to_text(channels));
  }
  return {attributes, {{DType::kFloat32, node.shape(0)}}};
}

Resolved resolve_lrn(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  has_channels(node);
  const ir::LrnAttributes attributes{node.integer("size", 0), node.real("alpha", 0.0001F),
                                     node.real("beta", 0.75F), node.real("bias", 1.0F)};
  if (attributes.size < 1 || attributes.size > kMaxWindow) {
    node.fail("size " + std::to_string(attributes.size) + " is not 1 to " + std::to_string(kMaxWindow));
  }
  return {attributes, {{DType::kFloat32, node.shape(0)}}};
}

}  // namespace systole::importer
