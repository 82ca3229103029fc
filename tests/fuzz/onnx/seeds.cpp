#include "tests/fuzz/onnx/seeds.h"

#include "tests/unit/onnx/support/model_builder.h"

namespace systole {
namespace {

using ::onnx::TensorProto;

std::string float_network() {
  ModelBuilder model(13);
  model.input("x", {1, 2, 6, 6}).output("prob", {1, 3}).output("class", TensorProto::INT64);
  model.floats("w", {4, 1, 3, 3}, std::vector<float>(36, 0.5F)).floats("b", {4}, {1, 2, 3, 4});
  model.floats("six", {}, {6})
      .floats("fc", {3, 4}, std::vector<float>(12, 0.25F))
      .floats("c", {3}, {1, 2, 3});
  model.node("Conv", {"x", "w", "b"}, {"conv"}, "conv")
      .integer("group", 2)
      .integers("pads", {1, 1, 1, 1})
      .integers("strides", {2, 2});
  model.node("Relu", {"conv"}, {"relu"});
  model.node("Clip", {"relu", "", "six"}, {"clip"});
  model.node("MaxPool", {"clip"}, {"max"}).integers("kernel_shape", {2, 2}).text("auto_pad", "SAME_UPPER");
  model.node("AveragePool", {"max"}, {"avg"}).integers("kernel_shape", {2, 2}).integer("ceil_mode", 1);
  model.node("GlobalAveragePool", {"avg"}, {"gap"});
  model.node("Flatten", {"gap"}, {"flat"});
  model.node("Gemm", {"flat", "fc", "c"}, {"logits"}).integer("transB", 1).real("alpha", 0.5F);
  model.node("Softmax", {"logits"}, {"prob"}).integer("axis", -1);
  model.node("ArgMax", {"prob"}, {"class"}).integer("axis", 1).integer("keepdims", 0);
  return model.bytes();
}

std::string quantised_network() {
  ModelBuilder model(13);
  model.input("x", {1, 1, 4, 4}).output("y");
  model.floats("s", {}, {0.5F}).ints("z", TensorProto::INT8, {}, {0});
  model.ints("w", TensorProto::INT8, {2, 1, 1, 1}, {3, -4}).floats("ws", {2}, {0.5F, 0.25F});
  model.ints("wz", TensorProto::INT8, {2}, {0, 0}).ints("b", TensorProto::INT32, {2}, {7, -7});
  model.ints("m", TensorProto::INT8, {4, 1}, {1, 2, 3, 4});
  model.node("QuantizeLinear", {"x", "s", "z"}, {"q"});
  model.node("QLinearConv", {"q", "s", "z", "w", "ws", "wz", "s", "z", "b"}, {"c"});
  model.node("QLinearAdd", {"c", "s", "z", "q", "s", "z", "s", "z"}, {"a"}).domain("com.microsoft");
  model.node("QLinearMatMul", {"a", "s", "z", "m", "s", "z", "s", "z"}, {"p"});
  model.node("DequantizeLinear", {"p", "s", "z"}, {"y"});
  return model.bytes();
}

std::string shapes_and_sorting() {
  ModelBuilder model(13);
  model.input("x", {2, 3}).output("values").output("indices", TensorProto::INT64).output("copy");
  model.int64s("shape", {2}, {0, -1}).int64s("k", {1}, {2});
  model.node("Constant", {}, {"one"}).real("value_float", 1.0F);
  model.node("Reshape", {"x", "shape"}, {"r"});
  model.node("Add", {"r", "one"}, {"s"});
  model.node("Dropout", {"s"}, {"d"});
  model.node("MatMul", {"d", "t"}, {"m"});
  model.floats("t", {3, 3}, std::vector<float>(9, 1.0F));
  model.node("TopK", {"m", "k"}, {"values", "indices"});
  model.node("Identity", {"m"}, {"copy"});
  return model.bytes();
}

std::string old_opset() {
  ModelBuilder model(6);
  model.input("x", {1, 2, 5})
      .input("w", {2, 2, 3})
      .output("y")
      .floats("w", {2, 2, 3}, std::vector<float>(12, 1.0F));
  model.node("Conv", {"x", "w"}, {"c"}).integers("kernel_shape", {3}).integers("dilations", {2});
  model.node("Clip", {"c"}, {"k"}).real("min", -1.0F).real("max", 1.0F);
  model.node("Softmax", {"k"}, {"y"});
  return model.bytes();
}

}  // namespace

std::vector<std::string> seed_models() {
  return {float_network(), quantised_network(), shapes_and_sorting(), old_opset()};
}

}  // namespace systole
