// Small networks by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/ir/graph.h"
#include "models/ir/synthesis.h"

namespace systole::quantise {

class GraphBuilder {
public:
  ir::TensorId input(const std::string& name, ir::Shape shape) {
    inputs_.push_back(graph_.add_tensor({name, DType::kFloat32, std::move(shape), nullptr}));
    return inputs_.back();
  }
  ir::TensorId constant(const std::string& name, ir::Shape shape, const std::vector<float>& values) {
    return graph_.add_tensor({name, DType::kFloat32, std::move(shape), ir::make_data(values)});
  }
  /// int8, uint8 or int32.
  ir::TensorId integers(const std::string& name, DType type, ir::Shape shape,
                        const std::vector<std::int32_t>& values) {
    if (type == DType::kInt32)
      return graph_.add_tensor({name, type, std::move(shape), ir::make_data(values)});
    const std::vector<std::int8_t> bytes(values.begin(), values.end());
    return graph_.add_tensor({name, type, std::move(shape), ir::make_data(bytes)});
  }
  /// Normal values of this deviation that are made on demand.
  ir::TensorId lazy(const std::string& name, ir::Shape shape, double deviation) {
    const std::int64_t elements = ir::elements_of(shape);
    return graph_.add_tensor({name, DType::kFloat32, std::move(shape),
                              ir::normal_data({.elements = elements, .name = name, .deviation = deviation})});
  }
  /// A node with one output of this shape, both of this name.
  ir::TensorId node(const std::string& name, ir::OpKind op, ir::Attributes attributes,
                    std::vector<ir::TensorId> operands, ir::Shape shape, DType type = DType::kFloat32) {
    const ir::TensorId out = graph_.add_tensor({name, type, std::move(shape), nullptr});
    graph_.add_node({name, op, std::move(attributes), std::move(operands), {out}});
    return out;
  }
  ir::Graph finish(std::vector<ir::TensorId> outputs) {
    graph_.set_inputs(inputs_);
    graph_.set_outputs(std::move(outputs));
    return std::move(graph_);
  }

private:
  ir::Graph graph_;
  std::vector<ir::TensorId> inputs_;
};

/// A 2-D window without padding.
inline ir::ConvAttributes conv(std::int64_t kernel, std::int64_t groups = 1, std::int64_t pad = 0) {
  ir::ConvAttributes attributes;
  attributes.window.kernel = {kernel, kernel};
  attributes.window.pad_begin = attributes.window.pad_end = {pad, pad};
  attributes.groups = groups;
  return attributes;
}

inline const ir::Node* find_node(const ir::Graph& graph, const std::string& name) {
  for (ir::NodeIndex i = 0; i < graph.node_count(); ++i) {
    if (graph.node(i).name == name) return &graph.node(i);
  }
  return nullptr;
}

template <typename T>
std::vector<T> values_of(const ir::Tensor& tensor) {
  return {tensor.as<T>(), tensor.as<T>() + tensor.elements()};
}

}  // namespace systole::quantise
