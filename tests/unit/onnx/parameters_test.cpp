// Networks whose file carries no parameters: what is made up, and what stays an input.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/unit/onnx/support/model_builder.h"

namespace systole {
namespace {

using ::testing::ElementsAre;

ImportOptions with_seed(std::uint64_t seed) { return {{}, {}, ir::Synthesis{seed, 1}}; }

ModelBuilder network() {
  ModelBuilder model;
  model.input("x", {1, 3, 8, 8}).input("conv.weight", {4, 3, 3, 3}).input("conv.bias", {4});
  model.input("fc.weight", {2, 144}).input("fc.bias", {2}).output("y");
  model.node("Conv", {"x", "conv.weight", "conv.bias"}, {"c"}, "conv");
  model.node("Flatten", {"c"}, {"f"}, "flatten");
  model.node("Gemm", {"f", "fc.weight", "fc.bias"}, {"y"}, "fc").integer("transB", 1);
  return model;
}

std::vector<std::string> input_names(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::TensorId id : graph.inputs()) names.push_back(graph.tensor(id).value.name);
  return names;
}

const ir::Tensor& tensor(const ir::Graph& graph, const std::string& name) {
  return graph.tensor(*graph.find_tensor(name)).value;
}

TEST(Parameters, AreMadeUpWhereTheFileCarriesNone) {
  const Imported result = import_model(network(), with_seed(1));
  ASSERT_TRUE(result.graph.has_value()) << result.issues.size();
  EXPECT_THAT(input_names(*result.graph), ElementsAre("x"));
  for (const char* name : {"conv.weight", "conv.bias", "fc.weight", "fc.bias"}) {
    EXPECT_NE(tensor(*result.graph, name).data.source(), nullptr) << name;
  }
  // He: sqrt(2 / 27) and sqrt(2 / 144), of which the outermost quantile is 3.6683 times.
  EXPECT_NEAR(tensor(*result.graph, "conv.weight").data.source()->max_abs(), 3.6683 * std::sqrt(2.0 / 27),
              1e-3);
  EXPECT_NEAR(tensor(*result.graph, "fc.weight").data.source()->max_abs(), 3.6683 * std::sqrt(2.0 / 144),
              1e-3);
}

TEST(Parameters, StayInputsUnlessAskedFor) { EXPECT_EQ(imported(network()).inputs().size(), 5U); }

TEST(Parameters, DependOnTheSeed) {
  const Imported one = import_model(network(), with_seed(1));
  const Imported same = import_model(network(), with_seed(1));
  const Imported other = import_model(network(), with_seed(2));
  EXPECT_EQ(*tensor(*one.graph, "fc.weight").data, *tensor(*same.graph, "fc.weight").data);
  EXPECT_NE(*tensor(*one.graph, "fc.weight").data, *tensor(*other.graph, "fc.weight").data);
}

TEST(Parameters, WhatIsAlsoUsedAsDataIsAnInput) {
  ModelBuilder model;
  model.input("a", {4, 4}).input("b", {4, 4}).output("y");
  model.node("MatMul", {"a", "b"}, {"p"}, "product");
  model.node("Add", {"p", "b"}, {"y"}, "sum");
  const Imported result = import_model(model, with_seed(1));
  ASSERT_TRUE(result.graph.has_value());
  EXPECT_THAT(input_names(*result.graph), ElementsAre("a", "b"));
}

TEST(Parameters, BatchedOperandsOfMatMulAreInputs) {
  ModelBuilder model;
  model.input("a", {2, 4, 4}).input("b", {2, 4, 4}).output("y");
  model.node("MatMul", {"a", "b"}, {"y"}, "attention");
  EXPECT_THAT(input_names(*import_model(model, with_seed(1)).graph), ElementsAre("a", "b"));
}

TEST(Parameters, InitialisersAreKept) {
  ModelBuilder model;
  model.input("x", {1, 2}).floats("w", {2, 1}, {3, 4}).output("y");
  model.node("MatMul", {"x", "w"}, {"y"}, "fc");
  const Imported result = import_model(model, with_seed(1));
  EXPECT_EQ(tensor(*result.graph, "w").as<float>()[1], 4);
}

TEST(Parameters, AMissingInitialiserIsNamed) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.node("MatMul", {"x", "w"}, {"y"}, "fc");
  const Imported result = import_model(model, with_seed(1));
  EXPECT_FALSE(result.graph.has_value());
  ASSERT_EQ(result.issues.size(), 1U);
  EXPECT_THAT(result.issues[0], ::testing::HasSubstr("input 'w' is neither an input, nor an initialiser"));
}

}  // namespace
}  // namespace systole
