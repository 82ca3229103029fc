// The table of operators that the importer knows, and the rules that resolve them. Private to models/onnx.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/ir/op.h"
#include "models/onnx/node_view.h"

namespace systole::importer {

/// What a rule makes of a node.
struct Resolved {
  struct Output {
    DType type = DType::kFloat32;
    ir::Shape shape;
  };
  Resolved() = default;
  Resolved(const ir::Attributes& resolved_attributes, std::vector<Output> resolved_outputs)
      : attributes(resolved_attributes), outputs(std::move(resolved_outputs)) {}

  ir::Attributes attributes;
  std::vector<Output> outputs;
  /// How many of the node's inputs stay operands; the others have been resolved into attributes or shapes.
  std::size_t kept_inputs = std::numeric_limits<std::size_t>::max();
  /// Constants that old opsets have as attributes: operands after the kept ones.
  std::vector<std::optional<ir::Tensor>> added_inputs;
};

/// Checks the node and resolves it. Records failures in the view; then the result is ignored.
using Rule = Resolved (*)(NodeView&);

struct Operator {
  ir::OpKind kind;
  std::string_view domain;
  std::size_t inputs;
  unsigned optional;  ///< bit i: input i may be absent
  std::size_t outputs;
  Rule rule;

  [[nodiscard]] bool requires_input(std::size_t i) const { return i < inputs && (optional >> i & 1U) == 0; }
};

/// The operator, or null: not supported in that domain.
const Operator* find_operator(std::string_view name, std::string_view domain);
/// Whether the importer knows what to do with it: operators, and Constant, Identity and Dropout.
bool is_importable(std::string_view name, std::string_view domain);
/// The message for one that is not supported, with the nearest supported ones.
std::string unsupported_message(const std::string& name, const std::string& domain);

Resolved resolve_conv(NodeView& node);
Resolved resolve_qlinear_conv(NodeView& node);
Resolved resolve_max_pool(NodeView& node);
Resolved resolve_average_pool(NodeView& node);
Resolved resolve_global_average_pool(NodeView& node);
Resolved resolve_gemm(NodeView& node);
Resolved resolve_matmul(NodeView& node);
Resolved resolve_qlinear_matmul(NodeView& node);
Resolved resolve_quantize(NodeView& node);
Resolved resolve_dequantize(NodeView& node);
Resolved resolve_qlinear_add(NodeView& node);
Resolved resolve_relu(NodeView& node);
Resolved resolve_clip(NodeView& node);
Resolved resolve_add(NodeView& node);
Resolved resolve_flatten(NodeView& node);
Resolved resolve_reshape(NodeView& node);
Resolved resolve_softmax(NodeView& node);
Resolved resolve_arg_max(NodeView& node);
Resolved resolve_top_k(NodeView& node);

}  // namespace systole::importer
