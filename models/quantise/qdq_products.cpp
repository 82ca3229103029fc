#include "models/quantise/qdq_products.h"

namespace systole::quantise {

using ir::OpKind;

namespace {

/// K x N for a matrix product.
ir::TensorId weights(const ir::Graph& graph, const ir::Node& node, const Dequantised& w, Rewriter& rewriter) {
  const auto* gemm = std::get_if<ir::GemmAttributes>(&node.attributes);
  if (gemm == nullptr || !gemm->transpose_b) return rewriter.tensor(w.integers);
  const ir::Tensor& stored = graph.tensor(w.integers).value;
  const auto n = static_cast<std::size_t>(stored.shape[0]);
  const auto k = static_cast<std::size_t>(stored.shape[1]);
  const auto bytes = stored.data.bytes();
  std::vector<std::uint8_t> turned(n * k);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < k; ++j)
      turned[j * n + i] = std::to_integer<std::uint8_t>((*bytes)[i * k + j]);
  }
  return rewriter.add(
      {stored.name + "_transposed", stored.type, {stored.shape[1], stored.shape[0]}, ir::make_data(turned)});
}

}  // namespace

void emit_float_product(const ir::Graph& graph, const QdqMatch& match, Rewriter& rewriter) {
  const ir::Node& node = graph.node(*match.op);
  const ir::Tensor& result = graph.tensor(node.outputs[0]).value;
  const Dequantised& x = match.operands[0];
  const Dequantised& w = match.operands[1];
  const bool is_conv = node.op == OpKind::kConv;
  const auto axis = is_conv ? std::int64_t{1} : static_cast<std::int64_t>(result.shape.size()) - 1;
  const std::vector<float> scales = product_scales(graph, match);
  const auto outputs = static_cast<std::int64_t>(scales.size());

  const ir::TensorId sums = rewriter.add({result.name + "_sums", DType::kInt32, result.shape, nullptr});
  ir::Node product{node.name, is_conv ? OpKind::kConvInteger : OpKind::kMatMulInteger, {}, {}, {sums}};
  if (is_conv) product.attributes = node.attributes;
  product.inputs = {rewriter.tensor(x.integers), weights(graph, node, w, rewriter), rewriter.tensor(x.zero),
                    rewriter.tensor(w.zero)};
  while (product.inputs.back() == ir::kNoTensor) product.inputs.pop_back();
  rewriter.add(std::move(product));

  const ir::TensorId out = rewriter.tensor(node.outputs[0]);
  const std::vector<float> bias = float_bias(graph, node, outputs);
  const ir::TensorId scaled =
      bias.empty() ? out : rewriter.add({result.name + "_scaled", DType::kFloat32, result.shape, nullptr});
  const ir::TensorId scale =
      rewriter.add({node.name + "_scale", DType::kFloat32, {outputs}, ir::make_data(scales)});
  rewriter.add(ir::Node{node.name + "_dequantize",
                        OpKind::kDequantizeLinear,
                        ir::AxisAttributes{axis},
                        {sums, scale},
                        {scaled}});
  if (bias.empty()) return;
  ir::Shape along(result.shape.size() - static_cast<std::size_t>(axis), 1);
  along[0] = outputs;
  const ir::TensorId summand =
      rewriter.add({node.name + "_bias", DType::kFloat32, std::move(along), ir::make_data(bias)});
  rewriter.add(ir::Node{node.name + "_add_bias", OpKind::kAdd, {}, {scaled, summand}, {out}});
}

}  // namespace systole::quantise
