#include "models/ir/bookkeeping.h"

#include <gtest/gtest.h>

namespace systole::ir {
namespace {

// Builds one node: inputs with shapes and whether they are constant, and one output.
class OneNode {
public:
  TensorId input(DType type, const Shape& shape, bool constant = false) {
    Tensor tensor{"t" + std::to_string(graph.tensor_count()), type, shape, nullptr};
    if (constant) tensor.data = std::make_shared<const std::vector<std::byte>>(tensor.bytes());
    inputs_.push_back(graph.add_tensor(tensor));
    return inputs_.back();
  }
  void absent() { inputs_.push_back(kNoTensor); }
  void again(TensorId id) { inputs_.push_back(id); }
  NodeCost cost(OpKind op, const Attributes& attributes, DType type, const Shape& out) {
    const TensorId y = graph.add_tensor({"y", type, out, nullptr});
    return cost_of(graph, graph.add_node({"n", op, attributes, inputs_, {y}}));
  }
  Graph graph;

private:
  std::vector<TensorId> inputs_;
};

Window window(std::int64_t h, std::int64_t w) { return {{h, w}, {1, 1}, {1, 1}, {0, 0}, {0, 0}}; }

TEST(Bookkeeping, ConvWithGroupsAndBias) {
  OneNode node;
  node.input(DType::kFloat32, {1, 8, 10, 10});
  node.input(DType::kFloat32, {16, 4, 3, 3}, true);  // 2 groups
  node.input(DType::kFloat32, {16}, true);
  const NodeCost cost =
      node.cost(OpKind::kConv, ConvAttributes{window(3, 3), 2}, DType::kFloat32, {1, 16, 8, 8});
  EXPECT_EQ(cost.operations.macs, 16 * 8 * 8 * (4 * 3 * 3));  // 36,864
  EXPECT_EQ(cost.operations.additions, 16 * 8 * 8);
  EXPECT_EQ(cost.parameters, 16 * 4 * 3 * 3 + 16);  // 592
  EXPECT_EQ(cost.input_bytes, 8 * 10 * 10 * 4);
  EXPECT_EQ(cost.output_bytes, 16 * 8 * 8 * 4);
}

TEST(Bookkeeping, QLinearConvCountsRequantisationAndNoScales) {
  OneNode node;
  node.input(DType::kUInt8, {1, 1, 8, 8});
  node.input(DType::kFloat32, {}, true);
  node.input(DType::kUInt8, {}, true);
  node.input(DType::kInt8, {4, 1, 3, 3}, true);
  node.input(DType::kFloat32, {4}, true);
  node.input(DType::kInt8, {4}, true);
  node.input(DType::kFloat32, {}, true);
  node.input(DType::kUInt8, {}, true);
  node.input(DType::kInt32, {4}, true);
  const NodeCost cost =
      node.cost(OpKind::kQLinearConv, ConvAttributes{window(3, 3), 1}, DType::kUInt8, {1, 4, 6, 6});
  EXPECT_EQ(cost.operations.macs, 4 * 36 * 9);
  EXPECT_EQ(cost.operations.additions, 144);
  EXPECT_EQ(cost.operations.multiplications, 144);
  EXPECT_EQ(cost.operations.conversions, 288);
  EXPECT_EQ(cost.parameters, 36 + 4);
  EXPECT_EQ(cost.input_bytes, 64);
}

TEST(Bookkeeping, GemmTransposedWithAlpha) {
  OneNode node;
  node.input(DType::kFloat32, {7, 5});  // transposed: M = 5, K = 7
  node.input(DType::kFloat32, {3, 7}, true);
  const NodeCost cost =
      node.cost(OpKind::kGemm, GemmAttributes{0.5F, 2.0F, true, true}, DType::kFloat32, {5, 3});
  EXPECT_EQ(cost.operations.macs, 5 * 7 * 3);
  EXPECT_EQ(cost.operations.multiplications, 15);  // alpha; there is no C for beta
  EXPECT_EQ(cost.operations.additions, 0);
  EXPECT_EQ(cost.parameters, 21);
}

TEST(Bookkeeping, BatchedMatMul) {
  OneNode node;
  node.input(DType::kFloat32, {2, 1, 3, 4});
  node.input(DType::kFloat32, {5, 4, 6});
  const NodeCost cost = node.cost(OpKind::kMatMul, {}, DType::kFloat32, {2, 5, 3, 6});
  EXPECT_EQ(cost.operations.macs, 2 * 5 * 3 * 6 * 4);
  EXPECT_EQ(cost.parameters, 0);  // nothing is constant
}

TEST(Bookkeeping, Pooling) {
  OneNode node;
  node.input(DType::kFloat32, {1, 2, 4, 4});
  const NodeCost max =
      node.cost(OpKind::kMaxPool, PoolAttributes{window(2, 2), false}, DType::kFloat32, {1, 2, 3, 3});
  EXPECT_EQ(max.operations.comparisons, 18 * 3);
  EXPECT_EQ(max.operations.macs, 0);
  OneNode other;
  other.input(DType::kFloat32, {1, 2, 4, 4});
  const NodeCost average = other.cost(OpKind::kGlobalAveragePool, PoolAttributes{window(4, 4), false},
                                      DType::kFloat32, {1, 2, 1, 1});
  EXPECT_EQ(average.operations.additions, 2 * 15);
  EXPECT_EQ(average.operations.divisions, 2);
}

TEST(Bookkeeping, SoftmaxOverRows) {
  OneNode node;
  node.input(DType::kFloat32, {2, 3, 5});
  AxisAttributes attributes;
  attributes.axis = 1;
  const Operations inner = node.cost(OpKind::kSoftmax, attributes, DType::kFloat32, {2, 3, 5}).operations;
  EXPECT_EQ(inner.exponentials, 30);
  EXPECT_EQ(inner.comparisons, 10 * 2);     // 10 rows of 3
  EXPECT_EQ(inner.additions, 30 + 10 * 2);  // differences and sums
  OneNode other;
  other.input(DType::kFloat32, {2, 3, 5});
  attributes.flatten_at_axis = true;  // 2 rows of 15
  EXPECT_EQ(other.cost(OpKind::kSoftmax, attributes, DType::kFloat32, {2, 3, 5}).operations.comparisons,
            2 * 14);
}

TEST(Bookkeeping, TopKAndClip) {
  OneNode node;
  node.input(DType::kFloat32, {2, 10});
  AxisAttributes attributes;
  attributes.axis = 1;
  attributes.k = 3;
  EXPECT_EQ(node.cost(OpKind::kTopK, attributes, DType::kFloat32, {2, 3}).operations.comparisons,
            2 * (9 + 8 + 7));
  OneNode clip;
  clip.input(DType::kFloat32, {6});
  clip.absent();
  clip.input(DType::kFloat32, {}, true);
  const NodeCost cost = clip.cost(OpKind::kClip, {}, DType::kFloat32, {6});
  EXPECT_EQ(cost.operations.comparisons, 6);  // max only
  EXPECT_EQ(cost.parameters, 0);
}

TEST(Bookkeeping, AnOperandUsedTwiceIsReadOnce) {
  OneNode node;
  const TensorId a = node.input(DType::kFloat32, {8});
  node.again(a);
  const NodeCost cost = node.cost(OpKind::kAdd, {}, DType::kFloat32, {8});
  EXPECT_EQ(cost.input_bytes, 32);
  EXPECT_EQ(cost.operations.additions, 8);
}

TEST(Bookkeeping, EdgeBytes) {
  OneNode node;
  const TensorId scalar = node.input(DType::kInt64, {});
  const TensorId image = node.input(DType::kUInt8, {1, 3, 4, 4});
  EXPECT_EQ(edge_bytes(node.graph, scalar), 8);
  EXPECT_EQ(edge_bytes(node.graph, image), 48);
}

}  // namespace
}  // namespace systole::ir
