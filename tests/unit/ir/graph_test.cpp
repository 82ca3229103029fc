#include "models/ir/graph.h"

#include <gtest/gtest.h>

#include "hw/base/assert.h"

namespace systole::ir {
namespace {

Node relu(const std::string& name, TensorId in, TensorId out) {
  return {name, OpKind::kRelu, std::monostate{}, {in}, {out}};
}

TEST(Graph, KnowsProducersAndConsumers) {
  Graph graph;
  const TensorId a = graph.add_tensor({"a", DType::kFloat32, {4}, nullptr});
  const TensorId b = graph.add_tensor({"b", DType::kFloat32, {4}, nullptr});
  const TensorId c = graph.add_tensor({"c", DType::kFloat32, {4}, nullptr});
  const NodeIndex first = graph.add_node(relu("first", a, b));
  const NodeIndex twice = graph.add_node({"twice", OpKind::kAdd, std::monostate{}, {b, b}, {c}});
  EXPECT_FALSE(graph.tensor(a).producer.has_value());
  EXPECT_EQ(graph.tensor(b).producer, first);
  EXPECT_EQ(graph.tensor(b).consumers, std::vector<NodeIndex>{twice});  // once, though it reads b twice
  EXPECT_EQ(graph.find_tensor("c"), c);
  EXPECT_FALSE(graph.find_tensor("d").has_value());
  EXPECT_EQ(boost::num_edges(graph.adjacency()), 1U);
}

TEST(Graph, OrdersIndependentNodesByNumber) {
  // 0: d -> e; 1: c -> d; 2: a -> b; 3: a -> c. So 2 and 3 are ready first, then 1, then 0.
  Graph graph;
  for (const char* name : {"a", "b", "c", "d", "e"}) graph.add_tensor({name, DType::kFloat32, {1}, nullptr});
  graph.add_node(relu("n0", 3, 4));
  graph.add_node(relu("n1", 2, 3));
  graph.add_node(relu("n2", 0, 1));
  graph.add_node(relu("n3", 0, 2));
  EXPECT_EQ(graph.topological_order(), (std::vector<NodeIndex>{2, 3, 1, 0}));
}

TEST(Graph, HasNoOrderWithACycle) {
  Graph graph;
  const TensorId a = graph.add_tensor({"a", DType::kFloat32, {1}, nullptr});
  const TensorId b = graph.add_tensor({"b", DType::kFloat32, {1}, nullptr});
  graph.add_node(relu("n0", a, b));
  EXPECT_TRUE(graph.topological_order().has_value());
  graph.add_node(relu("n1", b, a));
  EXPECT_FALSE(graph.topological_order().has_value());
}

TEST(Graph, CopiesAreIndependent) {
  Graph graph;
  const TensorId a = graph.add_tensor({"a", DType::kFloat32, {1}, nullptr});
  const TensorId b = graph.add_tensor({"b", DType::kFloat32, {1}, nullptr});
  graph.add_node(relu("n0", a, b));
  Graph copy = graph;
  copy.node(0).name = "other";
  EXPECT_EQ(graph.node(0).name, "n0");
  EXPECT_EQ(copy.topological_order(), graph.topological_order());
}

TEST(Graph, RefusesASecondProducer) {
  Graph graph;
  const TensorId a = graph.add_tensor({"a", DType::kFloat32, {1}, nullptr});
  const TensorId b = graph.add_tensor({"b", DType::kFloat32, {1}, nullptr});
  graph.add_node(relu("n0", a, b));
  EXPECT_THROW(graph.add_node(relu("n1", a, b)), InternalError);
}

TEST(OpNames, RoundTrip) {
  for (std::size_t i = 0; i < kOpKindCount; ++i) {
    const auto kind = static_cast<OpKind>(i);
    EXPECT_NE(name_of(kind), "?");
    EXPECT_EQ(op_from_name(name_of(kind)), kind);
  }
  EXPECT_EQ(name_of(OpKind::kTopK), "TopK");
  EXPECT_FALSE(op_from_name("Sigmoide").has_value());
}

}  // namespace
}  // namespace systole::ir
