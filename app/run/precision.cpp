#include "app/run/precision.h"

#include <algorithm>
#include <utility>

#include "app/run/inputs.h"
#include "hw/base/parallel.h"
#include "models/compress/prune.h"
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

bool has_integer_array(const Scenario& scenario) {
  return scenario.soc.matrix.count > 0 && !is_float(scenario.soc.matrix.format);
}

bool wants_int8(const Scenario& scenario) {
  const Precision precision = scenario.workload.precision;
  return precision == Precision::kInt8 || (precision == Precision::kAuto && has_integer_array(scenario));
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

/// Positions of the two factors of a product node; nullopt: it is none.
std::optional<std::pair<std::size_t, std::size_t>> factors_of(ir::OpKind op) {
  switch (op) {
    case ir::OpKind::kConv:
    case ir::OpKind::kGemm:
    case ir::OpKind::kMatMul:
    case ir::OpKind::kConvInteger:
    case ir::OpKind::kMatMulInteger:
      return std::pair{std::size_t{0}, std::size_t{1}};
    case ir::OpKind::kQLinearConv:
    case ir::OpKind::kQLinearMatMul:
    case ir::OpKind::kQGemm:
      return std::pair{std::size_t{0}, std::size_t{3}};
    default:
      return std::nullopt;
  }
}

/// What the array makes of the product of two tensors. Weights are packed in the array's format; a computed
/// right operand goes in as it stands.
ir::ProductNumerics numerics_of(const ir::Tensor& a, const ir::TensorInfo& b, const MatrixConfig& array,
                                bool in_array_format) {
  ir::ProductNumerics numerics{format_of(a.type).value_or(NumberFormat::kInt8),
                               format_of(b.value.type).value_or(NumberFormat::kInt8)};
  if (in_array_format || is_float(numerics.a)) {
    if (is_float(numerics.a) == is_float(array.format)) numerics.a = array.format;
    const NumberFormat weights = is_float(array.format) ? array.format : array.weight_format;
    if (b.is_constant() && is_float(numerics.b) == is_float(weights)) numerics.b = weights;
  }
  return numerics;
}

/// Writes into every product how the array multiplies and adds, where that is not what the types say.
void set_numerics(ir::Graph& network, const Scenario& scenario, bool in_array_format) {
  const MatrixConfig& array = scenario.soc.matrix;
  if (array.count == 0) return;
  for (ir::NodeIndex index = 0; index < network.node_count(); ++index) {
    ir::Node& node = network.node(index);
    const auto factors = factors_of(node.op);
    if (!factors) continue;
    const ir::Tensor& a = network.tensor(node.inputs[factors->first]).value;
    const ir::TensorInfo& b = network.tensor(node.inputs[factors->second]);
    ir::ProductNumerics numerics = node.numerics.value_or(numerics_of(a, b, array, in_array_format));
    numerics.accumulator_bits = array.accumulator_bits;
    numerics.saturate = !is_float(numerics.a) && array.overflow == Overflow::kSaturate;
    const bool plain = numerics.a == format_of(a.type) && numerics.b == format_of(b.value.type) &&
                       numerics.accumulator_bits == 32 && !numerics.saturate && a.type != DType::kInt16 &&
                       b.value.type != DType::kInt16;
    node.numerics = plain ? std::nullopt : std::optional(numerics);
  }
}

std::optional<Quantisation> quantise_if_wanted(ir::Graph& network, const Scenario& scenario,
                                               const Provenance& provenance,
                                               const std::vector<std::string>& fed, Issues& issues) {
  if (has(network, ir::OpKind::kBatchNormalization)) network = quantise::fold_batch_norms(network);
  const bool int8 = wants_int8(scenario);
  if (has(network, ir::OpKind::kDequantizeLinear) && (int8 || has_integer_array(scenario))) {
    network = quantise::fuse_qdq(network, int8 ? quantise::QdqScope::kAll : quantise::QdqScope::kExact);
  }
  const compress::PruneOptions& prune = scenario.workload.prune;
  if (prune.any() && compress::prune(network, prune).empty()) {
    issues.add(network.name, "workload.prune: the network has no layer that can be pruned; take the key out");
    return std::nullopt;
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
  quantise::Options options = scenario.workload.quantise.options;
  options.real_weights = prune.any() || scenario.mapping.skip_zeros;
  ir::Graph quantised = quantise::quantise_network(network, ranges, options, issues, &made.report);
  made.float_network = std::exchange(network, std::move(quantised));
  return made;
}

}  // namespace

std::optional<Quantisation> set_precision(ir::Graph& network, const Scenario& scenario,
                                          const Provenance& provenance, const std::vector<std::string>& fed,
                                          Issues& issues) {
  auto made = quantise_if_wanted(network, scenario, provenance, fed, issues);
  const bool list_of_layers =
      !scenario.workload.gemm.empty() || scenario.workload.network.path.extension() == ".csv";
  set_numerics(network, scenario, list_of_layers);
  return made;
}

}  // namespace systole::app
