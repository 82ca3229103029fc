#include "models/quantise/quantise.h"

#include <algorithm>

#include "hw/base/assert.h"
#include "models/quantise/emit.h"
#include "models/quantise/plan.h"

namespace systole::quantise {

bool is_float_network(const ir::Graph& graph) {
  for (ir::NodeIndex index = 0; index < graph.node_count(); ++index) {
    const ir::Node& node = graph.node(index);
    const bool multiplies =
        node.op == ir::OpKind::kConv || node.op == ir::OpKind::kGemm || node.op == ir::OpKind::kMatMul;
    if (multiplies && graph.tensor(node.inputs[0]).value.type == DType::kFloat32) return true;
  }
  return false;
}

ir::Graph quantise_network(const ir::Graph& graph, const Ranges& ranges, const Options& options,
                           Issues& issues, Report* report) {
  SYSTOLE_ASSERT(ranges.empty() || ranges.size() == graph.tensor_count(), "ranges of another graph");
  const auto order = graph.topological_order();
  SYSTOLE_ASSERT(order.has_value(), "the graph has a cycle");
  const Plan plan = make_plan(graph, ranges, options);
  Report own;
  Report& filled = report != nullptr ? *report : own;
  filled = {};
  Emitter emitter(graph, plan, options, ranges.empty(), issues, filled);
  for (const ir::NodeIndex index : *order) emitter.emit(index);
  return emitter.finish();
}

}  // namespace systole::quantise
