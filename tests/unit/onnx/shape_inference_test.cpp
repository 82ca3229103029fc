// Our shapes against libonnx's own shape inference, over all of ONNX's tests of supported operators.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <fstream>

#include "models/onnx/import.h"
#include "tests/conformance/reference/cases.h"

namespace systole {
namespace {

// Infers the shapes of a model whose declared outputs have been forgotten.
::onnx::ModelProto inferred(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  ::onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromIstream(&file));
  for (auto& output : *model.mutable_graph()->mutable_output()) {
    output.mutable_type()->mutable_tensor_type()->clear_shape();
  }
  ::onnx::shape_inference::InferShapes(model);
  return model;
}

TEST(ShapeInference, AgreesWithLibonnx) {
  std::size_t compared = 0;
  for (const conformance::Case& test : conformance::find_cases()) {
    std::string why;
    const auto sets = conformance::read_data_sets(test, why);
    if (!sets) continue;
    Issues issues;
    const auto graph = import_onnx(test.model(), issues, conformance::bind(test, sets->front()).options);
    if (!graph) continue;
    const ::onnx::ModelProto model = inferred(test.model());
    for (const auto& output : model.graph().output()) {
      const auto& shape = output.type().tensor_type().shape();
      const auto id = graph->find_tensor(output.name());
      ASSERT_TRUE(id.has_value()) << test.name;
      bool known = output.type().tensor_type().has_shape();
      ir::Shape dims;
      for (const auto& dim : shape.dim()) {
        known = known && dim.has_dim_value();
        dims.push_back(dim.dim_value());
      }
      if (!known) continue;  // libonnx does not know Reshape and TopK whose operand is an input
      EXPECT_EQ(graph->tensor(*id).value.shape, dims) << test.name << " " << output.name();
      ++compared;
    }
  }
  EXPECT_GE(compared, 120U);
}

}  // namespace
}  // namespace systole
