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
  /// The result is known: no node, but this constant.
  std::optional<ir::Tensor> constant;
  /// The result is the first input itself.
  bool alias = false;
  /// Nodes that take this one's place (models/onnx/expand.h).
  std::vector<RawNode> expansion;
};

/// Checks the node and resolves it. Records failures in the view; then the result is ignored.
using Rule = Resolved (*)(NodeView&);

/// Any number of inputs (one at least) or outputs.
inline constexpr std::size_t kMany = std::numeric_limits<std::size_t>::max();

struct Operator {
  std::string_view name;  ///< ONNX's; several operators may become one kind
  std::string_view domain;
  ir::OpKind kind;
  std::size_t inputs;
  unsigned optional;  ///< bit i: input i may be absent
  std::size_t outputs;
  Rule rule;
  unsigned empty = 0;  ///< bit i: input i may be a constant without elements

  [[nodiscard]] bool requires_input(std::size_t i) const {
    return inputs == kMany ? i == 0 : i < inputs && (optional >> i & 1U) == 0;
  }
  [[nodiscard]] bool may_be_empty(std::size_t i) const { return i < 32 && (empty >> i & 1U) != 0; }
};

/// The operator (or what folds: models/onnx/fold.h), or null: not supported in that domain.
const Operator* find_operator(std::string_view name, std::string_view domain);
/// The names of all operators of a domain that become nodes, sorted.
std::vector<std::string> operators_of(std::string_view domain);
/// Whether the importer knows what to do with it: operators, what folds (models/onnx/fold.h), and Constant,
/// Identity and Dropout.
bool is_importable(std::string_view name, std::string_view domain);
/// The message for one that is not supported, with the nearest supported ones.
std::string unsupported_message(const std::string& name, const std::string& domain);

// Operators that are written with others: models/onnx/expand_*.cpp.
Resolved expand_abs(NodeView& node);
Resolved expand_conv_transpose(NodeView& node);
Resolved expand_depth_to_space(NodeView& node);
Resolved expand_neg(NodeView& node);
Resolved expand_prelu(NodeView& node);
Resolved expand_reduce_sum(NodeView& node);
Resolved expand_space_to_depth(NodeView& node);
Resolved expand_sum(NodeView& node);
Resolved expand_tile(NodeView& node);

Resolved resolve_conv(NodeView& node);
Resolved resolve_conv_integer(NodeView& node);
Resolved resolve_qlinear_conv(NodeView& node);
Resolved resolve_max_pool(NodeView& node);
Resolved resolve_average_pool(NodeView& node);
Resolved resolve_global_average_pool(NodeView& node);
Resolved resolve_global_max_pool(NodeView& node);
Resolved resolve_gemm(NodeView& node);
Resolved resolve_matmul(NodeView& node);
Resolved resolve_matmul_integer(NodeView& node);
Resolved resolve_qlinear_matmul(NodeView& node);
Resolved resolve_quantize(NodeView& node);
Resolved resolve_dequantize(NodeView& node);
Resolved resolve_cast(NodeView& node);
Resolved resolve_qgemm(NodeView& node);
Resolved resolve_qlinear_concat(NodeView& node);
Resolved resolve_qlinear_average_pool(NodeView& node);
Resolved resolve_qlinear_global_average_pool(NodeView& node);
Resolved resolve_qlinear_sigmoid(NodeView& node);
Resolved resolve_qlinear_leaky_relu(NodeView& node);
/// QLinearAdd and QLinearMul.
Resolved resolve_qlinear_binary(NodeView& node);
Resolved resolve_relu(NodeView& node);
Resolved resolve_clip(NodeView& node);
/// Add, Sub, Mul, Div.
Resolved resolve_arithmetic(NodeView& node);
/// Sigmoid, Tanh, HardSwish: floats without attributes.
Resolved resolve_unary(NodeView& node);
Resolved resolve_leaky_relu(NodeView& node);
Resolved resolve_hard_sigmoid(NodeView& node);
Resolved resolve_batch_normalization(NodeView& node);
Resolved resolve_lrn(NodeView& node);
Resolved resolve_concat(NodeView& node);
/// Of the node's attribute `axis`, for the inputs that are concatenated.
Resolved concat(NodeView& node, const std::vector<const ir::Tensor*>& parts);
Resolved resolve_split(NodeView& node);
Resolved resolve_slice(NodeView& node);
Resolved resolve_transpose(NodeView& node);
Resolved resolve_pad(NodeView& node);
Resolved resolve_squeeze(NodeView& node);
Resolved resolve_unsqueeze(NodeView& node);
Resolved resolve_resize(NodeView& node);
Resolved resolve_upsample(NodeView& node);
Resolved resolve_reduce_mean(NodeView& node);
Resolved resolve_flatten(NodeView& node);
Resolved resolve_reshape(NodeView& node);
Resolved resolve_softmax(NodeView& node);
Resolved resolve_arg_max(NodeView& node);
Resolved resolve_top_k(NodeView& node);

}  // namespace systole::importer
