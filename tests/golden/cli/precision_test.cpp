// Networks of the user's own through the program: float, with batch normalisations, in the QDQ form, without
// weights, with dynamic dimensions. Every run is compared with the reference executor by the program itself.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/golden/cli/fixture.h"
#include "tests/unit/onnx/support/model_builder.h"

namespace systole::cli {
namespace {

using ::onnx::TensorProto;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<float> random_values(std::size_t count, float deviation) {
  std::mt19937 engine(5);
  std::vector<float> values(count);
  for (float& value : values) value = deviation * (static_cast<float>(engine() % 2001) / 1000.0F - 1.0F);
  return values;
}

/// x -> 3 x 3 convolution -> batch normalisation -> Relu -> global average -> fully connected.
ModelBuilder small_network(const Dim& batch = 1) {
  ModelBuilder model;
  model.input("x", {batch, 3, 12, 12}).output("y");
  model.floats("w", {16, 3, 3, 3}, random_values(432, 0.3F));
  for (const char* name : {"scale", "bias", "mean"}) model.floats(name, {16}, random_values(16, 1.0F));
  model.floats("var", {16}, std::vector<float>(16, 0.7F));
  model.floats("fc_w", {10, 16}, random_values(160, 0.5F)).floats("fc_b", {10}, random_values(10, 0.1F));
  model.node("Conv", {"x", "w"}, {"c"}, "conv").integers("pads", {1, 1, 1, 1});
  model.node("BatchNormalization", {"c", "scale", "bias", "mean", "var"}, {"n"}, "norm");
  model.node("Relu", {"n"}, {"r"}, "relu");
  model.node("GlobalAveragePool", {"r"}, {"g"}, "pool");
  model.node("Flatten", {"g"}, {"f"}, "flatten");
  model.node("Gemm", {"f", "fc_w", "fc_b"}, {"y"}, "fc").integer("transB", 1);
  return model;
}

class Precision : public CliTest {
protected:
  /// Runs the model on the small SoC; more: further arguments. Gives the summary, null if the run failed.
  nlohmann::json run(const ModelBuilder& model, const std::vector<std::string>& settings = {}) {
    write(folder_ / "n.onnx", model.bytes());
    write(folder_ / "s.yaml",
          "soc: socs/edge16.yaml\nworkload: {network: n.onnx}\n"
          "technology: technologies/horowitz-45nm.yaml\n");
    std::vector<std::string> arguments{"run", "s.yaml", "--out", "o", "--quiet"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    last_ = systole(arguments);
    if (last_.exit_code != 0) return nullptr;
    layers_ = read(folder_ / "o/layers.csv");
    return nlohmann::json::parse(read(folder_ / "o/summary.json"));
  }
  Output last_;
  std::string layers_;
};

TEST_F(Precision, AFloatNetworkOnEitherArray) {
  const auto int8 = run(small_network());
  ASSERT_FALSE(int8.is_null()) << last_.err;
  EXPECT_EQ(int8["quantised"]["float_nodes"], 0);
  EXPECT_GT(int8["quantised"]["sqnr_db"], 25);
  EXPECT_THAT(layers_, AllOf(HasSubstr("conv,QLinearConv"), HasSubstr("fc,QGemm")));
  const auto float32 = run(small_network(), {"soc.engines.matrix.format=float32"});
  ASSERT_FALSE(float32.is_null()) << last_.err;
  EXPECT_FALSE(float32.contains("quantised"));
  EXPECT_THAT(layers_, AllOf(HasSubstr("conv,Conv"), HasSubstr("fc,Gemm")));
  EXPECT_THAT(layers_, Not(HasSubstr("BatchNormalization")));  // folded
  // The same products; a float32 has four times the bytes, and its product costs more (Horowitz: 0.2 + 0.03
  // pJ against 3.7 + 0.9 pJ).
  EXPECT_EQ(float32["compute"]["macs"], int8["compute"]["macs"]);
  EXPECT_GT(float32["traffic"]["compulsory_dram_bytes"], int8["traffic"]["compulsory_dram_bytes"]);
  EXPECT_GT(float32["traffic"]["sram_read_bytes"], int8["traffic"]["sram_read_bytes"]);
  EXPECT_GT(float32["time"]["cycles"], int8["time"]["cycles"]);
  EXPECT_GT(float32["energy"]["components"]["matrix"].get<double>(),
            5 * int8["energy"]["components"]["matrix"].get<double>());
}

TEST_F(Precision, ScalesMayBePowersOfTwo) {
  const auto any = run(small_network());
  const auto powers = run(small_network(), {"workload.quantise.power_of_two=true"});
  const auto tensors = run(small_network(), {"workload.quantise.per_channel=false"});
  ASSERT_FALSE(any.is_null() || powers.is_null() || tensors.is_null()) << last_.err;
  EXPECT_NE(powers["quantised"]["sqnr_db"], any["quantised"]["sqnr_db"]);
  EXPECT_NE(tensors["quantised"]["sqnr_db"], any["quantised"]["sqnr_db"]);
  for (const auto& other : {powers, tensors}) {
    EXPECT_GT(other["quantised"]["sqnr_db"], 20);
    EXPECT_EQ(other["time"], any["time"]);
  }
}

TEST_F(Precision, DynamicDimensionsGetTheirSize) {
  EXPECT_TRUE(run(small_network("N")).is_null());
  EXPECT_EQ(last_.exit_code, 2);
  EXPECT_THAT(last_.err, AllOf(HasSubstr("n.onnx: input 'x' has a dynamic dimension 0 ('N')"),
                               HasSubstr("set `workload.dims: {N: 1}`")));
  const auto one = run(small_network("N"), {"workload.dims.N=1"});
  const auto three = run(small_network("N"), {"workload.dims.N=3"});
  ASSERT_FALSE(one.is_null() || three.is_null()) << last_.err;
  EXPECT_EQ(three["compute"]["macs"], 3 * one["compute"]["macs"].get<std::uint64_t>());
}

TEST_F(Precision, WeightsThatAreNoNumbers) {
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    ModelBuilder model = small_network();
    model.proto().mutable_graph()->mutable_initializer(0)->set_float_data(5, bad);
    EXPECT_TRUE(run(model).is_null());
    EXPECT_EQ(last_.exit_code, 2);
    EXPECT_THAT(last_.err, AllOf(HasSubstr("n.onnx: conv: Conv: constant 'w' holds "),
                                 HasSubstr(" at [0, 0, 1, 2]; check how the network was trained")));
  }
}

// Sums that overflow to infinity have no range.
TEST_F(Precision, CalibrationThatOverflows) {
  ModelBuilder model;
  model.input("x", {1, 4}).output("y");
  model.floats("a", {4, 4}, std::vector<float>(16, 1e30F)).floats("b", {4, 4}, std::vector<float>(16, 1e30F));
  model.node("MatMul", {"x", "a"}, {"h"}, "first");
  model.node("MatMul", {"h", "b"}, {"y"}, "second");
  EXPECT_TRUE(run(model).is_null());
  EXPECT_EQ(last_.exit_code, 2);
  EXPECT_THAT(last_.err, AllOf(HasSubstr("n.onnx: second: on the calibration inputs, tensor \"y\""),
                               HasSubstr("workload.quantise.calibration")));
}

TEST_F(Precision, MissingWeightsAreMadeUp) {
  const auto network = [] {
    ModelBuilder model;
    model.input("x", {1, 3, 8, 8}).input("w", {8, 3, 3, 3}).input("b", {8}).output("y");
    model.node("Conv", {"x", "w", "b"}, {"y"}, "conv");
    return model;
  };
  const auto outputs = [&](const std::vector<std::string>& settings) {
    EXPECT_FALSE(run(network(), settings).is_null()) << last_.err;
    return read(folder_ / "o/outputs/y_0.pb");
  };
  const std::string plain = outputs({});
  EXPECT_FALSE(plain.empty());
  EXPECT_EQ(outputs({"workload.weights.seed=1"}), plain);
  EXPECT_NE(outputs({"workload.weights.seed=2"}), plain);
  EXPECT_NE(outputs({"workload.weights.density=0.5"}), plain);
}

/// x in the QDQ form -> convolution -> Relu, as onnxruntime's static quantisation writes it.
ModelBuilder qdq_network(float x_scale, float w_scale, float y_scale) {
  ModelBuilder model;
  model.input("x", {1, 3, 10, 10}).output("y");
  std::vector<std::int32_t> weights(8 * 27);
  for (int i = 0; i < 8 * 27; ++i) weights[static_cast<std::size_t>(i)] = (i * 37) % 255 - 127;
  model.floats("x_s", {}, {x_scale}).floats("w_s", {}, {w_scale}).floats("b_s", {}, {x_scale * w_scale});
  model.floats("y_s", {}, {y_scale});
  model.ints("x_z", TensorProto::UINT8, {}, {128}).ints("w_z", TensorProto::INT8, {}, {0});
  model.ints("y_z", TensorProto::UINT8, {}, {0}).ints("w", TensorProto::INT8, {8, 3, 3, 3}, weights);
  model.ints("b", TensorProto::INT32, {8}, {100, -100, 2000, -2000, 0, 7, -8, 30000});
  model.node("QuantizeLinear", {"x", "x_s", "x_z"}, {"x_q"}, "x_q");
  model.node("DequantizeLinear", {"x_q", "x_s", "x_z"}, {"x_dq"}, "x_dq");
  model.node("DequantizeLinear", {"w", "w_s", "w_z"}, {"w_dq"}, "w_dq");
  model.node("DequantizeLinear", {"b", "b_s"}, {"b_dq"}, "b_dq");
  model.node("Conv", {"x_dq", "w_dq", "b_dq"}, {"c"}, "conv");
  model.node("Relu", {"c"}, {"r"}, "relu");
  model.node("QuantizeLinear", {"r", "y_s", "y_z"}, {"y_q"}, "y_q");
  model.node("DequantizeLinear", {"y_q", "y_s", "y_z"}, {"y"}, "y_dq");
  return model;
}

TEST_F(Precision, TheQdqFormComputesInIntegers) {
  ASSERT_FALSE(run(qdq_network(0.011F, 0.0041F, 0.03F)).is_null()) << last_.err;
  EXPECT_THAT(layers_,
              AllOf(HasSubstr("conv,QLinearConv,matrix"), Not(HasSubstr("w_dq")), Not(HasSubstr("relu"))));
  // As it is: in powers of two the same bits, so in integers too; else in float, which this array has not.
  ASSERT_FALSE(run(qdq_network(0.0078125F, 0.00390625F, 0.03125F), {"workload.precision=as_is"}).is_null())
      << last_.err;
  EXPECT_THAT(layers_, HasSubstr("conv,QLinearConv,matrix"));
  EXPECT_TRUE(run(qdq_network(0.011F, 0.0041F, 0.03F), {"workload.precision=as_is"}).is_null());
  EXPECT_EQ(last_.exit_code, 2);
  EXPECT_THAT(last_.err, HasSubstr("conv"));
}

/// Only operands are quantised, and weights are there as floats, as exporters of quantisation-aware training
/// write it.
TEST_F(Precision, TheQdqFormMayLeaveResultsInFloat) {
  ModelBuilder model;
  model.input("x", {1, 3, 10, 10}).output("y");
  std::vector<float> weights(8 * 27);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = 0.004F * static_cast<float>(i * 37 % 255) - 0.5F;
  model.floats("x_s", {}, {0.011F}).floats("w_s", {}, {0.0041F}).floats("w", {8, 3, 3, 3}, weights);
  model.floats("b", {8}, {1, -1, 2, -2, 0, 7, -8, 3});
  model.ints("x_z", TensorProto::UINT8, {}, {128}).ints("w_z", TensorProto::INT8, {}, {0});
  model.node("QuantizeLinear", {"x", "x_s", "x_z"}, {"x_q"}, "x_q");
  model.node("DequantizeLinear", {"x_q", "x_s", "x_z"}, {"x_dq"}, "x_dq");
  model.node("QuantizeLinear", {"w", "w_s", "w_z"}, {"w_q"}, "w_q");
  model.node("DequantizeLinear", {"w_q", "w_s", "w_z"}, {"w_dq"}, "w_dq");
  model.node("Conv", {"x_dq", "w_dq", "b"}, {"c"}, "conv");
  model.node("Relu", {"c"}, {"y"}, "relu");
  ASSERT_FALSE(run(model).is_null()) << last_.err;
  EXPECT_THAT(layers_, AllOf(HasSubstr("conv,ConvInteger,matrix"),
                             HasSubstr("conv_dequantize,DequantizeLinear,vector"), Not(HasSubstr("w_q"))));
}

}  // namespace
}  // namespace systole::cli
