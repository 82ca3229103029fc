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

std::string modern_network() {
  ModelBuilder model(14);
  model.input("x", {1, 2, 4, 4}).output("y");
  model.floats("one", {2}, {1, 1}).floats("zero", {2}, {0, 0}).floats("scales", {4}, {1, 1, 2, 2});
  model.int64s("pads", {8}, {0, 0, 1, 1, 0, 0, 1, 1}).int64s("from", {1}, {3}).int64s("to", {1}, {-13});
  model.int64s("axis", {1}, {3}).int64s("back", {1}, {-1}).int64s("sizes", {2}, {1, 1});
  model.node("BatchNormalization", {"x", "one", "zero", "zero", "one"}, {"bn"});
  model.node("LRN", {"bn"}, {"lrn"}).integer("size", 3);
  model.node("Split", {"lrn", "sizes"}, {"s0", "s1"}).integer("axis", 1);
  model.node("Sigmoid", {"s0"}, {"a"});
  model.node("Tanh", {"s1"}, {"b"});
  model.node("Mul", {"a", "b"}, {"mul"});
  model.node("Sub", {"mul", "b"}, {"sub"});
  model.node("Div", {"sub", "a"}, {"div"});
  model.node("Concat", {"a", "div"}, {"cat"}).integer("axis", 1);
  model.node("LeakyRelu", {"cat"}, {"leaky"}).real("alpha", 0.1F);
  model.node("HardSigmoid", {"leaky"}, {"hard"});
  model.node("HardSwish", {"hard"}, {"swish"});
  model.node("Pad", {"swish", "pads"}, {"padded"}).text("mode", "reflect");
  model.node("Resize", {"padded", "", "scales"}, {"big"});
  model.node("Slice", {"big", "from", "to", "axis", "back"}, {"cut"});
  model.node("Transpose", {"cut"}, {"turned"}).integers("perm", {0, 2, 3, 1});
  model.node("ReduceMean", {"turned"}, {"mean"}).integers("axes", {1, 2});
  model.node("Squeeze", {"mean", "spots"}, {"flat"});
  model.int64s("spots", {2}, {1, 2});
  model.node("Shape", {"flat"}, {"shape"});
  model.node("Gather", {"shape", "first"}, {"n"});
  model.int64s("first", {1}, {0});
  model.node("Unsqueeze", {"flat", "n"}, {"y"});
  return model.bytes();
}

std::string integer_network() {
  ModelBuilder model(13);
  model.input("x", {1, 2, 4, 4}, TensorProto::UINT8)
      .output("i", TensorProto::INT32)
      .output("j", TensorProto::INT32);
  model.output("q", TensorProto::UINT8);
  model.floats("s", {}, {0.5F}).ints("z", TensorProto::UINT8, {}, {3});
  model.ints("w", TensorProto::INT8, {2, 2, 1, 1}, {3, -4, 5, 6})
      .ints("m", TensorProto::UINT8, {2, 2}, {1, 2, 3, 4});
  model.node("ConvInteger", {"x", "w", "z"}, {"i"});
  const auto own = [&](const std::string& op, const std::vector<std::string>& in, const std::string& out) {
    return model.node(op, in, {out}).domain("com.microsoft");
  };
  own("QLinearAveragePool", {"x", "s", "z", "s", "z"}, "p").integers("kernel_shape", {2, 2});
  own("QLinearSigmoid", {"p", "s", "z", "s", "z"}, "sg");
  own("QLinearLeakyRelu", {"p", "s", "z", "s", "z"}, "lr");
  own("QLinearMul", {"sg", "s", "z", "lr", "s", "z", "s", "z"}, "mu");
  own("QLinearConcat", {"s", "z", "mu", "s", "z", "lr", "s", "z"}, "ca").integer("axis", 2);
  own("QLinearGlobalAveragePool", {"ca", "s", "z", "s", "z"}, "gp");
  model.node("Flatten", {"gp"}, {"fl"});
  model.node("MatMulInteger", {"fl", "m"}, {"j"});
  own("QGemm", {"fl", "s", "z", "m", "s", "z", "", "s", "z"}, "q");
  return model.bytes();
}

}  // namespace

std::vector<std::string> seed_models() {
  return {float_network(), quantised_network(), shapes_and_sorting(),
          old_opset(),     modern_network(),    integer_network()};
}

}  // namespace systole
