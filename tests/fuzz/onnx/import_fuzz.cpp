// The importer on hostile files. What it lets through must also run: the reference executor trusts it.
#include <algorithm>

#include "hw/base/assert.h"
#include "models/ir/bookkeeping.h"
#include "models/onnx/import.h"
#include "models/reference/run.h"
#include "tests/fuzz/onnx/mutate.h"
#include "tests/fuzz/onnx/seeds.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace systole;

// Whether running the network takes next to no time and memory.
bool is_small(const ir::Graph& graph) {
  std::int64_t work = 0;
  for (ir::NodeIndex i = 0; i < graph.node_count(); ++i) {
    const ir::NodeCost cost = ir::cost_of(graph, i);
    SYSTOLE_ASSERT(cost.operations.macs >= 0 && cost.operations.comparisons >= 0, "negative work");
    constexpr std::int64_t kLimit = 1 << 20;
    for (const std::int64_t part : {cost.operations.macs, cost.operations.additions,
                                    cost.operations.comparisons, cost.input_bytes, cost.output_bytes}) {
      work += std::min(part, kLimit);
    }
    if (work >= kLimit) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Issues issues;
  const auto graph = import_onnx(std::as_bytes(std::span(data, size)), "fuzz.onnx", issues);
  SYSTOLE_ASSERT(graph.has_value() == issues.empty(),
                 "refused without a reason, or accepted in spite of one");
  if (!graph || !is_small(*graph)) return 0;
  std::vector<ir::TensorData> inputs;
  for (const ir::TensorId id : graph->inputs()) {
    inputs.push_back(std::make_shared<const std::vector<std::byte>>(graph->tensor(id).value.bytes()));
  }
  const ReferenceResult result = run_reference(*graph, inputs, true);
  SYSTOLE_ASSERT(result.outputs.size() == graph->outputs().size(), "one value per output");
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  static const std::vector<std::string> seeds = seed_models();
  std::minstd_rand random(seed);
  ::onnx::ModelProto model;
  if (size < 16 || random() % 64 == 0) {
    model.ParseFromString(seeds[random() % seeds.size()]);
  } else if (random() % 4 == 0 || !model.ParseFromArray(data, static_cast<int>(size))) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  for (unsigned i = 0; i <= random() % 4; ++i) mutate(model, random);
  const std::string bytes = model.SerializeAsString();
  if (bytes.size() > max_size) return size;
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}
