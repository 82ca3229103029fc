// What stands between a scenario and the SoC: inputs, capability, verification.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/run/capability.h"
#include "app/run/inputs.h"
#include "app/run/random_tensor.h"
#include "app/run/verify.h"
#include "hw/abi/memory_map.h"
#include "models/onnx/tensor_file.h"
#include "models/reference/run.h"

namespace systole::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename T>
std::vector<T> values_of(const std::vector<std::byte>& data) {
  std::vector<T> values(data.size() / sizeof(T));
  std::memcpy(values.data(), data.data(), data.size());
  return values;
}

template <typename T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  return {bytes, bytes + values.size() * sizeof(T)};
}

// y = relu(x), x of the given shape.
ir::Graph relu_network(const ir::Shape& shape) {
  ir::Graph graph;
  const auto x = graph.add_tensor({"x", DType::kFloat32, shape, nullptr});
  const auto y = graph.add_tensor({"y", DType::kFloat32, shape, nullptr});
  graph.add_node({"relu", ir::OpKind::kRelu, {}, {x}, {y}});
  graph.set_inputs({x});
  graph.set_outputs({y});
  return graph;
}

TEST(RandomTensor, DependsOnSeedInputAndInferenceOnly) {
  const RandomInputs random{7, Distribution::kUniform, {}};
  const auto one = random_tensor(random, DType::kFloat32, 64, 0, 0);
  EXPECT_EQ(random_tensor(random, DType::kFloat32, 64, 0, 0), one);
  EXPECT_NE(random_tensor(random, DType::kFloat32, 64, 1, 0), one);
  EXPECT_NE(random_tensor(random, DType::kFloat32, 64, 0, 1), one);
  EXPECT_NE(random_tensor({8, Distribution::kUniform, {}}, DType::kFloat32, 64, 0, 0), one);
}

// 10,000 draws: the mean of a uniform draw in [-1, 1) has deviation 1 / sqrt(3 x 10,000) = 0.006, that of a
// normal one 0.01. Five deviations are allowed.
TEST(RandomTensor, HasTheDistributionThatIsAskedFor) {
  constexpr std::size_t kDraws = 10'000;
  const auto moments = [](const std::vector<float>& values) {
    double sum = 0;
    double squares = 0;
    for (const float value : values) {
      sum += value;
      squares += static_cast<double>(value) * value;
    }
    return std::pair(sum / kDraws, squares / kDraws);
  };
  const auto uniform =
      values_of<float>(random_tensor({1, Distribution::kUniform, {}}, DType::kFloat32, kDraws, 0, 0));
  EXPECT_NEAR(moments(uniform).first, 0, 0.03);
  EXPECT_NEAR(moments(uniform).second, 1.0 / 3, 0.02);
  EXPECT_GE(*std::min_element(uniform.begin(), uniform.end()), -1.0F);
  EXPECT_LT(*std::max_element(uniform.begin(), uniform.end()), 1.0F);
  const auto normal =
      values_of<float>(random_tensor({1, Distribution::kNormal, {}}, DType::kFloat32, kDraws, 0, 0));
  EXPECT_NEAR(moments(normal).first, 0, 0.05);
  EXPECT_NEAR(moments(normal).second, 1, 0.08);
}

TEST(RandomTensor, IntegersFillTheirRange) {
  const auto extremes = [](Distribution distribution) {
    const auto values =
        values_of<std::int8_t>(random_tensor({1, distribution, {}}, DType::kInt8, 20'000, 0, 0));
    return std::pair(*std::min_element(values.begin(), values.end()),
                     *std::max_element(values.begin(), values.end()));
  };
  EXPECT_EQ(extremes(Distribution::kUniform), std::pair(std::int8_t{-128}, std::int8_t{127}));
  const auto bytes =
      values_of<std::uint8_t>(random_tensor({1, Distribution::kUniform, {}}, DType::kBool, 100, 0, 0));
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b <= 1; }));
  EXPECT_EQ(random_tensor({1, Distribution::kNormal, {}}, DType::kInt64, 3, 0, 0).size(), 24U);
}

TEST(Capability, SaysWhatTheSocHas) {
  SocConfig soc;
  soc.dma.engines = 3;
  soc.sort.count = 0;
  soc.matrix.rows = 8;
  soc.matrix.cols = 4;
  soc.dma.ping_pong = false;
  const mapper::Capability capability = capability_of(soc);
  EXPECT_THAT(capability.engines, ElementsAre(3U, 1U, 1U, 0U));
  EXPECT_EQ(capability.sram_base, SYS_SRAM_BASE);
  EXPECT_EQ(capability.sram_size, soc.sram.size);
  EXPECT_EQ(capability.array.rows, 8U);
  EXPECT_EQ(capability.array.cols, 4U);
  EXPECT_FALSE(capability.ping_pong);
}

class Inputs : public testing::Test {
protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) /
        (std::string("systole_inputs_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  FileRef write_tensor(const std::string& name, const ir::Tensor& tensor) {
    std::ofstream(folder_ / name, std::ios::binary) << write_tensor_pb(tensor);
    return {folder_ / name, name};
  }
  FileRef write_floats(const std::string& name, const ir::Shape& shape, const std::vector<float>& values) {
    return write_tensor(name, {"t", DType::kFloat32, shape, ir::make_data(values)});
  }
  std::optional<InputSet> read(const Scenario& scenario, const ir::Graph& network) {
    issues_ = {};
    return read_inputs({scenario.inputs, {}}, network, issues_);
  }
  std::string only_issue() { return issues_.size() == 1 ? to_string(issues_.list()[0]) : "not one issue"; }

  std::filesystem::path folder_;
  Issues issues_;
};

TEST_F(Inputs, FilesAreOnePerInputAndInference) {
  Scenario scenario;
  scenario.inputs.kind = InputKind::kFiles;
  scenario.inputs.files = {write_floats("a.pb", {1, 2}, {1, 2}), write_floats("b.pb", {1, 2}, {3, 4})};
  const auto set = read(scenario, relu_network({1, 2}));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->inferences, 2U);
  EXPECT_THAT(values_of<float>(set->data[0]), ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(read(scenario, relu_network({1, 3})));
  EXPECT_EQ(issues_.size(), 2U);
  EXPECT_THAT(
      to_string(issues_.list()[0]),
      HasSubstr(
          "inputs.files[0]: the network's input \"x\" is float32[1, 3], this file holds float32[1, 2]"));
}

TEST_F(Inputs, FilesOfConstantsMustNotChange) {
  Scenario scenario;
  scenario.inputs.kind = InputKind::kFiles;
  const FileRef bound = write_floats("bound.pb", {}, {6});
  const FileRef a = write_floats("a.pb", {1, 2}, {1, 2});
  const FileRef b = write_floats("b.pb", {1, 2}, {3, 4});
  const ir::Graph network = relu_network({1, 2});
  const Provenance nowhere;
  InputRequest request{scenario.inputs, nowhere};
  request.fed = {"max", "x"};
  scenario.inputs.files = {bound, a, bound, b};
  const auto set = read_inputs(request, network, issues_);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->inferences, 2U);
  ASSERT_EQ(set->data.size(), 1U);
  EXPECT_THAT(values_of<float>(set->data[0]), ElementsAre(1, 2, 3, 4));
  scenario.inputs.files[2] = write_floats("other.pb", {}, {7});
  EXPECT_FALSE(read_inputs(request, network, issues_));
  EXPECT_THAT(only_issue(), HasSubstr("inputs.files[2]: the input \"max\" becomes a constant"));
}

TEST_F(Inputs, ADatasetIsCutIntoBatches) {
  write_floats("i.pb", {5, 1}, {1, 2, 3, 4, 5});
  write_tensor("l.pb", {"l", DType::kInt64, {5}, ir::make_data(std::vector<std::int64_t>{0, 1, 0, 1, 0})});
  std::ofstream(folder_ / "dataset.yaml") << "images: i.pb\nlabels: l.pb\n";
  Scenario scenario;
  scenario.inputs.kind = InputKind::kDataset;
  scenario.inputs.dataset = {folder_, "d"};
  const auto single = read(scenario, relu_network({1, 1}));
  ASSERT_TRUE(single);
  EXPECT_EQ(single->inferences, 5U);
  EXPECT_EQ(single->labels.size(), 5U);
  EXPECT_FALSE(read(scenario, relu_network({2, 1})));
  EXPECT_THAT(only_issue(),
              HasSubstr("its 5 images are no multiple of the network's batch of 2; set inputs.count"));
  scenario.inputs.count = 2;
  const auto batches = read(scenario, relu_network({2, 1}));
  ASSERT_TRUE(batches);
  EXPECT_THAT(values_of<float>(batches->data[0]), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(batches->labels, ElementsAre(0, 1, 0, 1));
  scenario.inputs.count = 3;
  EXPECT_FALSE(read(scenario, relu_network({2, 1})));
  EXPECT_THAT(only_issue(), HasSubstr("3 inferences are asked for, but there is data for 2"));
}

TEST_F(Inputs, ABadDatasetIsNamed) {
  Scenario scenario;
  scenario.inputs.kind = InputKind::kDataset;
  scenario.inputs.dataset = {folder_, "d"};
  EXPECT_FALSE(read(scenario, relu_network({1, 1})));
  EXPECT_THAT(only_issue(), HasSubstr("has no dataset.yaml"));
  std::ofstream(folder_ / "dataset.yaml") << "imagse: i.pb\n";
  EXPECT_FALSE(read(scenario, relu_network({1, 1})));
  EXPECT_THAT(to_string(issues_.list()[0]),
              HasSubstr("dataset.yaml:1:1: imagse: unknown key; did you mean images?"));
  write_floats("i.pb", {2, 1}, {1, 2});
  write_floats("l.pb", {2}, {1, 2});
  std::ofstream(folder_ / "dataset.yaml") << "images: i.pb\nlabels: l.pb\n";
  EXPECT_FALSE(read(scenario, relu_network({1, 1})));
  EXPECT_THAT(
      only_issue(),
      HasSubstr("dataset.yaml:2:9: labels: labels of these images are int64[2], this file holds float32[2]"));
}

TEST(Verify, FindsTheFirstElementThatDiffers) {
  const ir::Graph network = relu_network({1, 3});
  InputSet inputs;
  inputs.inferences = 2;
  inputs.data = {bytes_of<float>({-1, 2, 3, 4, -5, 6})};
  Outputs outputs{bytes_of<float>({0, 2, 3, 4, 0, 6})};
  EXPECT_EQ(difference_from_reference(network, inputs, outputs), std::nullopt);
  outputs = {bytes_of<float>({0, 2, 3, 4, 0.5F, 7})};
  EXPECT_EQ(difference_from_reference(network, inputs, outputs),
            "output \"y\" of inference 1 differs at element 1 of 3: simulated 0.5, reference 0");
  // -0 is another bit pattern than 0.
  outputs = {bytes_of<float>({-0.0F, 2, 3, 4, 0, 6})};
  EXPECT_THAT(difference_from_reference(network, inputs, outputs).value_or(""), HasSubstr("element 0 of 3"));
  outputs = {bytes_of<float>({0, 2, 3})};
  EXPECT_THAT(difference_from_reference(network, inputs, outputs).value_or(""), HasSubstr("has 12 bytes"));
}

TEST(Verify, CountsClassesThatAreTheLabel) {
  const ir::Graph network = relu_network({2, 3});
  InputSet inputs;
  inputs.inferences = 1;
  inputs.labels = {2, 0};
  // Rows (0, 1, 5) and (7, 7, 1): classes 2 and 0, the first of equal ones.
  EXPECT_EQ(accuracy_of(network, inputs, {bytes_of<float>({0, 1, 5, 7, 7, 1})})->correct, 2U);
  const float nan = std::nanf("");
  const auto accuracy = accuracy_of(network, inputs, {bytes_of<float>({nan, 1, 5, 1, 7, nan})});
  EXPECT_EQ(accuracy->correct, 1U);  // NaN is never the largest
  EXPECT_EQ(accuracy->total, 2U);
  inputs.labels.clear();
  EXPECT_FALSE(accuracy_of(network, inputs, {bytes_of<float>({0, 1, 5, 7, 7, 1})}));
}

TEST(Verify, OnlyAVectorHasAClass) {
  EXPECT_EQ(class_output_of(relu_network({1, 10})), 0U);
  EXPECT_EQ(class_output_of(relu_network({1, 10, 1, 1})), 0U);
  EXPECT_EQ(class_output_of(relu_network({2, 10})), std::nullopt);
  EXPECT_EQ(class_output_of(relu_network({1, 1})), std::nullopt);
}

}  // namespace
}  // namespace systole::app
