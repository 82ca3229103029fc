// The digits networks, all 360 held-out images: bit for bit what an interpreter in numpy computed, which was
// written independently (scripts/digits/integer.py).
#include <gtest/gtest.h>

#include "models/onnx/import.h"
#include "models/onnx/tensor_file.h"
#include "models/reference/run.h"

namespace systole {
namespace {

ir::Tensor load(const std::string& path) {
  Issues issues;
  auto tensor = read_tensor_pb(SYSTOLE_SOURCE_DIR "/" + path, issues);
  EXPECT_TRUE(tensor.has_value()) << (issues.empty() ? "" : to_string(issues.list()[0]));
  return tensor ? *tensor : ir::Tensor{};
}

ir::Graph load_network(const std::string& path) {
  Issues issues;
  auto graph = import_onnx(SYSTOLE_SOURCE_DIR "/" + path, issues);
  EXPECT_TRUE(graph.has_value()) << (issues.empty() ? "" : to_string(issues.list()[0]));
  return graph ? *graph : ir::Graph{};
}

// Row i of a tensor whose first dimension counts inferences.
std::span<const std::byte> row(const ir::Tensor& tensor, std::int64_t i) {
  const std::size_t size = tensor.bytes() / static_cast<std::size_t>(tensor.shape[0]);
  return std::span(*tensor.data).subspan(static_cast<std::size_t>(i) * size, size);
}

ReferenceResult infer(const ir::Graph& graph, const ir::Tensor& images, std::int64_t i) {
  const auto image = row(images, i);
  const std::vector<ir::TensorData> inputs{
      std::make_shared<const std::vector<std::byte>>(image.begin(), image.end())};
  return run_reference(graph, inputs, true);
}

// The class is the index of the largest value of the last tensor before ArgMax, or ArgMax's own output.
std::int64_t class_of(const ir::Tensor& output) {
  if (output.type == DType::kInt64) return output.as<std::int64_t>()[0];
  const float* values = output.as<float>();
  return std::max_element(values, values + output.elements()) - values;
}

TEST(Digits, QuantisedLogitsEqualNumpy) {
  const ir::Graph graph = load_network("scenarios/networks/digits.onnx");
  const ir::Tensor images = load("scenarios/data/digits-test/images.pb");
  const ir::Tensor labels = load("scenarios/data/digits-test/labels.pb");
  const ir::Tensor logits = load("tests/data/digits/logits.pb");
  const auto tensor = graph.find_tensor(logits.name);
  ASSERT_TRUE(tensor.has_value()) << logits.name;
  ASSERT_EQ(images.shape[0], 360);
  int correct = 0;
  for (std::int64_t i = 0; i < images.shape[0]; ++i) {
    const ReferenceResult result = infer(graph, images, i);
    const auto expected = row(logits, i);
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), result.all[*tensor]->begin(),
                           result.all[*tensor]->end()))
        << "image " << i;
    if (class_of(result.outputs.back()) == labels.as<std::int64_t>()[i]) ++correct;
  }
  EXPECT_EQ(correct, 357);
}

TEST(Digits, FloatNetworkClassifies) {
  const ir::Graph graph = load_network("scenarios/networks/digits-float.onnx");
  const ir::Tensor images = load("scenarios/data/digits-test/images.pb");
  const ir::Tensor labels = load("scenarios/data/digits-test/labels.pb");
  int correct = 0;
  for (std::int64_t i = 0; i < images.shape[0]; ++i) {
    if (class_of(infer(graph, images, i).outputs.back()) == labels.as<std::int64_t>()[i]) ++correct;
  }
  EXPECT_EQ(correct, 357);
}

}  // namespace
}  // namespace systole
