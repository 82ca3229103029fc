#include "app/run/float_comparison.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "hw/base/parallel.h"

namespace systole::app {
namespace {

/// The float network's outputs for the first inferences, as far as they are worth knowing.
std::vector<std::vector<ir::Tensor>> float_outputs(const Quantisation& quantisation, const InputSet& inputs) {
  std::vector<std::vector<ir::Tensor>> results = quantisation.outputs;
  if (results.size() > inputs.inferences) results.resize(inputs.inferences);
  if (inputs.labels.empty()) return results;
  const ir::Graph& network = quantisation.float_network;
  for (auto i = static_cast<std::uint32_t>(results.size()); i < inputs.inferences; ++i) {
    results.push_back(quantise::run_float(network, inputs_of(network, inputs, i), worker_threads()));
  }
  return results;
}

std::optional<Accuracy> float_accuracy(const ir::Graph& network, const InputSet& inputs,
                                       const std::vector<std::vector<ir::Tensor>>& results) {
  if (inputs.labels.empty() || results.empty()) return std::nullopt;
  Outputs outputs(1);  // accuracy_of() looks at the first
  for (const std::vector<ir::Tensor>& result : results) {
    outputs[0].insert(outputs[0].end(), result[0].data->begin(), result[0].data->end());
  }
  return accuracy_of(network, inputs, outputs);
}

std::optional<double> sqnr_db(const std::vector<std::vector<ir::Tensor>>& results, const Outputs& outputs) {
  if (results.empty()) return std::nullopt;
  const auto is_float = [](const ir::Tensor& tensor) { return tensor.type == DType::kFloat32; };
  const auto found = std::find_if(results[0].begin(), results[0].end(), is_float);
  if (found == results[0].end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - results[0].begin());
  const std::byte* simulated = outputs[index].data();
  double signal = 0;
  double noise = 0;
  for (const std::vector<ir::Tensor>& result : results) {
    const auto* expected = result[index].as<float>();
    for (std::int64_t i = 0; i < result[index].elements(); ++i, simulated += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, simulated, sizeof value);
      const double difference = static_cast<double>(expected[i]) - static_cast<double>(value);
      signal += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
      noise += difference * difference;
    }
  }
  return signal > 0 && noise > 0 ? std::optional(10 * std::log10(signal / noise)) : std::nullopt;
}

}  // namespace

QuantisationRecord compare_with_float(const Quantisation& quantisation, const InputSet& inputs,
                                      const Outputs& outputs) {
  QuantisationRecord record;
  record.int8_nodes = quantisation.report.int8_nodes.size();
  record.float_nodes = quantisation.report.float_nodes.size();
  record.conversions = quantisation.report.conversions;
  record.calibration_inputs = quantisation.calibration_inputs;
  const bool functional = quantisation.calibration_inputs > 0;
  if (!functional || outputs.size() != quantisation.float_network.outputs().size()) return record;
  const auto results = float_outputs(quantisation, inputs);
  record.float_accuracy = float_accuracy(quantisation.float_network, inputs, results);
  record.sqnr_db = sqnr_db(results, outputs);
  return record;
}

}  // namespace systole::app
