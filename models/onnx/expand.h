// Operators that the importer writes with others. Private to models/onnx.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/onnx/operators.h"

namespace systole::importer {

/// The nodes that take a node's place, in order. Names are those of the node and the operator.
class Expansion {
public:
  using Attributes = std::map<std::string, RawAttribute>;

  explicit Expansion(const NodeView& node) : node_(node.raw()) {}

  /// Adds a node of opset 13 and returns the name of its result.
  std::string add(const std::string& op, std::vector<std::string> inputs, Attributes attributes = {});
  std::string constant(ir::Tensor tensor);
  std::string scalar(float value);
  std::string integers(const std::vector<std::int64_t>& values);
  /// x in another shape.
  std::string reshape(const std::string& x, const std::vector<std::int64_t>& shape);
  std::string transpose(const std::string& x, const std::vector<std::int64_t>& permutation);
  /// Elements before and after every dimension; negative ones are taken away.
  std::string pad(const std::string& x, const std::vector<std::int64_t>& pads);
  [[nodiscard]] const std::string& input(std::size_t i) const { return node_.inputs[i]; }

  /// The last node makes the result.
  Resolved finish();

private:
  const RawNode& node_;
  std::vector<RawNode> nodes_;
};

}  // namespace systole::importer
