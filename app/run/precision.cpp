#include "app/run/precision.h"

#include <algorithm>
#include <utility>

#include "app/run/inputs.h"
#include "hw/base/parallel.h"
#include "models/quantise/fold.h"

namespace systole::app {
namespace {

bool has_batch_norms(const ir::Graph& network) {
  for (ir::NodeIndex index = 0; index < network.node_count(); ++index) {
    if (network.node(index).op == ir::OpKind::kBatchNormalization) return true;
  }
  return false;
}

bool is_quantised(const Scenario& scenario, const ir::Graph& network) {
  const Precision precision = scenario.workload.precision;
  const bool int8_array = scenario.soc.matrix.count > 0 && scenario.soc.matrix.format == DType::kInt8;
  const bool wanted = precision == Precision::kInt8 || (precision == Precision::kAuto && int8_array);
  return wanted && quantise::is_float_network(network);
}

std::optional<InputSet> calibration_inputs(const ir::Graph& network, const Scenario& scenario,
                                           const Provenance& provenance, Issues& issues) {
  const Quantise& quantise = scenario.workload.quantise;
  Inputs inputs = quantise.own_inputs ? scenario.inputs : quantise.calibration;
  inputs.count = quantise.calibration.count;  // how many inferences are run makes no other network
  const std::string key = quantise.own_inputs ? "inputs" : "workload.quantise.calibration";
  const InputRequest request{inputs, provenance, key, kCalibrationInputs,
                             "workload.quantise.calibration.count"};
  return read_inputs(request, network, issues);
}

}  // namespace

std::optional<Quantisation> set_precision(ir::Graph& network, const Scenario& scenario,
                                          const Provenance& provenance, Issues& issues) {
  if (has_batch_norms(network)) network = quantise::fold_batch_norms(network);
  if (!is_quantised(scenario, network)) return std::nullopt;
  Quantisation made;
  quantise::Ranges ranges;
  if (scenario.functional) {
    const std::size_t before = issues.size();
    const auto inputs = calibration_inputs(network, scenario, provenance, issues);
    if (!inputs) return std::nullopt;
    std::vector<std::vector<ir::TensorData>> sets;
    for (std::uint32_t i = 0; i < inputs->inferences; ++i) sets.push_back(inputs_of(network, *inputs, i));
    ranges = quantise::calibrate(network, sets, worker_threads(), issues, &made.outputs);
    if (!scenario.workload.quantise.own_inputs) made.outputs.clear();
    if (issues.size() != before) return std::nullopt;
    made.calibration_inputs = inputs->inferences;
  }
  ir::Graph quantised =
      quantise::quantise_network(network, ranges, scenario.workload.quantise.options, issues, &made.report);
  made.float_network = std::exchange(network, std::move(quantised));
  return made;
}

}  // namespace systole::app
