#include "tests/fuzz/onnx/seeds.h"

#include <gmock/gmock.h>

#include <set>

#include "models/onnx/operators.h"
#include "models/reference/run.h"
#include "tests/unit/onnx/support/model_builder.h"

namespace systole {
namespace {

TEST(OnnxSeeds, ImportRunAndCoverEveryOperator) {
  std::set<ir::OpKind> seen;
  for (const std::string& bytes : seed_models()) {
    const Imported result = import_bytes(bytes);
    EXPECT_THAT(result.issues, ::testing::IsEmpty());
    ASSERT_TRUE(result.graph.has_value());
    std::vector<ir::TensorData> inputs;
    for (const ir::TensorId id : result.graph->inputs()) {
      inputs.push_back(
          std::make_shared<const std::vector<std::byte>>(result.graph->tensor(id).value.bytes()));
    }
    for (const ir::Tensor& output : run_reference(*result.graph, inputs).outputs) {
      EXPECT_EQ(output.data->size(), output.bytes());
    }
    for (ir::NodeIndex i = 0; i < result.graph->node_count(); ++i) seen.insert(result.graph->node(i).op);
  }
  for (std::size_t i = 0; i < ir::kOpKindCount; ++i) {
    const auto kind = static_cast<ir::OpKind>(i);
    const bool own = importer::is_importable(ir::name_of(kind), "");
    if (own || importer::is_importable(ir::name_of(kind), "com.microsoft")) {
      EXPECT_TRUE(seen.contains(kind)) << ir::name_of(kind);
    }
  }
}

}  // namespace
}  // namespace systole
