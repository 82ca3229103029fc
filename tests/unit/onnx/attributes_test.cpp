// How attributes of the different opsets are resolved.
#include <gmock/gmock.h>

#include "tests/unit/onnx/support/model_builder.h"

namespace systole {
namespace {

using ::onnx::TensorProto;

// The window of a MaxPool over one row of `width` with a 1-D kernel of 3, and the output's width.
struct Row {
  ir::Window window;
  std::int64_t width = 0;
};
Row max_pool(int width, std::int64_t stride, const std::string& auto_pad, bool ceil_mode = false) {
  ModelBuilder model(12);
  model.input("x", {1, 1, width}).output("y");
  model.node("MaxPool", {"x"}, {"y"})
      .integers("kernel_shape", {3})
      .integers("strides", {stride})
      .text("auto_pad", auto_pad)
      .integer("ceil_mode", ceil_mode ? 1 : 0);
  const ir::Graph graph = imported(model);
  if (graph.node_count() == 0) return {};
  const ir::Shape& shape = graph.tensor(graph.outputs()[0]).value.shape;
  return {std::get<ir::PoolAttributes>(graph.node(0).attributes).window, shape[2]};
}

TEST(ImportAttributes, AutoPadBecomesNumbers) {
  // 6 elements, kernel 3, stride 2: SAME gives ceil(6 / 2) = 3 outputs, which need (3 - 1) * 2 + 3 = 7
  // elements.
  const Row upper = max_pool(6, 2, "SAME_UPPER");
  EXPECT_EQ(upper.width, 3);
  EXPECT_EQ(upper.window.pad_begin[1], 0);
  EXPECT_EQ(upper.window.pad_end[1], 1);
  const Row lower = max_pool(6, 2, "SAME_LOWER");
  EXPECT_EQ(lower.width, 3);
  EXPECT_EQ(lower.window.pad_begin[1], 1);
  EXPECT_EQ(lower.window.pad_end[1], 0);
  const Row valid = max_pool(6, 2, "VALID");
  EXPECT_EQ(valid.width, 2);  // (6 - 3) / 2 + 1
  EXPECT_EQ(valid.window.pad_end[1], 0);
  // A row is a plane of height 1.
  EXPECT_EQ(upper.window.kernel, (std::array<std::int64_t, 2>{1, 3}));
  EXPECT_EQ(upper.window.stride, (std::array<std::int64_t, 2>{1, 2}));
}

TEST(ImportAttributes, CeilModeShowsInTheShape) {
  EXPECT_EQ(max_pool(6, 2, "NOTSET", false).width, 2);
  EXPECT_EQ(max_pool(6, 2, "NOTSET", true).width, 3);
  EXPECT_EQ(max_pool(7, 2, "NOTSET", true).width, 3);  // no remainder
}

TEST(ImportAttributes, ConvOfTwoDimensions) {
  ModelBuilder model(11);
  model.input("x", {1, 4, 9, 8}).output("y", {1, 6, 4, 8});
  model.floats("w", {6, 2, 3, 1}, std::vector<float>(36, 1.0F));
  model.node("Conv", {"x", "w"}, {"y"})
      .integer("group", 2)
      .integers("pads", {0, 1, 1, 0})
      .integers("strides", {2, 1})
      .integers("dilations", {1, 1});
  // H: (9 + 0 + 1 - 3) / 2 + 1 = 4 (7 / 2 rounds down); W: (8 + 1 + 0 - 1) / 1 + 1 = 9, not the declared 8.
  EXPECT_THAT(import_model(model).issues,
              ::testing::ElementsAre(
                  "net.onnx: 'y' is declared as float32 [1, 6, 4, 8], but is float32 [1, 6, 4, 9]"));
  model.proto().mutable_graph()->mutable_output(0)->mutable_type()->clear_tensor_type();
  model.proto().mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(1);
  const ir::Graph graph = imported(model);
  const auto& conv = std::get<ir::ConvAttributes>(graph.node(0).attributes);
  EXPECT_EQ(conv.groups, 2);
  EXPECT_EQ(conv.window.kernel, (std::array<std::int64_t, 2>{3, 1}));  // from the weights' shape
  EXPECT_EQ(conv.window.pad_begin, (std::array<std::int64_t, 2>{0, 1}));
  EXPECT_EQ(conv.window.pad_end, (std::array<std::int64_t, 2>{1, 0}));
}

TEST(ImportAttributes, ClipOfOpset6HasConstantInputs) {
  ModelBuilder model(6);
  model.input("x", {4}).output("y");
  model.node("Clip", {"x"}, {"y"}, "clip").real("max", 6.0F);
  const ir::Graph graph = imported(model);
  const ir::Node& clip = graph.node(0);
  ASSERT_EQ(clip.inputs.size(), 3U);
  EXPECT_EQ(clip.inputs[1], ir::kNoTensor);
  const ir::Tensor& max = graph.tensor(clip.inputs[2]).value;
  EXPECT_EQ(max.name, "clip/max");
  EXPECT_TRUE(max.shape.empty());
  EXPECT_EQ(max.as<float>()[0], 6.0F);
}

ir::AxisAttributes softmax(int opset, const std::vector<Dim>& shape, std::optional<std::int64_t> axis) {
  ModelBuilder model(opset);
  model.input("x", shape).output("y");
  auto node = model.node("Softmax", {"x"}, {"y"});
  if (axis) node.integer("axis", *axis);
  const ir::Graph graph = imported(model);
  return std::get<ir::AxisAttributes>(graph.node(0).attributes);
}

TEST(ImportAttributes, SoftmaxDefaultsChangedWithOpset13) {
  EXPECT_EQ(softmax(12, {2, 3, 4}, std::nullopt).axis, 1);
  EXPECT_TRUE(softmax(12, {2, 3, 4}, std::nullopt).flatten_at_axis);
  EXPECT_FALSE(softmax(12, {2, 3}, std::nullopt).flatten_at_axis);  // the last axis: nothing to flatten
  EXPECT_EQ(softmax(13, {2, 3, 4}, std::nullopt).axis, 2);
  EXPECT_FALSE(softmax(13, {2, 3, 4}, 0).flatten_at_axis);
  EXPECT_EQ(softmax(13, {2, 3, 4}, -2).axis, 1);
}

TEST(ImportAttributes, TopKOfOldOpsets) {
  ModelBuilder model(9);
  model.input("x", {2, 5}).output("v").output("i", TensorProto::INT64);
  model.node("TopK", {"x"}, {"v", "i"}).integer("k", 3);
  const ir::Graph graph = imported(model);
  EXPECT_EQ(std::get<ir::AxisAttributes>(graph.node(0).attributes).k, 3);
  EXPECT_EQ(graph.tensor(graph.outputs()[0]).value.shape, (ir::Shape{2, 3}));
}

ir::Shape reshape(const std::vector<std::int64_t>& target) {
  ModelBuilder model(13);
  model.input("x", {2, 3, 4}).output("y").int64s("s", {static_cast<std::int64_t>(target.size())}, target);
  model.node("Reshape", {"x", "s"}, {"y"});
  const Imported result = import_model(model);
  return result.graph ? result.graph->tensor(result.graph->outputs()[0]).value.shape : ir::Shape{-1};
}

TEST(ImportAttributes, ReshapeWithZeroAndMinusOne) {
  EXPECT_EQ(reshape({0, -1}), (ir::Shape{2, 12}));
  EXPECT_EQ(reshape({-1}), ir::Shape{24});
  EXPECT_EQ(reshape({4, 0, 2}), (ir::Shape{4, 3, 2}));
  EXPECT_EQ(reshape({5, -1}), ir::Shape{-1});       // 24 is no multiple of 5
  EXPECT_EQ(reshape({-1, -1}), ir::Shape{-1});      // two unknowns
  EXPECT_EQ(reshape({2, 3, 4, 0}), ir::Shape{-1});  // no fourth dimension to copy
  EXPECT_EQ(reshape({-2, -12}), ir::Shape{-1});
  EXPECT_EQ(reshape({INT64_MAX, INT64_MAX}), ir::Shape{-1});
}

TEST(ImportAttributes, FlattenAxes) {
  for (const auto& [axis, shape] : std::vector<std::pair<std::int64_t, ir::Shape>>{
           {0, {1, 24}}, {1, {2, 12}}, {3, {24, 1}}, {-1, {6, 4}}}) {
    ModelBuilder model;
    model.input("x", {2, 3, 4}).output("y");
    model.node("Flatten", {"x"}, {"y"}).integer("axis", axis);
    const ir::Graph graph = imported(model);
    EXPECT_EQ(graph.tensor(graph.outputs()[0]).value.shape, shape) << axis;
  }
}

TEST(ImportAttributes, ArgMaxShapes) {
  for (const bool keep : {false, true}) {
    ModelBuilder model;
    model.input("x", {2, 3}).output("y", TensorProto::INT64);
    model.node("ArgMax", {"x"}, {"y"}).integer("axis", -1).integer("keepdims", keep ? 1 : 0);
    const ir::Graph graph = imported(model);
    EXPECT_EQ(graph.tensor(graph.outputs()[0]).value.shape, keep ? (ir::Shape{2, 1}) : ir::Shape{2});
  }
}

TEST(ImportAttributes, GlobalAveragePoolIsAPoolWithTheFullWindow) {
  ModelBuilder model;
  model.input("x", {1, 8, 5, 7}).output("y", {1, 8, 1, 1});
  model.node("GlobalAveragePool", {"x"}, {"y"});
  const ir::Graph graph = imported(model);
  EXPECT_EQ(graph.node(0).op, ir::OpKind::kGlobalAveragePool);
  EXPECT_EQ(std::get<ir::PoolAttributes>(graph.node(0).attributes).window.kernel,
            (std::array<std::int64_t, 2>{5, 7}));
}

TEST(ImportAttributes, QLinearAddOfMicrosoft) {
  ModelBuilder model;
  model.input("a", {2, 1}, TensorProto::UINT8).input("b", {3}, TensorProto::UINT8);
  model.output("y", {2, 3}, TensorProto::UINT8);
  model.floats("s", {}, {0.5F}).ints("z", TensorProto::UINT8, {}, {128});
  model.node("QLinearAdd", {"a", "s", "z", "b", "s", "", "s", "z"}, {"y"}).domain("com.microsoft");
  const ir::Graph graph = imported(model);
  ASSERT_EQ(graph.node_count(), 1U);
  EXPECT_EQ(graph.node(0).inputs[5], ir::kNoTensor);
  EXPECT_EQ(graph.tensor(graph.outputs()[0]).value.shape, (ir::Shape{2, 3}));
}

TEST(ImportAttributes, QuantizeDefaultsToUint8AndPerAxisNeedsOpset13) {
  ModelBuilder model(13);
  model.input("x", {1, 2, 4}).floats("s", {2}, {1, 2}).output("y", TensorProto::UINT8);
  model.node("QuantizeLinear", {"x", "s"}, {"y"}, "q");
  EXPECT_EQ(std::get<ir::AxisAttributes>(imported(model).node(0).attributes).axis, 1);
  model.proto().mutable_opset_import(0)->set_version(10);
  EXPECT_THAT(
      import_model(model).issues,
      ::testing::ElementsAre("net.onnx: q: QuantizeLinear: input 's' has shape [2] instead of a scalar"));
}

}  // namespace
}  // namespace systole
