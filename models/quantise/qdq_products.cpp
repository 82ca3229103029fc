#include "models/quantise/qdq_products.h"

#include <algorithm>
#include <cstring>

#include "hw/base/assert.h"
#include "models/quantise/parameters.h"
#include "models/quantise/qdq_match.h"
#include "models/quantise/rewriter.h"

namespace systole::quantise {

using ir::OpKind;

namespace {

class Products {
public:
  explicit Products(const ir::Graph& graph)
      : graph_(graph), rewriter_(graph), wanted_(graph.node_count(), false) {}

  ir::Graph run(const std::vector<ir::NodeIndex>& order, std::uint64_t& count) {
    matches_.resize(graph_.node_count());
    for (const ir::NodeIndex index : order) matches_[index] = match_float_product(graph_, index);
    for (const ir::TensorId id : graph_.outputs()) want(id);
    for (auto index = order.rbegin(); index != order.rend(); ++index) {
      if (!wanted_[*index]) continue;
      if (!matches_[*index]) {
        for (const ir::TensorId id : graph_.node(*index).inputs) want(id);
      } else {
        for (const Dequantised& operand : matches_[*index]->operands) want(operand.integers);
      }
    }
    for (const ir::NodeIndex index : order) {
      if (!wanted_[index]) continue;
      if (matches_[index]) {
        emit(graph_.node(index), *matches_[index]);
        ++count;
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

  void emit(const ir::Node& node, const QdqMatch& match) {
    const ir::Tensor& result = graph_.tensor(node.outputs[0]).value;
    const Dequantised& x = match.operands[0];
    const Dequantised& w = match.operands[1];
    const bool is_conv = node.op == OpKind::kConv;
    const auto axis = is_conv ? std::int64_t{1} : static_cast<std::int64_t>(result.shape.size()) - 1;
    const std::vector<float> scales = product_scales(graph_, match);
    const auto outputs = static_cast<std::int64_t>(scales.size());

    const ir::TensorId sums = rewriter_.add({result.name + "_sums", DType::kInt32, result.shape, nullptr});
    ir::Node product{node.name, is_conv ? OpKind::kConvInteger : OpKind::kMatMulInteger, {}, {}, {sums}};
    if (is_conv) product.attributes = node.attributes;
    product.inputs = {rewriter_.tensor(x.integers), weights(node, w), rewriter_.tensor(x.zero),
                      rewriter_.tensor(w.zero)};
    while (product.inputs.back() == ir::kNoTensor) product.inputs.pop_back();
    rewriter_.add(std::move(product));

    const ir::TensorId out = rewriter_.tensor(node.outputs[0]);
    const std::vector<float> bias = float_bias(graph_, node, outputs);
    const ir::TensorId scaled =
        bias.empty() ? out : rewriter_.add({result.name + "_scaled", DType::kFloat32, result.shape, nullptr});
    const ir::TensorId scale =
        rewriter_.add({node.name + "_scale", DType::kFloat32, {outputs}, ir::make_data(scales)});
    rewriter_.add(ir::Node{node.name + "_dequantize",
                           OpKind::kDequantizeLinear,
                           ir::AxisAttributes{axis},
                           {sums, scale},
                           {scaled}});
    if (bias.empty()) return;
    ir::Shape along(result.shape.size() - static_cast<std::size_t>(axis), 1);
    along[0] = outputs;
    const ir::TensorId summand =
        rewriter_.add({node.name + "_bias", DType::kFloat32, std::move(along), ir::make_data(bias)});
    rewriter_.add(ir::Node{node.name + "_add_bias", OpKind::kAdd, {}, {scaled, summand}, {out}});
  }

  /// K x N for a matrix product.
  ir::TensorId weights(const ir::Node& node, const Dequantised& w) {
    const auto* gemm = std::get_if<ir::GemmAttributes>(&node.attributes);
    if (gemm == nullptr || !gemm->transpose_b) return rewriter_.tensor(w.integers);
    const ir::Tensor& stored = graph_.tensor(w.integers).value;
    const auto n = static_cast<std::size_t>(stored.shape[0]);
    const auto k = static_cast<std::size_t>(stored.shape[1]);
    const auto bytes = stored.data.bytes();
    std::vector<std::uint8_t> turned(n * k);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < k; ++j)
        turned[j * n + i] = std::to_integer<std::uint8_t>((*bytes)[i * k + j]);
    }
    return rewriter_.add({stored.name + "_transposed",
                          stored.type,
                          {stored.shape[1], stored.shape[0]},
                          ir::make_data(turned)});
  }

  const ir::Graph& graph_;
  Rewriter rewriter_;
  std::vector<std::optional<QdqMatch>> matches_;  // by NodeIndex
  std::vector<bool> wanted_;
};

}  // namespace

ir::Graph integer_products(const ir::Graph& graph, std::uint64_t& count) {
  const auto order = graph.topological_order();
  SYSTOLE_ASSERT(order.has_value(), "the graph has a cycle");
  return Products(graph).run(*order, count);
}

}  // namespace systole::quantise
