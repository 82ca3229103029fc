// The executor itself: order, inputs, outputs, what is kept.
#include "models/reference/run.h"

#include <gtest/gtest.h>

#include "hw/base/assert.h"
#include "tests/unit/reference/one_node.h"

namespace systole {
namespace {

// x -> Relu -> r; r + r -> s; s + x -> y. The nodes are added last to first.
struct Diamond {
  Diamond() {
    x = graph.add_tensor({"x", DType::kFloat32, {2}, nullptr});
    r = graph.add_tensor({"r", DType::kFloat32, {2}, nullptr});
    s = graph.add_tensor({"s", DType::kFloat32, {2}, nullptr});
    y = graph.add_tensor({"y", DType::kFloat32, {2}, nullptr});
    graph.add_node({"last", ir::OpKind::kAdd, {}, {s, x}, {y}});
    graph.add_node({"middle", ir::OpKind::kAdd, {}, {r, r}, {s}});
    graph.add_node({"first", ir::OpKind::kRelu, {}, {x}, {r}});
    graph.set_inputs({x});
    graph.set_outputs({y, r});
  }
  ir::Graph graph;
  ir::TensorId x, r, s, y;
};

TEST(RunReference, RunsInTopologicalOrder) {
  const Diamond net;
  const std::vector<ir::TensorData> inputs{ir::make_data(std::vector<float>{3, -4})};
  const ReferenceResult result = run_reference(net.graph, inputs);
  ASSERT_EQ(result.outputs.size(), 2U);
  EXPECT_EQ(values_of<float>(result.outputs[0]), (std::vector<float>{9, -4}));
  EXPECT_EQ(result.outputs[0].name, "y");
  EXPECT_EQ(values_of<float>(result.outputs[1]), (std::vector<float>{3, 0}));  // read by others, still there
  EXPECT_TRUE(result.all.empty());
}

TEST(RunReference, KeepsAllOnRequest) {
  const Diamond net;
  const std::vector<ir::TensorData> inputs{ir::make_data(std::vector<float>{3, -4})};
  const ReferenceResult result = run_reference(net.graph, inputs, true);
  ASSERT_EQ(result.all.size(), 4U);
  EXPECT_EQ(*result.all[net.s], *ir::make_data(std::vector<float>{6, 0}));
  EXPECT_EQ(result.all[net.x], inputs[0]);
}

TEST(RunReference, RefusesWrongInputs) {
  const Diamond net;
  EXPECT_THROW(run_reference(net.graph, {}), InternalError);
  const std::vector<ir::TensorData> small{ir::make_data(std::vector<float>{3})};
  EXPECT_THROW(run_reference(net.graph, small), InternalError);
}

}  // namespace
}  // namespace systole
