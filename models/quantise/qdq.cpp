#include "models/quantise/qdq.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hw/base/assert.h"
#include "models/quantise/qdq_constants.h"
#include "models/quantise/qdq_match.h"
#include "models/quantise/qdq_products.h"
#include "models/quantise/rewriter.h"

namespace systole::quantise {

using ir::OpKind;

namespace {

bool has_input(const ir::Node& node, std::size_t i) {
  return i < node.inputs.size() && node.inputs[i] != ir::kNoTensor;
}

std::int32_t lowest(DType type) { return type == DType::kInt8 ? -128 : 0; }
std::int32_t highest(DType type) { return lowest(type) + 255; }

/// saturate(round_half_even(x / scale) + zero).
std::int32_t quantised_bound(float x, float scale, std::int32_t zero, DType type) {
  const double rounded = std::nearbyint(x / scale);
  return static_cast<std::int32_t>(
      std::clamp(rounded + zero, static_cast<double>(lowest(type)), static_cast<double>(highest(type))));
}

class Fusion {
public:
  Fusion(const ir::Graph& graph, QdqScope scope, QdqReport& report)
      : graph_(graph),
        report_(report),
        rewriter_(graph),
        matches_(graph.node_count()),
        wanted_(graph.node_count(), false) {
    for (ir::NodeIndex index = 0; index < graph.node_count(); ++index) {
      const bool ends = graph.node(index).op == OpKind::kQuantizeLinear;
      auto match = ends ? match_qdq(graph, index) : match_float_product(graph, index);
      if (match && (match->exact || scope == QdqScope::kAll)) matches_[index] = std::move(match);
    }
  }

  ir::Graph run(const std::vector<ir::NodeIndex>& order) {
    for (const ir::TensorId id : graph_.outputs()) want(id);
    for (auto index = order.rbegin(); index != order.rend(); ++index) {
      if (wanted_[*index]) want_operands(*index);
    }
    for (const ir::NodeIndex index : order) {
      if (!wanted_[index]) continue;
      if (matches_[index]) {
        emit(*matches_[index]);
      } else {
        rewriter_.copy(index);
      }
    }
    return rewriter_.finish();
  }

private:
  void want(ir::TensorId id) {
    if (id == ir::kNoTensor) return;
    if (const auto producer = graph_.tensor(id).producer) wanted_[*producer] = true;
  }

  void want_operands(ir::NodeIndex index) {
    if (!matches_[index]) {
      for (const ir::TensorId id : graph_.node(index).inputs) want(id);
      return;
    }
    for (const Dequantised& operand : matches_[index]->operands) want(operand.integers);
  }

  void emit(const QdqMatch& match) {
    ++report_.rewritten;
    report_.exact += match.exact ? 1 : 0;
    if (!match.quantise) return emit_float_product(graph_, match, rewriter_);
    const ir::Node& end = graph_.node(*match.quantise);
    const Dequantised result = result_of(graph_, end);
    const ir::TensorId out = rewriter_.tensor(end.outputs[0]);
    if (!match.activation) return emit_operator(match, result, out);
    const ir::Node& activation = graph_.node(*match.activation);
    const DType type = graph_.tensor(end.outputs[0]).value.type;
    const auto bounds = bounds_of(activation, result, type);
    const bool cuts = bounds.low > lowest(type) || bounds.high < highest(type);
    if (!match.op)
      return emit_bounds(activation.name, rewriter_.tensor(match.operands[0].integers), bounds, type, out);
    if (!cuts) return emit_operator(match, result, out);
    const ir::Tensor& shaped = graph_.tensor(end.outputs[0]).value;
    const ir::TensorId between = rewriter_.add({shaped.name + "_unbounded", type, shaped.shape, nullptr});
    emit_operator(match, result, between);
    emit_bounds(activation.name, between, bounds, type, out);
  }

  struct Bounds {
    std::int32_t low, high;
  };

  [[nodiscard]] Bounds bounds_of(const ir::Node& activation, const Dequantised& result, DType type) const {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    float low = activation.op == OpKind::kRelu ? 0.0F : -kInfinity;
    float high = kInfinity;
    if (activation.op == OpKind::kClip) {
      if (has_input(activation, 1)) low = graph_.tensor(activation.inputs[1]).value.as<float>()[0];
      if (has_input(activation, 2)) high = graph_.tensor(activation.inputs[2]).value.as<float>()[0];
    }
    const float scale = scale_at(graph_, result);
    const std::int32_t zero = zero_of(graph_, result.zero);
    return {quantised_bound(low, scale, zero, type), quantised_bound(high, scale, zero, type)};
  }

  ir::TensorId bound(const std::string& owner, std::int32_t value, DType type) {
    return rewriter_.add(
        {owner, type, {}, std::make_shared<const std::vector<std::byte>>(1, static_cast<std::byte>(value))});
  }

  void emit_bounds(const std::string& name, ir::TensorId x, const Bounds& bounds, DType type,
                   ir::TensorId out) {
    const bool relu = type == DType::kInt8 && bounds.low == 0 && bounds.high == highest(type);
    if (relu) return rewriter_.add(ir::Node{name, OpKind::kRelu, {}, {x}, {out}});
    const ir::TensorId low = bound(name + "_low", bounds.low, type);
    const ir::TensorId high = bound(name + "_high", bounds.high, type);
    rewriter_.add(ir::Node{name, OpKind::kClip, {}, {x, low, high}, {out}});
  }

  /// The zero point, which the integer operators always have.
  ir::TensorId zero(const Dequantised& tensor, DType type) {
    if (tensor.zero != ir::kNoTensor) return rewriter_.tensor(tensor.zero);
    return bound("zero_point", 0, type);
  }

  /// integers, scale, zero point.
  void append(std::vector<ir::TensorId>& inputs, const Dequantised& tensor) {
    const DType type = graph_.tensor(tensor.integers).value.type;
    inputs.insert(inputs.end(),
                  {rewriter_.tensor(tensor.integers), rewriter_.tensor(tensor.scale), zero(tensor, type)});
  }

  void emit_operator(const QdqMatch& match, const Dequantised& result, ir::TensorId out) {
    const ir::Node& node = graph_.node(*match.op);
    const DType type = graph_.tensor(result.integers).value.type;
    ir::Node made{node.name, integer_form(node.op), node.attributes, {}, {out}};
    if (made.op == node.op) {  // itself, on integers
      for (const ir::TensorId id : node.inputs)
        made.inputs.push_back(id == node.inputs[0] ? ir::kNoTensor : rewriter_.tensor(id));
      made.inputs[0] = rewriter_.tensor(match.operands[0].integers);
      made.outputs.resize(node.outputs.size(), ir::kNoTensor);
      return rewriter_.add(std::move(made));
    }
    const ir::TensorId scale = rewriter_.tensor(result.scale);
    const bool concat = node.op == OpKind::kConcat;
    if (concat) made.inputs = {scale, zero(result, type)};
    for (const Dequantised& operand : match.operands) append(made.inputs, operand);
    const ir::TensorId bias = add_bias(match, node);
    if (made.op == OpKind::kQGemm) made.inputs.push_back(bias);
    if (!concat) made.inputs.insert(made.inputs.end(), {scale, zero(result, type)});
    if (made.op == OpKind::kQLinearConv && bias != ir::kNoTensor) made.inputs.push_back(bias);
    rewriter_.add(std::move(made));
  }

  ir::TensorId add_bias(const QdqMatch& match, const ir::Node& node) {
    if (node.op != OpKind::kConv && node.op != OpKind::kGemm) return ir::kNoTensor;
    const auto values = integer_bias(graph_, node, product_scales(graph_, match));
    if (values.empty()) return ir::kNoTensor;
    return rewriter_.add({node.name + "_bias",
                          DType::kInt32,
                          {static_cast<std::int64_t>(values.size())},
                          ir::make_data(values)});
  }

  static OpKind integer_form(OpKind op) {
    switch (op) {
      case OpKind::kConv:
        return OpKind::kQLinearConv;
      case OpKind::kGemm:
        return OpKind::kQGemm;
      case OpKind::kMatMul:
        return OpKind::kQLinearMatMul;
      case OpKind::kAdd:
        return OpKind::kQLinearAdd;
      case OpKind::kMul:
        return OpKind::kQLinearMul;
      case OpKind::kConcat:
        return OpKind::kQLinearConcat;
      case OpKind::kAveragePool:
        return OpKind::kQLinearAveragePool;
      case OpKind::kGlobalAveragePool:
        return OpKind::kQLinearGlobalAveragePool;
      case OpKind::kSigmoid:
        return OpKind::kQLinearSigmoid;
      case OpKind::kLeakyRelu:
        return OpKind::kQLinearLeakyRelu;
      default:
        return op;
    }
  }

  const ir::Graph& graph_;
  QdqReport& report_;
  Rewriter rewriter_;
  std::vector<std::optional<QdqMatch>> matches_;  // by the NodeIndex of the last of them
  std::vector<bool> wanted_;
};

}  // namespace

ir::Graph fuse_qdq(const ir::Graph& network, QdqScope scope, QdqReport* report) {
  const ir::Graph graph = fold_quantised_constants(network);
  const auto order = graph.topological_order();
  SYSTOLE_ASSERT(order.has_value(), "the graph has a cycle");
  QdqReport own;
  QdqReport& filled = report != nullptr ? *report : own;
  filled = {};
  return Fusion(graph, scope, filled).run(*order);
}

}  // namespace systole::quantise
