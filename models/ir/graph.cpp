#include "models/ir/graph.h"

#include <algorithm>
#include <functional>
#include <queue>

#include "hw/base/assert.h"

namespace systole::ir {

TensorId Graph::add_tensor(Tensor tensor) {
  tensors_.push_back({std::move(tensor), std::nullopt, {}});
  return static_cast<TensorId>(tensors_.size() - 1);
}

NodeIndex Graph::add_node(Node node) {
  const auto index = static_cast<NodeIndex>(boost::add_vertex(graph_));
  for (const TensorId id : node.inputs) {
    if (id == kNoTensor) continue;
    SYSTOLE_ASSERT(id < tensors_.size(), "input of " + node.name + " is no tensor of the graph");
    TensorInfo& info = tensors_[id];
    if (!info.consumers.empty() && info.consumers.back() == index) continue;  // used twice by this node
    info.consumers.push_back(index);
    if (info.producer) boost::add_edge(*info.producer, index, Edge{id}, graph_);
  }
  for (const TensorId id : node.outputs) {
    if (id == kNoTensor) continue;
    SYSTOLE_ASSERT(id < tensors_.size(), "output of " + node.name + " is no tensor of the graph");
    TensorInfo& info = tensors_[id];
    SYSTOLE_ASSERT(!info.producer, "tensor " + info.value.name + " has two producers");
    info.producer = index;
    for (const NodeIndex consumer : info.consumers) boost::add_edge(index, consumer, Edge{id}, graph_);
  }
  graph_[index] = std::move(node);
  return index;
}

std::optional<TensorId> Graph::find_tensor(const std::string& tensor_name) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(),
                                  [&](const TensorInfo& info) { return info.value.name == tensor_name; });
  if (found == tensors_.end()) return std::nullopt;
  return static_cast<TensorId>(found - tensors_.begin());
}

// Kahn's algorithm with a priority queue: Boost's topological_sort is a depth-first search, whose order among
// independent nodes has nothing to do with their numbers.
std::optional<std::vector<NodeIndex>> Graph::topological_order() const {
  std::vector<std::size_t> missing(node_count());
  std::priority_queue<NodeIndex, std::vector<NodeIndex>, std::greater<>> ready;
  for (NodeIndex index = 0; index < node_count(); ++index) {
    missing[index] = boost::in_degree(index, graph_);
    if (missing[index] == 0) ready.push(index);
  }
  std::vector<NodeIndex> order;
  while (!ready.empty()) {
    const NodeIndex index = ready.top();
    ready.pop();
    order.push_back(index);
    for (auto [edge, end] = boost::out_edges(index, graph_); edge != end; ++edge) {
      const auto consumer = static_cast<NodeIndex>(boost::target(*edge, graph_));
      if (--missing[consumer] == 0) ready.push(consumer);
    }
  }
  if (order.size() != node_count()) return std::nullopt;
  return order;
}

}  // namespace systole::ir
