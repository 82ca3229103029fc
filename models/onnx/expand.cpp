#include "models/onnx/expand.h"

namespace systole::importer {

std::string Expansion::add(const std::string& op, std::vector<std::string> inputs, Attributes attributes) {
  RawNode node;
  node.name = node_.name + "/" + op + "_" + std::to_string(nodes_.size());
  node.op = op;
  node.inputs = std::move(inputs);
  node.outputs = {node.name};
  node.attributes = std::move(attributes);
  node.checked = true;
  node.opset = 13;
  nodes_.push_back(std::move(node));
  return nodes_.back().name;
}

std::string Expansion::constant(ir::Tensor tensor) {
  return add("Constant", {}, {{"value", std::move(tensor)}});
}

std::string Expansion::scalar(float value) {
  return constant({"", DType::kFloat32, {}, ir::make_data(std::vector<float>{value})});
}

std::string Expansion::integers(const std::vector<std::int64_t>& values) {
  return constant({"", DType::kInt64, {static_cast<std::int64_t>(values.size())}, ir::make_data(values)});
}

std::string Expansion::reshape(const std::string& x, const std::vector<std::int64_t>& shape) {
  return add("Reshape", {x, integers(shape)});
}

std::string Expansion::transpose(const std::string& x, const std::vector<std::int64_t>& permutation) {
  return add("Transpose", {x}, {{"perm", permutation}});
}

std::string Expansion::pad(const std::string& x, const std::vector<std::int64_t>& pads) {
  return add("Pad", {x, integers(pads)});
}

Resolved Expansion::finish() {
  nodes_.back().outputs = {node_.outputs[0]};
  // One node alone keeps the name.
  if (nodes_.size() == 1) nodes_.back().name = node_.name;
  Resolved resolved;
  resolved.expansion = std::move(nodes_);
  return resolved;
}

}  // namespace systole::importer
