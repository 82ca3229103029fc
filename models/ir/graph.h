// The network as a directed acyclic graph: nodes are operators, edges are tensors. Kept in a Boost.Graph.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/ir/op.h"
#include "models/ir/tensor.h"

namespace systole::ir {

using TensorId = std::uint32_t;
using NodeIndex = std::uint32_t;
/// An optional input that is not given.
inline constexpr TensorId kNoTensor = 0xffffffffU;

/// An edge's tensor. `value.data` is set for initialisers and constants. shape is fully static.
struct TensorInfo {
  Tensor value;
  std::optional<NodeIndex> producer;  ///< none: network input or constant
  std::vector<NodeIndex> consumers;   ///< ascending, each once
  [[nodiscard]] bool is_constant() const { return value.data != nullptr; }
};

struct Node {
  std::string name;  ///< unique within the graph; ONNX's name, or "OP_index" where it has none
  OpKind op = OpKind::kRelu;
  Attributes attributes;
  std::vector<TensorId> inputs;   ///< ONNX order; kNoTensor for an absent optional input
  std::vector<TensorId> outputs;  ///< kNoTensor for an output that nobody wants
  /// Products only; none: as the tensors' types say.
  std::optional<ProductNumerics> numerics = std::nullopt;
};

/// From a tensor's producer to one of its consumers.
struct Edge {
  TensorId tensor = kNoTensor;
};

/// Nodes are numbered in the order in which they were added, which for an ONNX file is its (topological)
/// order.
class Graph {
public:
  using Adjacency = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Node, Edge>;

  TensorId add_tensor(Tensor tensor);
  /// Connects the node to its tensors. Every output must be without producer so far. A consumer may be added
  /// before the producer, so a cycle can be built: topological_order() finds it.
  NodeIndex add_node(Node node);
  void set_inputs(std::vector<TensorId> inputs) { inputs_ = std::move(inputs); }
  void set_outputs(std::vector<TensorId> outputs) { outputs_ = std::move(outputs); }

  std::string name;
  [[nodiscard]] std::size_t node_count() const { return boost::num_vertices(graph_); }
  [[nodiscard]] const Node& node(NodeIndex index) const { return graph_[index]; }
  [[nodiscard]] Node& node(NodeIndex index) { return graph_[index]; }
  [[nodiscard]] std::size_t tensor_count() const { return tensors_.size(); }
  [[nodiscard]] const TensorInfo& tensor(TensorId id) const { return tensors_[id]; }
  [[nodiscard]] TensorInfo& tensor(TensorId id) { return tensors_[id]; }
  [[nodiscard]] const std::vector<TensorId>& inputs() const { return inputs_; }  ///< without initialisers
  [[nodiscard]] const std::vector<TensorId>& outputs() const { return outputs_; }
  [[nodiscard]] std::optional<TensorId> find_tensor(const std::string& tensor_name) const;
  /// Execution order: of the nodes whose producers are all done, the one with the lowest number comes next.
  /// nullopt if the graph has a cycle.
  [[nodiscard]] std::optional<std::vector<NodeIndex>> topological_order() const;
  [[nodiscard]] const Adjacency& adjacency() const { return graph_; }

private:
  Adjacency graph_;
  std::vector<TensorInfo> tensors_;
  std::vector<TensorId> inputs_;
  std::vector<TensorId> outputs_;
};

}  // namespace systole::ir
