#include "app/run/precision.h"

#include <algorithm>
#include <utility>

#include "app/run/inputs.h"
#include "hw/base/parallel.h"
#include "models/quantise/fold.h"
#include "models/quantise/qdq.h"

namespace systole::app {
namespace {

bool has(const ir::Graph& network, ir::OpKind op) {
  for (ir::NodeIndex index = 0; index < network.node_count(); ++index) {
    if (network.node(index).op == op) return true;
  }
  return false;
}

bool has_int8_array(const Scenario& scenario) {
  return scenario.soc.matrix.count > 0 && scenario.soc.matrix.format == NumberFormat::kInt8;
}

bool wants_int8(const Scenario& scenario) {
  const Precision precision = scenario.workload.precision;
  return precision == Precision::kInt8 || (precision == Precision::kAuto && has_int8_array(scenario));
}

std::optional<InputSet> calibration_inputs(const ir::Graph& network, const Scenario& scenario,
                                           const Provenance& provenance, const std::vector<std::string>& fed,
                                           Issues& issues) {
  const Quantise& quantise = scenario.workload.quantise;
  Inputs inputs = quantise.own_inputs ? scenario.inputs : quantise.calibration;
  inputs.count = quantise.calibration.count;  // how many inferences are run makes no other network
  const std::string key = quantise.own_inputs ? "inputs" : "workload.quantise.calibration";
  InputRequest request{inputs, provenance, key, kCalibrationInputs, "workload.quantise.calibration.count"};
  if (quantise.own_inputs) request.fed = fed;
  return read_inputs(request, network, issues);
}

}  // namespace

std::optional<Quantisation> set_precision(ir::Graph& network, const Scenario& scenario,
                                          const Provenance& provenance, const std::vector<std::string>& fed,
                                          Issues& issues) {
  if (has(network, ir::OpKind::kBatchNormalization)) network = quantise::fold_batch_norms(network);
  const bool int8 = wants_int8(scenario);
  if (has(network, ir::OpKind::kDequantizeLinear) && (int8 || has_int8_array(scenario))) {
    network = quantise::fuse_qdq(network, int8 ? quantise::QdqScope::kAll : quantise::QdqScope::kExact);
  }
  if (!int8 || !quantise::is_float_network(network)) return std::nullopt;
  Quantisation made;
  quantise::Ranges ranges;
  if (scenario.functional) {
    const std::size_t before = issues.size();
    const auto inputs = calibration_inputs(network, scenario, provenance, fed, issues);
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
