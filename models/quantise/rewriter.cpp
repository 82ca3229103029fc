#include "models/quantise/rewriter.h"

#include <utility>

namespace systole::quantise {

// The names of the old graph are kept for those who had them: its outputs are asked for by name.
Rewriter::Rewriter(const ir::Graph& from) : from_(from), now_(from.tensor_count(), ir::kNoTensor) {
  to_.name = from.name;
  for (ir::TensorId id = 0; id < from.tensor_count(); ++id) tensor_names_.insert(from.tensor(id).value.name);
  for (const ir::TensorId id : from.inputs()) tensor(id);
}

std::string Rewriter::unique(std::unordered_set<std::string>& taken, const std::string& name) const {
  std::string candidate = name;
  for (int i = 1; !taken.insert(candidate).second; ++i) candidate = name + "_" + std::to_string(i);
  return candidate;
}

ir::TensorId Rewriter::tensor(ir::TensorId old) {
  if (old == ir::kNoTensor) return old;
  if (now_[old] == ir::kNoTensor) now_[old] = to_.add_tensor(from_.tensor(old).value);
  return now_[old];
}

ir::TensorId Rewriter::add(ir::Tensor tensor) {
  tensor.name = unique(tensor_names_, tensor.name);
  return to_.add_tensor(std::move(tensor));
}

void Rewriter::add(ir::Node node) {
  node.name = unique(node_names_, node.name);
  to_.add_node(std::move(node));
}

void Rewriter::copy(ir::NodeIndex index) {
  ir::Node node = from_.node(index);
  for (ir::TensorId& id : node.inputs) id = tensor(id);
  for (ir::TensorId& id : node.outputs) id = tensor(id);
  add(std::move(node));
}

ir::Graph Rewriter::finish() {
  std::vector<ir::TensorId> inputs, outputs;
  for (const ir::TensorId id : from_.inputs()) inputs.push_back(tensor(id));
  for (const ir::TensorId id : from_.outputs()) outputs.push_back(tensor(id));
  to_.set_inputs(std::move(inputs));
  to_.set_outputs(std::move(outputs));
  return std::move(to_);
}

}  // namespace systole::quantise
