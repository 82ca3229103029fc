#include "models/quantise/qdq_constants.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "models/quantise/rewriter.h"
#include "models/reference/run.h"

namespace systole::quantise {

namespace {

bool is_constant(const ir::Graph& graph, const ir::Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ir::TensorId id) { return id == ir::kNoTensor || graph.tensor(id).is_constant(); });
}

/// What the node makes, by the reference executor.
ir::Tensor made_by(const ir::Graph& graph, const ir::Node& node) {
  ir::Graph alone;
  ir::Node copy = node;
  for (auto* ids : {&copy.inputs, &copy.outputs}) {
    for (ir::TensorId& id : *ids) {
      if (id != ir::kNoTensor) id = alone.add_tensor(graph.tensor(id).value);
    }
  }
  alone.set_outputs({copy.outputs[0]});
  alone.add_node(std::move(copy));
  return run_reference(alone, {}).outputs[0];
}

}  // namespace

ir::Graph fold_quantised_constants(const ir::Graph& graph) {
  const auto order = graph.topological_order();
  SYSTOLE_ASSERT(order.has_value(), "the graph has a cycle");
  Rewriter rewriter(graph);
  for (const ir::NodeIndex index : *order) {
    const ir::Node& node = graph.node(index);
    if (node.op == ir::OpKind::kQuantizeLinear && is_constant(graph, node)) {
      rewriter.put(node.outputs[0], rewriter.add(made_by(graph, node)));
    } else {
      rewriter.copy(index);
    }
  }
  return rewriter.finish();
}

}  // namespace systole::quantise
