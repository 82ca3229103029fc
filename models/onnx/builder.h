// From the raw model to the network IR. Private to models/onnx.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/onnx/import.h"
#include "models/onnx/operators.h"
#include "models/onnx/raw_model.h"

namespace systole::importer {

/// Resolves the nodes one after another. A node that fails leaves its outputs unknown, and nodes that consume
/// unknown tensors are only checked as far as that is possible: so one run reports every independent problem.
class Builder {
public:
  Builder(RawModel model, const ImportOptions& options, Issues& issues);
  std::optional<ir::Graph> build();

private:
  // A tensor's place in the graph; none: an issue has been reported for it or for what it depends on.
  using Value = std::optional<ir::TensorId>;

  void add_inputs();
  void bind_constants();
  void check_dims();  // reports sizes for symbols that no input has
  void make_up_parameters();
  void add_outputs();
  // Reports a tensor that is not what the file declares it to be.
  bool check_declaration(const RawValue& declared, const ir::Tensor& actual);
  void count_uses(const std::vector<std::size_t>& order);

  void add_node(const RawNode& node);
  void add_constant_node(const RawNode& node);
  void add_identity(const RawNode& node);
  // The node's first output is `input`.
  void alias(const RawNode& node, const Value& input);
  // The node's first output is a constant.
  void add_constant(const RawNode& node, ir::Tensor tensor);
  void add_operator(const RawNode& node, const Operator& op);
  // The operands of the node; nullopt after a failure.
  std::optional<std::vector<Value>> operands_of(const RawNode& node, const Operator& op);
  // Adds the nodes that take another one's place.
  void add_expansion(const std::vector<RawNode>& expansion);
  // Reports what the rule has found, and results that are none.
  bool check_result(const RawNode& node, const Operator& op, const NodeView& view, const Resolved& resolved);
  void emit(const RawNode& node, ir::OpKind kind, Resolved resolved, const std::vector<Value>& inputs);

  [[nodiscard]] std::string unused_name(std::string name) const;  // `name`, with underscores if it is taken
  // The value of a name; reports a name that nobody defines, and constants with NaN, once.
  Value value_of(const RawNode& user, const std::string& name);
  Value define_constant(const RawNode& user, ir::Tensor tensor);
  void define(const std::string& name, Value value) { values_[name] = value; }
  void define_unknown(const RawNode& node);
  [[nodiscard]] bool wanted(const std::string& name) const { return !name.empty() && uses_.contains(name); }
  void fail(const RawNode& node, const std::string& message) {
    issues_.add(node.name, node.op + ": " + message);
  }

  RawModel model_;
  const ImportOptions& options_;
  Issues& issues_;
  ir::Graph graph_;
  std::unordered_map<std::string, Value> values_;
  std::unordered_map<std::string, ir::Tensor> constants_;  // not in the graph until somebody uses them
  std::set<std::string> uses_;                             // names that a node or the outputs use
  std::set<std::string> output_names_;
};

}  // namespace systole::importer
