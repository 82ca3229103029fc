#include "models/ir/layer_table.h"

#include <array>

#include "hw/base/assert.h"
#include "models/ir/bookkeeping.h"

namespace systole::ir {
namespace {

/// A pooling that changes nothing: what exporters make of adaptive pooling to the size that is there.
bool is_idle_pool(const Node& node) {
  const auto* pool = std::get_if<PoolAttributes>(&node.attributes);
  const std::array<std::int64_t, 2> ones{1, 1};
  return node.op == OpKind::kAveragePool && pool != nullptr && pool->window.kernel == ones &&
         pool->window.stride == ones;
}

/// Whether the operator's result can stand where its operand stood.
bool in_place(const Node& node) {
  switch (node.op) {
    case OpKind::kAveragePool:
      return is_idle_pool(node);
    case OpKind::kRelu:
    case OpKind::kClip:
    case OpKind::kBatchNormalization:
    case OpKind::kLRN:
    case OpKind::kSigmoid:
    case OpKind::kTanh:
    case OpKind::kLeakyRelu:
    case OpKind::kHardSigmoid:
    case OpKind::kHardSwish:
    case OpKind::kQLinearSigmoid:
    case OpKind::kQLinearLeakyRelu:
    case OpKind::kSoftmax:
    case OpKind::kQuantizeLinear:
    case OpKind::kDequantizeLinear:
    case OpKind::kFlatten:
    case OpKind::kReshape:
    case OpKind::kSqueeze:
    case OpKind::kUnsqueeze:
    case OpKind::kIdentity:
      return true;
    default:
      return false;
  }
}

}  // namespace

NetworkFigures figures_of(const Graph& graph) {
  const auto order = graph.topological_order();
  SYSTOLE_ASSERT(order.has_value(), "a network has no cycle");
  NetworkFigures total;
  for (const TensorId id : graph.inputs()) {
    total.feature_map_elements += graph.tensor(id).value.elements();
    total.feature_map_bytes += edge_bytes(graph, id);
  }
  for (const NodeIndex index : *order) {
    const Node& node = graph.node(index);
    const NodeCost cost = cost_of(graph, index);
    LayerFigures& layer = total.layers.emplace_back();
    layer.name = node.name;
    layer.op = name_of(node.op);
    layer.macs = cost.operations.macs;
    layer.parameters = cost.parameters;
    bool first = true;
    for (const TensorId id : node.outputs) {
      if (id == kNoTensor) continue;
      if (first) layer.output = graph.tensor(id).value.shape;
      first = false;
      if (in_place(node)) continue;
      layer.feature_map_elements += graph.tensor(id).value.elements();
      layer.feature_map_bytes += edge_bytes(graph, id);
    }
    total.parameters += layer.parameters;
    total.macs += layer.macs;
    total.feature_map_elements += layer.feature_map_elements;
    total.feature_map_bytes += layer.feature_map_bytes;
  }
  return total;
}

}  // namespace systole::ir
