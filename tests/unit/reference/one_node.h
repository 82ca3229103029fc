// Runs a single operator on given values.
#pragma once

#include <string>
#include <vector>

#include "models/reference/run.h"

namespace systole {

/// Values of a tensor; shape {} is a scalar.
template <typename T>
ir::Tensor tensor(DType type, ir::Shape shape, const std::vector<T>& values) {
  return {"", type, std::move(shape), ir::make_data(values)};
}
inline ir::Tensor floats(ir::Shape shape, const std::vector<float>& values) {
  return tensor(DType::kFloat32, std::move(shape), values);
}
inline ir::Tensor absent() { return {"absent", DType::kFloat32, {}, nullptr}; }

/// The outputs of a node whose inputs are all constants; `outputs` gives their types and shapes.
inline std::vector<ir::Tensor> run_node(ir::OpKind op, const ir::Attributes& attributes,
                                        const std::vector<ir::Tensor>& inputs,
                                        const std::vector<ir::Tensor>& outputs) {
  ir::Graph graph;
  ir::Node node{"node", op, attributes, {}, {}};
  for (const ir::Tensor& input : inputs) {
    node.inputs.push_back(input.data == nullptr ? ir::kNoTensor : graph.add_tensor(input));
  }
  for (const ir::Tensor& output : outputs) node.outputs.push_back(graph.add_tensor(output));
  const std::vector<ir::TensorId> wanted = node.outputs;
  graph.add_node(std::move(node));
  graph.set_outputs(wanted);
  return run_reference(graph, {}).outputs;
}

template <typename T>
std::vector<T> values_of(const ir::Tensor& result) {
  return {result.as<T>(), result.as<T>() + result.elements()};
}

}  // namespace systole
