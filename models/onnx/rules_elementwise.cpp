// Activations, and the arithmetic of two tensors.
#include "models/onnx/broadcast.h"
#include "models/onnx/limits.h"
#include "models/onnx/operators.h"

namespace systole::importer {
namespace {

constexpr std::initializer_list<DType> kNumbers{DType::kFloat32, DType::kInt8, DType::kUInt8, DType::kInt32,
                                                DType::kInt64};

// Before opset 11 the bounds of Clip are attributes.
std::optional<ir::Tensor> bound(NodeView& node, const std::string& name) {
  if (!node.given(name)) return std::nullopt;
  return ir::Tensor{name, DType::kFloat32, {}, ir::make_data(std::vector<float>{node.real(name, 0.0F)})};
}

// Before opset 7 Add broadcasts only when told to, and B's dimensions may start at any `axis` of A's. Only
// what numpy would do as well is supported.
void check_legacy_broadcast(NodeView& node) {
  const auto a = static_cast<std::int64_t>(node.shape(0).size());
  const auto b = static_cast<std::int64_t>(node.shape(1).size());
  if (node.given("axis") && node.integer("axis", 0) != a - b) {
    node.fail("attribute 'axis' of opset 6 is not supported; export with opset 7 or later");
  }
  if (!node.flag("broadcast", false) && node.shape(0) != node.shape(1)) {
    node.fail("the shapes differ, and attribute 'broadcast' is not set");
  }
}

}  // namespace

Resolved resolve_relu(NodeView& node) {
  node.require_type(0, {DType::kFloat32, DType::kInt8, DType::kInt32, DType::kInt64});
  return {std::monostate{}, {{node.input(0).type, node.shape(0)}}};
}

Resolved resolve_clip(NodeView& node) {
  node.require_type(0, kNumbers);
  Resolved resolved{std::monostate{}, {{node.input(0).type, node.shape(0)}}};
  if (node.opset() < 11) {
    node.require_type(0, {DType::kFloat32});
    resolved.kept_inputs = 1;
    resolved.added_inputs = {bound(node, "min"), bound(node, "max")};
    return resolved;
  }
  for (std::size_t i = 1; i < 3; ++i) {
    if (!node.has(i)) continue;
    node.require_type(i, {node.input(0).type});
    if (node.input(i).elements() != 1) node.fail("bound '" + node.input(i).name + "' must be a scalar");
  }
  return resolved;
}

Resolved resolve_arithmetic(NodeView& node) {
  node.require_type(0, kNumbers);
  node.require_type(1, {node.input(0).type});
  if (node.opset() < 7) check_legacy_broadcast(node);
  const auto shape = broadcast(node.shape(0), node.shape(1));
  if (!shape) {
    node.fail("the shapes do not fit one another: " + to_text(node.shape(0)) + " and " +
              to_text(node.shape(1)));
    return {};
  }
  return {std::monostate{}, {{node.input(0).type, *shape}}};
}

Resolved resolve_unary(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  return {std::monostate{}, {{DType::kFloat32, node.shape(0)}}};
}

Resolved resolve_leaky_relu(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  return {ir::ActivationAttributes{node.real("alpha", 0.01F), 0.0F}, {{DType::kFloat32, node.shape(0)}}};
}

Resolved resolve_hard_sigmoid(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  return {ir::ActivationAttributes{node.real("alpha", 0.2F), node.real("beta", 0.5F)},
          {{DType::kFloat32, node.shape(0)}}};
}

}  // namespace systole::importer
