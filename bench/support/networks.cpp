#include "bench/support/networks.h"

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "models/onnx/import.h"
#include "models/quantise/fold.h"
#include "models/quantise/quantise.h"

namespace systole::bench {

namespace {

ir::TensorData noise(std::size_t elements, std::uint64_t& state) {
  std::vector<std::int8_t> values(elements);
  for (std::int8_t& value : values) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    value = static_cast<std::int8_t>(state >> 56U);
  }
  return ir::make_data(values);
}

}  // namespace

ir::Graph network(const std::string& name) {
  Issues issues;
  const std::string path = std::string(SYSTOLE_NETWORKS_DIR) + "/" + name + ".onnx";
  const auto imported = import_onnx(path, issues, {{}, {}, ir::Synthesis{}});
  if (!imported) throw std::runtime_error(to_string(issues.list().front()));
  ir::Graph graph = quantise::quantise_network(quantise::fold_batch_norms(*imported), {}, {}, issues);
  if (!issues.empty()) throw std::runtime_error(to_string(issues.list().front()));
  // Made here, so that it is not measured.
  std::uint64_t state = 1;
  for (ir::TensorId id = 0; id < graph.tensor_count(); ++id) {
    ir::Tensor& tensor = graph.tensor(id).value;
    if (!tensor.data.known()) continue;
    const bool weights = tensor.type == DType::kInt8 && tensor.shape.size() > 1;
    tensor.data = weights ? noise(static_cast<std::size_t>(tensor.elements()), state) : tensor.data.bytes();
  }
  return graph;
}

}  // namespace systole::bench
