#include "models/ir/products.h"

#include <gtest/gtest.h>

#include "models/ir/layer_table.h"

namespace systole::ir {
namespace {

// One node between its inputs and its output.
class OneNode {
public:
  OneNode& input(const Shape& shape) {
    inputs_.push_back(
        graph.add_tensor({"t" + std::to_string(graph.tensor_count()), DType::kFloat32, shape, nullptr}));
    return *this;
  }
  MatrixProduct product(OpKind op, const Attributes& attributes, const Shape& out) {
    const TensorId y = graph.add_tensor({"y", DType::kFloat32, out, nullptr});
    graph.add_node({"n", op, attributes, inputs_, {y}});
    const auto products = products_of(graph);
    EXPECT_EQ(products.size(), 1U);
    if (products.empty()) return {};
    EXPECT_EQ(products[0].name, "n");
    EXPECT_EQ(products[0].op, name_of(op));
    EXPECT_EQ(products[0].macs(), figures_of(graph).macs);
    return products[0];
  }
  Graph graph;

private:
  std::vector<TensorId> inputs_;
};

void expect(const MatrixProduct& product, std::int64_t m, std::int64_t n, std::int64_t k,
            std::int64_t groups) {
  EXPECT_EQ(product.m, m);
  EXPECT_EQ(product.n, n);
  EXPECT_EQ(product.k, k);
  EXPECT_EQ(product.groups, groups);
}

ConvAttributes conv(std::int64_t groups) {
  ConvAttributes attributes;
  attributes.groups = groups;
  return attributes;
}

TEST(Products, ConvolutionOfTwoImages) {
  OneNode node;
  node.input({2, 3, 227, 227}).input({96, 3, 11, 11}).input({96});
  const MatrixProduct product = node.product(OpKind::kConv, conv(1), {2, 96, 55, 55});
  expect(product, 2 * 55 * 55, 96, 3 * 11 * 11, 1);
  EXPECT_FALSE(product.joinable);
}

TEST(Products, GroupsOfAConvolution) {
  OneNode node;
  node.input({1, 96, 27, 27}).input({256, 48, 5, 5});
  const MatrixProduct product = node.product(OpKind::kConv, conv(2), {1, 256, 27, 27});
  expect(product, 729, 128, 48 * 25, 2);
  EXPECT_TRUE(product.joinable);
}

TEST(Products, DepthwiseConvolutionOfALine) {
  OneNode node;
  node.input({1, 8, 10}).input({8, 1, 3});
  expect(node.product(OpKind::kConv, conv(8), {1, 8, 8}), 8, 1, 3, 8);
}

TEST(Products, GemmTransposed) {
  OneNode node;
  node.input({7, 5}).input({3, 7});
  expect(node.product(OpKind::kGemm, GemmAttributes{1, 1, true, true}, {5, 3}), 5, 3, 7, 1);
}

TEST(Products, MatMulWithOneRightSide) {
  OneNode node;
  node.input({2, 4, 3, 7}).input({7, 5});
  expect(node.product(OpKind::kMatMul, {}, {2, 4, 3, 5}), 24, 5, 7, 1);
}

TEST(Products, MatMulOfPairs) {
  OneNode node;
  node.input({2, 1, 3, 4}).input({5, 4, 6});
  const MatrixProduct product = node.product(OpKind::kMatMul, {}, {2, 5, 3, 6});
  expect(product, 3, 6, 4, 10);
  EXPECT_FALSE(product.joinable);
}

TEST(Products, Vectors) {
  OneNode node;
  node.input({7}).input({7});
  expect(node.product(OpKind::kMatMul, {}, {}), 1, 1, 7, 1);
}

TEST(Products, OtherNodesHaveNone) {
  Graph graph;
  const TensorId x = graph.add_tensor({"x", DType::kFloat32, {4}, nullptr});
  const TensorId y = graph.add_tensor({"y", DType::kFloat32, {4}, nullptr});
  graph.add_node({"n", OpKind::kRelu, {}, {x}, {y}});
  EXPECT_TRUE(products_of(graph).empty());
}

}  // namespace
}  // namespace systole::ir
