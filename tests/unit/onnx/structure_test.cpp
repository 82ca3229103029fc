// What the importer makes of the structure of a good model.
#include <gmock/gmock.h>

#include "tests/unit/onnx/support/model_builder.h"

namespace systole {
namespace {

using ir::OpKind;
using ::onnx::TensorProto;
using ::testing::ElementsAre;

TEST(ImportStructure, InitialisersAreConstantsEvenIfListedAsInputs) {
  ModelBuilder model;
  model.input("x", {1, 2}).input("w", {2, 3}).floats("w", {2, 3}, {1, 2, 3, 4, 5, 6}).output("y", {1, 3});
  model.node("MatMul", {"x", "w"}, {"y"}, "fc");
  const ir::Graph graph = imported(model);
  ASSERT_EQ(graph.inputs().size(), 1U);
  EXPECT_EQ(graph.tensor(graph.inputs()[0]).value.name, "x");
  const ir::TensorInfo& w = graph.tensor(*graph.find_tensor("w"));
  ASSERT_TRUE(w.is_constant());
  EXPECT_EQ(w.value.as<float>()[5], 6.0F);
  EXPECT_EQ(graph.name, "net");
}

TEST(ImportStructure, NamesAreUnique) {
  ModelBuilder model;
  model.input("x", {4}).output("d");
  model.node("Relu", {"x"}, {"a"});
  model.node("Relu", {"a"}, {"b"}, "same");
  model.node("Relu", {"b"}, {"c"}, "same");
  model.node("Relu", {"c"}, {"d"}, "Relu_0");
  const ir::Graph graph = imported(model);
  ASSERT_EQ(graph.node_count(), 4U);
  std::vector<std::string> names;
  for (ir::NodeIndex i = 0; i < 4; ++i) names.push_back(graph.node(i).name);
  EXPECT_THAT(names, ElementsAre("Relu_0_", "same", "same_2", "Relu_0"));
}

TEST(ImportStructure, SortsNodesAndDropsUnneededOnes) {
  ModelBuilder model;
  model.input("x", {4}).output("b");
  model.node("Relu", {"a"}, {"b"}, "second");
  model.node("Relu", {"x"}, {"a"}, "first");
  model.node("Sigmoid", {"a"}, {"nobody"}, "unneeded");
  const ir::Graph graph = imported(model);
  ASSERT_EQ(graph.node_count(), 2U);
  EXPECT_EQ(graph.node(0).name, "first");
  EXPECT_EQ(graph.node(1).name, "second");
}

TEST(ImportStructure, ConstantNodesOfEveryKind) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y").output("v").output("i", TensorProto::INT64);
  model.node("Constant", {}, {"shape"}).integers("value_ints", {3, -1});
  model.node("Constant", {}, {"low"}).real("value_float", -1.5F);
  model.node("Reshape", {"x", "shape"}, {"r"});
  model.node("Clip", {"r", "low"}, {"y"});
  auto* k = model.node("Constant", {}, {"k"}).proto().add_attribute();
  k->set_name("value");
  k->set_type(::onnx::AttributeProto::TENSOR);
  k->mutable_t()->set_data_type(TensorProto::INT64);
  k->mutable_t()->add_dims(1);
  k->mutable_t()->add_int64_data(2);
  model.node("TopK", {"x", "k"}, {"v", "i"});
  const ir::Graph graph = imported(model);
  ASSERT_EQ(graph.node_count(), 3U);  // the constants are gone
  EXPECT_EQ(graph.tensor(*graph.find_tensor("y")).value.shape, (ir::Shape{3, 2}));
  EXPECT_EQ(graph.tensor(*graph.find_tensor("low")).value.as<float>()[0], -1.5F);
  EXPECT_EQ(graph.tensor(*graph.find_tensor("i")).value.shape, (ir::Shape{2, 2}));
  EXPECT_EQ(graph.node(0).inputs.size(), 1U);  // the shape is that of the output
}

TEST(ImportStructure, IdentityAndDropoutVanish) {
  ModelBuilder model(13);
  model.input("x", {4}).output("y");
  model.node("Identity", {"x"}, {"a"});
  model.node("Dropout", {"a"}, {"b", "mask"});
  model.node("Relu", {"b"}, {"y"}, "relu");
  const ir::Graph graph = imported(model);
  ASSERT_EQ(graph.node_count(), 1U);
  EXPECT_EQ(graph.node(0).inputs, graph.inputs());
}

TEST(ImportStructure, MovementsThatMoveNothingVanish) {
  ModelBuilder model(9);  // pads and slices are attributes
  model.input("x", {1, 2, 3, 4}).output("y");
  model.node("Pad", {"x"}, {"a"}).integers("pads", {0, 0, 0, 0, 0, 0, 0, 0});
  model.node("Slice", {"a"}, {"b"}).integers("starts", {0}).integers("ends", {9}).integers("axes", {2});
  model.node("Transpose", {"b"}, {"c"}).integers("perm", {0, 1, 2, 3});
  model.node("Concat", {"c"}, {"d"}).integer("axis", 1);
  model.node("Relu", {"d"}, {"y"}, "relu");
  const ir::Graph graph = imported(model);
  ASSERT_EQ(graph.node_count(), 1U);
  EXPECT_EQ(graph.node(0).inputs, graph.inputs());
}

TEST(ImportStructure, MovementsThatMoveStay) {
  ModelBuilder model(9);
  model.input("x", {1, 2, 3, 4}).output("y");
  model.node("Pad", {"x"}, {"a"}).integers("pads", {0, 0, 0, 1, 0, 0, 0, 0});
  model.node("Slice", {"a"}, {"b"}).integers("starts", {1}).integers("ends", {9}).integers("axes", {2});
  model.node("Transpose", {"b"}, {"c"}).integers("perm", {0, 1, 3, 2});
  model.node("Concat", {"c", "c"}, {"y"}).integer("axis", 1);
  EXPECT_EQ(imported(model).node_count(), 4U);
}

TEST(ImportStructure, AnOutputThatIsAnIdentityIsACopy) {
  ModelBuilder model;
  model.input("x", {4}).output("y").output("z");
  model.node("Relu", {"x"}, {"y"}, "relu");
  model.node("Identity", {"y"}, {"z"}, "same");
  const ir::Graph graph = imported(model);
  ASSERT_EQ(graph.node_count(), 2U);
  EXPECT_EQ(graph.node(1).op, OpKind::kIdentity);
  EXPECT_EQ(graph.node(1).name, "same");
  EXPECT_EQ(graph.tensor(graph.outputs()[1]).value.name, "z");
}

TEST(ImportStructure, InputsCanBeGivenAValue) {
  ModelBuilder model;
  model.input("x", {4}).input("shape", {2}, TensorProto::INT64).output("y");
  model.node("Reshape", {"x", "shape"}, {"y"}, "reshape");
  EXPECT_FALSE(import_model(model).graph.has_value());
  ImportOptions options;
  options.constants["shape"] = {"", DType::kInt64, {2}, ir::make_data(std::vector<std::int64_t>{2, 2})};
  const Imported result = import_model(model, options);
  ASSERT_TRUE(result.graph.has_value());
  EXPECT_EQ(result.graph->inputs().size(), 1U);
  options.constants["shape"].shape = {1, 2};
  options.constants["sharp"] = options.constants["shape"];
  EXPECT_THAT(import_model(model, options).issues,
              ElementsAre("net.onnx: 'shape' is declared as int64 [2], but is int64 [1, 2]",
                          "net.onnx: there is no input 'sharp' to give a value to"));
}

TEST(ImportStructure, AnyDimensionOfAnInputCanBeSetByItsPlace) {
  ModelBuilder model;
  model.input("x", {"N", 3, 8, 8}).output("y");
  model.node("Relu", {"x"}, {"y"});
  ImportOptions options;
  options.dims = {{"N", 2}, {"x[2]", 5}};
  const Imported result = import_model(model, options);
  ASSERT_TRUE(result.graph.has_value());
  EXPECT_THAT(result.graph->tensor(result.graph->outputs()[0]).value.shape, ElementsAre(2, 3, 5, 8));
  options.dims = {{"N", 2}, {"x[1]", 0}, {"x[4]", 1}};
  EXPECT_THAT(import_model(model, options).issues,
              ElementsAre("net.onnx: dimension 'x[1]' cannot have the size 0",
                          "net.onnx: no input has a dynamic dimension 'x[4]' to give a size to",
                          "net.onnx: input 'x' has shape [2, 0, 8, 8]; every dimension must be at least 1"));
}

TEST(ImportStructure, UnwantedOutputsAreNoTensor) {
  ModelBuilder model;
  model.input("x", {4}).int64s("k", {1}, {2}).output("i", TensorProto::INT64);
  model.node("TopK", {"x", "k"}, {"v", "i"});
  const ir::Graph graph = imported(model);
  EXPECT_THAT(graph.node(0).outputs, ElementsAre(ir::kNoTensor, graph.outputs()[0]));
}

}  // namespace
}  // namespace systole
