// Bad models: each a clear message that names the file, the node and what to do.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "tests/unit/onnx/support/model_builder.h"

namespace systole {
namespace {

using ::onnx::TensorProto;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ModelBuilder good_model() {
  ModelBuilder model;
  model.input("x", {1, 2}).floats("w", {2, 3}, {1, 2, 3, 4, 5, 6}).output("y");
  model.node("MatMul", {"x", "w"}, {"y"}, "fc");
  return model;
}

TEST(ImportErrors, EveryTruncationIsRefused) {
  const std::string bytes = good_model().bytes();
  ASSERT_TRUE(import_bytes(bytes).graph.has_value());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Imported result = import_bytes(bytes.substr(0, size));
    EXPECT_FALSE(result.graph.has_value()) << size;
    ASSERT_EQ(result.issues.size(), 1U) << size;
    EXPECT_THAT(result.issues[0], StartsWith("net.onnx: "));
  }
}

TEST(ImportErrors, GarbageAndTextFiles) {
  EXPECT_THAT(
      import_bytes("name: digits\nsoc: edge16\n").issues,
      ElementsAre("net.onnx: is not an ONNX model, or is truncated; check the download or export it again"));
  EXPECT_THAT(import_bytes(std::string(1000, '\xff')).issues, ElementsAre(HasSubstr("is not an ONNX model")));
}

TEST(ImportErrors, MissingFile) {
  Issues issues;
  EXPECT_FALSE(import_onnx("no/such/net.onnx", issues).has_value());
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(to_string(issues.list()[0]), "no/such/net.onnx: cannot be read; check that the file exists");
}

TEST(ImportErrors, ADirectoryIsNoModel) {
  Issues issues;
  EXPECT_FALSE(import_onnx(SYSTOLE_SOURCE_DIR, issues).has_value());
  EXPECT_EQ(issues.size(), 1U);
}

TEST(ImportErrors, Opsets) {
  ModelBuilder model(19);
  model.input("x", {1}).output("y");
  model.node("Relu", {"x"}, {"y"});
  EXPECT_THAT(import_model(model).issues,
              ElementsAre("net.onnx: uses opset 19; export it with an opset of 1 to 18"));
  model.proto().clear_opset_import();
  EXPECT_THAT(import_model(model).issues, ElementsAre(HasSubstr("states no opset version")));
}

TEST(ImportErrors, UnsupportedOperatorsNameNodeOperatorAndNeighbours) {
  ModelBuilder model;
  model.input("x", {1, 2, 4, 4}).output("y").output("z").output("v");
  model.node("ThresholdedRelu", {"x"}, {"y"}, "act1");
  model.node("LSTM", {"y"}, {"z"}, "rnn");
  model.node("Relu", {"x"}, {"v"}, "custom").domain("my.ops");
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(
          "net.onnx: act1: operator ThresholdedRelu is not supported; the nearest supported: Relu",
          AllOf(StartsWith("net.onnx: rnn: operator LSTM is not supported; supported are Abs, Add, ArgMax"),
                HasSubstr("TopK")),
          HasSubstr("custom: operator my.ops.Relu is not supported")));
}

TEST(ImportErrors, QLinearAddIsNoOnnxOperator) {
  ModelBuilder model;
  model.input("x", {1}).output("y");
  model.node("QLinearAdd", {"x"}, {"y"}, "add");
  EXPECT_THAT(import_model(model).issues,
              ElementsAre(HasSubstr("add: operator QLinearAdd is not supported")));
}

TEST(ImportErrors, DynamicDimensions) {
  ModelBuilder model;
  model.input("x", {"N", 3, 8, "width"}).output("y");
  model.node("Relu", {"x"}, {"y"});
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(AllOf(HasSubstr("input 'x' has a dynamic dimension 0 ('N')"), HasSubstr("fixed shapes")),
                  HasSubstr("input 'x' has a dynamic dimension 3 ('width')")));
}

TEST(ImportErrors, DynamicDimensionsMayBeGivenASize) {
  ModelBuilder model;
  model.input("x", {"N", 3, 8, "width"}).output("y");
  model.node("Relu", {"x"}, {"y"});
  const auto sized = import_model(model, {{}, {{"N", 2}, {"width", 5}}, {}});
  ASSERT_TRUE(sized.graph) << testing::PrintToString(sized.issues);
  EXPECT_EQ(sized.graph->tensor(sized.graph->inputs()[0]).value.shape, (ir::Shape{2, 3, 8, 5}));
  EXPECT_EQ(sized.graph->tensor(sized.graph->outputs()[0]).value.shape, (ir::Shape{2, 3, 8, 5}));
  EXPECT_THAT(
      import_model(model, {{}, {{"N", 2}}, {}}).issues,
      ElementsAre(AllOf(HasSubstr("dimension 3 ('width')"), HasSubstr("set `workload.dims: {width: 1}`"))));
  EXPECT_THAT(import_model(model, {{}, {{"N", 2}, {"widht", 5}, {"width", 0}}, {}}).issues,
              Contains("net.onnx: no input has a dynamic dimension 'widht' to give a size to; did you mean "
                       "'width'?"));
  EXPECT_THAT(import_model(model, {{}, {{"N", 2}, {"width", 0}}, {}}).issues,
              Contains("net.onnx: dimension 'width' cannot have the size 0"));
}

TEST(ImportErrors, ImpossibleDimensions) {
  for (const auto& dims : std::vector<std::vector<std::int64_t>>{
           {0, 4}, {-1, 4}, {INT64_MAX, INT64_MAX}, {1 << 16, 1 << 15}, {1, 1, 1, 1, 1, 1, 1, 1, 1}}) {
    ModelBuilder model;
    model.input("x", {}).output("y");
    auto* shape = model.proto().mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
    for (const std::int64_t dim : dims) shape->mutable_shape()->add_dim()->set_dim_value(dim);
    model.node("Relu", {"x"}, {"y"});
    EXPECT_THAT(import_model(model).issues, ElementsAre(StartsWith("net.onnx: input 'x' has "))) << dims[0];
  }
}

TEST(ImportErrors, ResultsThatAreTooLarge) {
  ModelBuilder model;
  model.input("a", {65536, 1}).input("b", {1, 65536}).output("y");
  model.node("Add", {"a", "b"}, {"y"}, "blow_up");
  EXPECT_THAT(import_model(model).issues,
              ElementsAre(AllOf(HasSubstr("blow_up: Add: its result has shape [65536, 65536]"))));
}

TEST(ImportErrors, Types) {
  ModelBuilder model;
  model.input("x", {4}, TensorProto::FLOAT16).input("i", {4}, TensorProto::INT32).output("y").output("z");
  model.node("Relu", {"x"}, {"y"});
  model.node("Softmax", {"i"}, {"z"}, "soft");
  EXPECT_THAT(import_model(model).issues,
              ElementsAre(HasSubstr("input 'x' is of type float16, which is not supported"),
                          HasSubstr("soft: Softmax: input 'i' is of type int32; supported here: float32")));
}

TEST(ImportErrors, CycleIsShown) {
  ModelBuilder model;
  model.input("x", {4}).output("y");
  model.node("Add", {"x", "c"}, {"a"}, "n1");
  model.node("Relu", {"a"}, {"b"}, "n2");
  model.node("Relu", {"b"}, {"c"}, "n3");
  model.node("Relu", {"c"}, {"y"}, "behind");
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(
          "net.onnx: the network has a cycle: n1 -> n2 -> n3 -> n1; only acyclic networks can be run"));
}

TEST(ImportErrors, SelfLoopIsShown) {
  ModelBuilder model;
  model.input("x", {4}).output("y");
  model.node("Add", {"x", "y"}, {"y"}, "n1");
  EXPECT_THAT(import_model(model).issues, ElementsAre(HasSubstr("the network has a cycle: n1 -> n1;")));
}

TEST(ImportErrors, MissingInitialiserIsNamedOnce) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y").output("z");
  model.node("MatMul", {"x", "fc.weight"}, {"y"}, "fc");
  model.node("MatMul", {"x", "fc.weight"}, {"z"}, "again");
  EXPECT_THAT(import_model(model).issues,
              ElementsAre(AllOf(StartsWith("net.onnx: fc: MatMul: input 'fc.weight' is neither"),
                                HasSubstr("exported without its parameters"))));
}

TEST(ImportErrors, NaNInWeights) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.floats("w", {2, 1}, {1.0F, std::numeric_limits<float>::quiet_NaN()});
  model.node("MatMul", {"x", "w"}, {"y"}, "fc");
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(
          "net.onnx: fc: MatMul: constant 'w' holds NaN at [1, 0]; check how the network was trained"));
}

TEST(ImportErrors, InfinityInWeightsOfAnyNode) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  ModelBuilder model;
  model.input("x", {1, 1, 2, 2}).output("y");
  model.floats("w", {2, 1, 1, 1}, {1, -kInfinity}).floats("b", {2}, {0, kInfinity});
  model.node("Conv", {"x", "w", "b"}, {"y"}, "conv");
  const auto issues = import_model(model).issues;
  EXPECT_THAT(issues, ElementsAre(HasSubstr("conv: Conv: constant 'w' holds infinity at [1, 0, 0, 0]"),
                                  HasSubstr("conv: Conv: constant 'b' holds infinity at [1]")));
  // No bound: Clip without an upper one.
  ModelBuilder clip;
  clip.input("x", {1, 2}).output("y").floats("low", {}, {0}).floats("high", {}, {kInfinity});
  clip.node("Clip", {"x", "low", "high"}, {"y"});
  EXPECT_TRUE(import_model(clip).graph);
}

TEST(ImportErrors, Initialisers) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.floats("short", {2, 2}, {1, 2, 3});
  model.ints("wide", TensorProto::INT8, {1}, {128});
  model.floats("raw", {2, 2}, {});
  model.proto().mutable_graph()->mutable_initializer(2)->set_raw_data("12345");
  model.floats("huge", {INT64_MAX, 2}, {1});
  model.floats("outside", {2}, {});
  model.proto().mutable_graph()->mutable_initializer(4)->set_data_location(TensorProto::EXTERNAL);
  model.ints("half", TensorProto::FLOAT16, {1}, {1});
  model.node("MatMul", {"x", "short"}, {"y"}, "fc");
  EXPECT_THAT(import_model(model).issues,
              ElementsAre("net.onnx: initialiser 'short' has 3 values for 4 elements",
                          "net.onnx: initialiser 'wide' has the value 128, which its type cannot hold",
                          "net.onnx: initialiser 'raw' has 5 bytes of data; shape [2, 2] of float32 takes 16",
                          HasSubstr("initialiser 'huge' has shape [9223372036854775807, 2]; at most"),
                          HasSubstr("initialiser 'outside' keeps its data in another file"),
                          HasSubstr("initialiser 'half' has type float16, which is not supported")));
}

TEST(ImportErrors, WrongAttributes) {
  ModelBuilder model(12);
  model.input("x", {1, 1, 8}).output("a").output("b").output("c").output("d").output("e");
  model.node("MaxPool", {"x"}, {"a"}, "type").integer("kernel_shape", 3);
  model.node("MaxPool", {"x"}, {"b"}, "unknown").integers("kernel_shape", {3}).integers("kernel_size", {3});
  model.node("MaxPool", {"x"}, {"c"}, "count").integers("kernel_shape", {3, 3});
  model.node("MaxPool", {"x"}, {"d"}, "stride").integers("kernel_shape", {3}).integers("strides", {0});
  model.node("MaxPool", {"x"}, {"e"}, "auto").integers("kernel_shape", {3}).text("auto_pad", "SAME");
  EXPECT_THAT(import_model(model).issues,
              ElementsAre(AllOf(StartsWith("net.onnx: type: MaxPool: "), HasSubstr("kernel_shape")),
                          AllOf(StartsWith("net.onnx: unknown: MaxPool: "), HasSubstr("kernel_size")),
                          "net.onnx: count: MaxPool: attribute 'kernel_shape' has 2 values instead of 1",
                          "net.onnx: stride: MaxPool: attribute 'strides' holds 0; supported are 1 to 65535",
                          HasSubstr("auto: MaxPool: auto_pad 'SAME' is unknown; use NOTSET, SAME_UPPER")));
}

TEST(ImportErrors, WrongAttributesOfMicrosoftOperators) {
  ModelBuilder model;
  model.input("a", {1}, TensorProto::INT8).output("y", TensorProto::INT8).floats("s", {}, {-1.0F});
  model.node("QLinearAdd", {"a", "s", "", "a", "s", "", "s", ""}, {"y"}, "add").domain("com.microsoft");
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(HasSubstr("add: QLinearAdd: scale 's' holds -1.000000; it must be finite and above 0")));
  model.proto().mutable_graph()->mutable_node(0)->mutable_input()->DeleteSubrange(3, 5);
  EXPECT_THAT(import_model(model).issues, ::testing::Contains(HasSubstr("required input 3 is missing")));
}

TEST(ImportErrors, UnknownAttributesOfMicrosoftOperators) {
  ModelBuilder model;
  model.input("a", {1}, TensorProto::INT8).output("y", TensorProto::INT8).floats("s", {}, {1.0F});
  model.node("QLinearAdd", {"a", "s", "", "a", "s", "", "s"}, {"y"}, "add")
      .domain("com.microsoft")
      .integer("fused_relu", 1);
  EXPECT_THAT(import_model(model).issues,
              ElementsAre(HasSubstr("add: QLinearAdd: attribute 'fused_relu' is unknown")));
}

TEST(ImportErrors, Int32HasNoZeroPoint) {
  ModelBuilder model(13);
  model.input("x", {2}, TensorProto::INT32).output("y").output("z").floats("s", {}, {1.0F});
  model.ints("one", TensorProto::INT32, {}, {1}).ints("none", TensorProto::INT32, {}, {0});
  model.node("DequantizeLinear", {"x", "s", "one"}, {"y"}, "bad");
  model.node("DequantizeLinear", {"x", "s", "none"}, {"z"}, "good");
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(HasSubstr("bad: DequantizeLinear: int32 values have no zero point, but 'one' is not 0")));
}

TEST(ImportErrors, Windows) {
  ModelBuilder model(12);
  model.input("x", {1, 1, 8}).input("v", {1, 1, 2, 2, 2}).floats("w", {1, 1, 9}, std::vector<float>(9, 1.0F));
  model.output("a").output("b").output("c").output("d").output("i", TensorProto::INT64).output("e");
  model.node("Conv", {"x", "w"}, {"a"}, "large");
  model.node("MaxPool", {"x"}, {"b"}, "pad").integers("kernel_shape", {2}).integers("pads", {2, 0});
  model.node("MaxPool", {"v"}, {"c"}, "three").integers("kernel_shape", {1, 1, 1});
  model.node("MaxPool", {"x"}, {"d", "i"}, "indices")
      .integers("kernel_shape", {1})
      .integer("storage_order", 1);
  model.node("MaxPool", {"x"}, {"e"}, "both")
      .integers("kernel_shape", {3})
      .integers("pads", {1, 1})
      .text("auto_pad", "SAME_UPPER");
  EXPECT_THAT(import_model(model).issues,
              ElementsAre("net.onnx: large: Conv: the window (9) is larger than the padded input (8)",
                          HasSubstr("pad: MaxPool: a pooling window lies wholly in the padding"),
                          HasSubstr("three: MaxPool: input 'v' has shape [1, 1, 2, 2, 2]; supported are"),
                          "net.onnx: indices: MaxPool: the output Indices is not supported",
                          HasSubstr("indices: MaxPool: storage_order 1"),
                          HasSubstr("both: MaxPool: auto_pad and pads exclude one another")));
}

TEST(ImportErrors, ShapesThatDoNotFit) {
  ModelBuilder model(13);
  model.input("x", {1, 4, 5, 5}).input("m", {2, 3}).output("a").output("b").output("c").output("d");
  model.floats("w", {4, 3, 1, 1}, std::vector<float>(12, 1.0F))
      .floats("v", {4, 2}, std::vector<float>(8, 1.0F));
  model.floats("bias", {3}, {1, 2, 3});
  model.node("Conv", {"x", "w"}, {"a"}, "conv");
  model.node("MatMul", {"m", "v"}, {"b"}, "mul");
  model.node("Gemm", {"m", "v", "bias"}, {"c"}, "gemm").integer("transB", 1);
  model.node("Add", {"m", "v"}, {"d"}, "add");
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(
          "net.onnx: conv: Conv: weights 'w' of shape [4, 3, 1, 1] do not fit 4 input channels in 1 groups",
          HasSubstr("mul: MatMul: the shapes do not fit one another"),
          HasSubstr("gemm: Gemm: the shapes do not fit one another: [2, 3] and [4, 2] (transposed)"),
          HasSubstr("add: Add: the shapes do not fit one another: [2, 3] and [4, 2]")));
}

TEST(ImportErrors, OutputsThatAreNotComputed) {
  ModelBuilder model;
  model.input("x", {1}).output("x").output("nowhere");
  EXPECT_THAT(import_model(model).issues,
              ElementsAre("net.onnx: output 'x' is not computed: it is an input or a constant",
                          "net.onnx: output 'nowhere' is computed by no node"));
  ModelBuilder empty;
  empty.input("x", {1});
  EXPECT_THAT(import_model(empty).issues, ElementsAre("net.onnx: the network has no outputs"));
}

TEST(ImportErrors, TwoProducers) {
  ModelBuilder model;
  model.input("x", {1}).output("y");
  model.node("Relu", {"x"}, {"y"}, "one");
  model.node("Relu", {"x"}, {"y"}, "two");
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(
          "net.onnx: two: writes 'y', which node one writes already; every tensor must have one producer"));
}

TEST(ImportErrors, WritingAnInput) {
  ModelBuilder model;
  model.input("x", {1}).input("y", {1}).output("y");
  model.node("Relu", {"x"}, {"y"}, "one");
  EXPECT_THAT(import_model(model).issues,
              ::testing::Contains("net.onnx: one: Relu: writes 'y', which is an input or a constant"));
}

TEST(ImportErrors, DropoutInTraining) {
  ModelBuilder model(13);
  model.input("x", {4}).output("y").floats("ratio", {}, {0.5F});
  model.ints("train", TensorProto::BOOL, {}, {1});
  model.node("Dropout", {"x", "ratio", "train"}, {"d"}, "drop");
  model.node("Relu", {"d"}, {"y"});
  EXPECT_THAT(import_model(model).issues,
              ElementsAre(HasSubstr("drop: Dropout: training_mode must be a constant false")));
}

TEST(ImportErrors, OneBadNodeDoesNotHideOrCauseOthers) {
  ModelBuilder model;
  model.input("x", {4}).output("y").output("z");
  model.node("Erf", {"x"}, {"a"}, "first");
  model.node("Relu", {"a"}, {"y"}, "innocent");
  model.node("TopK", {"x", "x"}, {"z", "zi"}, "third");
  EXPECT_THAT(
      import_model(model).issues,
      ElementsAre(HasSubstr("first: operator Erf"), HasSubstr("third: TopK: input 'x' is of type float32")));
}

}  // namespace
}  // namespace systole
