#include "models/ir/products.h"

#include <cstddef>
#include <optional>

#include "hw/base/assert.h"

namespace systole::ir {
namespace {

const Shape& shape_of(const Graph& graph, const Node& node, std::size_t input) {
  return graph.tensor(node.inputs[input]).value.shape;
}

std::int64_t elements_out(const Graph& graph, const Node& node) {
  for (const TensorId id : node.outputs) {
    if (id != kNoTensor) return graph.tensor(id).value.elements();
  }
  return 0;
}

/// Weights are [filters, channels of a group, window...].
MatrixProduct of_convolution(const Graph& graph, const Node& node, std::size_t weights) {
  const Shape& w = shape_of(graph, node, weights);
  MatrixProduct product;
  product.groups = std::get<ConvAttributes>(node.attributes).groups;
  product.joinable = product.groups > 1;
  product.n = w[0] / product.groups;
  product.k = w[0] == 0 ? 0 : elements_of(w) / w[0];
  product.m = w[0] == 0 ? 0 : elements_out(graph, node) / w[0];
  return product;
}

MatrixProduct of_gemm(const Graph& graph, const Node& node) {
  const auto& gemm = std::get<GemmAttributes>(node.attributes);
  const Shape& a = shape_of(graph, node, 0);
  MatrixProduct product;
  product.m = a[gemm.transpose_a ? 1 : 0];
  product.k = a[gemm.transpose_a ? 0 : 1];
  product.n = product.m == 0 ? 0 : elements_out(graph, node) / product.m;
  return product;
}

/// numpy's matmul: the last two dimensions are matrices, a vector is a matrix of one row or column.
MatrixProduct of_matmul(const Graph& graph, const Node& node, std::size_t right) {
  const Shape& a = shape_of(graph, node, 0);
  const Shape& b = shape_of(graph, node, right);
  MatrixProduct product;
  product.k = a.back();
  product.n = b.size() == 1 ? 1 : b.back();
  const std::int64_t rows = product.n == 0 ? 0 : elements_out(graph, node) / product.n;
  if (elements_of(b) == product.k * product.n) {  // one matrix for all
    product.m = rows;
    return product;
  }
  product.m = a.size() == 1 ? 1 : a[a.size() - 2];
  product.groups = product.m == 0 ? 0 : rows / product.m;
  return product;
}

std::optional<MatrixProduct> product_of(const Graph& graph, const Node& node) {
  switch (node.op) {
    case OpKind::kConv:
    case OpKind::kConvInteger:
      return of_convolution(graph, node, 1);
    case OpKind::kQLinearConv:
      return of_convolution(graph, node, 3);
    case OpKind::kGemm:
    case OpKind::kQGemm:
      return of_gemm(graph, node);
    case OpKind::kMatMul:
    case OpKind::kMatMulInteger:
      return of_matmul(graph, node, 1);
    case OpKind::kQLinearMatMul:
      return of_matmul(graph, node, 3);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::vector<MatrixProduct> products_of(const Graph& graph) {
  const auto order = graph.topological_order();
  SYSTOLE_ASSERT(order.has_value(), "a network has no cycle");
  std::vector<MatrixProduct> products;
  for (const NodeIndex index : *order) {
    const Node& node = graph.node(index);
    auto product = product_of(graph, node);
    if (!product || product->macs() == 0) continue;
    product->name = node.name;
    product->op = name_of(node.op);
    products.push_back(std::move(*product));
  }
  return products;
}

}  // namespace systole::ir
