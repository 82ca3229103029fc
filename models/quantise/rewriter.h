// Making one network from another: copies what stays, and lets what comes later read what was put in its
// place. Private to models/quantise.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "models/ir/graph.h"

namespace systole::quantise {

class Rewriter {
public:
  explicit Rewriter(const ir::Graph& from);

  /// The new graph's form of a tensor: a copy without producer, unless put() gave it another.
  ir::TensorId tensor(ir::TensorId old);
  void put(ir::TensorId old, ir::TensorId now) { now_[old] = now; }
  /// A tensor of the new graph alone. Its name becomes unique by a number at its end.
  ir::TensorId add(ir::Tensor tensor);
  /// A node whose operands are tensors of the new graph. Its name becomes unique alike.
  void add(ir::Node node);
  /// The old node as it was.
  void copy(ir::NodeIndex index);
  /// A tensor of the new graph.
  [[nodiscard]] const ir::Tensor& info(ir::TensorId now) const { return to_.tensor(now).value; }
  /// The new graph, with the old one's name, inputs and outputs.
  ir::Graph finish();

private:
  std::string unique(std::unordered_set<std::string>& taken, const std::string& name) const;

  const ir::Graph& from_;
  ir::Graph to_;
  std::vector<ir::TensorId> now_;
  std::unordered_set<std::string> tensor_names_, node_names_;
};

}  // namespace systole::quantise
