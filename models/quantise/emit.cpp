#include "models/quantise/emit.h"

#include <algorithm>
#include <cmath>

#include "models/quantise/arithmetic.h"
#include "models/quantise/parameters.h"

namespace systole::quantise {

using ir::OpKind;

namespace {

bool has_input(const ir::Node& node, std::size_t i) {
  return i < node.inputs.size() && node.inputs[i] != ir::kNoTensor;
}

/// None where both are int8, as the tensors say already.
std::optional<ir::ProductNumerics> numerics_of(NumberFormat a, NumberFormat b) {
  if (a == NumberFormat::kInt8 && b == NumberFormat::kInt8) return std::nullopt;
  return ir::ProductNumerics{a, b};
}

}  // namespace

Emitter::Emitter(const ir::Graph& graph, const Plan& plan, const Options& options, bool unit, Issues& issues,
                 Report& report)
    : graph_(graph),
      plan_(plan),
      options_(options),
      unit_(unit),
      issues_(issues),
      report_(report),
      rewriter_(graph),
      int8_(graph.tensor_count(), ir::kNoTensor),
      float_(graph.tensor_count(), ir::kNoTensor) {
  for (const ir::TensorId id : graph.inputs()) float_[id] = rewriter_.tensor(id);
}

void Emitter::emit(ir::NodeIndex index) {
  const ir::Node& node = graph_.node(index);
  (plan_.form[index] == Form::kFloat ? report_.float_nodes : report_.int8_nodes).push_back(node.name);
  switch (plan_.form[index]) {
    case Form::kFloat:
      return emit_float(index);
    case Form::kProduct:
      return emit_product(node);
    case Form::kMatMul:
      return emit_matmul(node);
    case Form::kBinary:
      return emit_binary(node);
    case Form::kKeep:
      return emit_keep(node);
    case Form::kRescale:
      return emit_rescale(node);
    case Form::kIndex:
      return emit_index(node);
  }
}

ir::Graph Emitter::finish() {
  for (const ir::TensorId id : graph_.outputs()) as_float(id);
  return rewriter_.finish();
}

ir::TensorId Emitter::as_int8(ir::TensorId old) {
  if (int8_[old] != ir::kNoTensor) return int8_[old];
  const float scale = plan_.scale[old];
  const ir::TensorInfo& info = graph_.tensor(old);
  if (info.is_constant()) return int8_[old] = constant_int8(old, scale);
  ir::Node node{info.value.name + "_QuantizeLinear", OpKind::kQuantizeLinear, ir::AxisAttributes{}, {}, {}};
  node.inputs = {as_float(old), scale_tensor(info.value.name, scale), zero()};
  int8_[old] = make_int8(old, info.value.shape);
  add_clipped(std::move(node), int8_[old]);
  ++report_.conversions;
  return int8_[old];
}

ir::TensorId Emitter::as_float(ir::TensorId old) {
  if (old == ir::kNoTensor || float_[old] != ir::kNoTensor) return old == ir::kNoTensor ? old : float_[old];
  float_[old] = rewriter_.tensor(old);
  if (int8_[old] == ir::kNoTensor) return float_[old];  // a constant, or of another type
  const std::string& name = graph_.tensor(old).value.name;
  ir::Node node{name + "_DequantizeLinear", OpKind::kDequantizeLinear, ir::AxisAttributes{}, {}, {}};
  node.inputs = {int8_[old], scale_tensor(name, plan_.scale[old]), zero()};
  node.outputs = {float_[old]};
  rewriter_.add(std::move(node));
  ++report_.conversions;
  return float_[old];
}

ir::TensorId Emitter::make_int8(ir::TensorId old, const ir::Shape& shape) {
  return rewriter_.add({graph_.tensor(old).value.name + "_quantized", element(), shape, nullptr});
}

ir::TensorId Emitter::int8_output(ir::TensorId old) {
  if (old == ir::kNoTensor) return old;
  return int8_[old] = make_int8(old, graph_.tensor(old).value.shape);
}

ir::TensorId Emitter::scale_tensor(const std::string& owner, float scale) {
  return rewriter_.add(scalar(owner + "_scale", scale));
}

ir::TensorId Emitter::zero() {
  if (zero_ == ir::kNoTensor) zero_ = rewriter_.add(zero_point(element()));
  return zero_;
}

ir::TensorId Emitter::weight_zero() {
  const DType type = traits_of(options_.weights).element;
  if (type == element()) return zero();
  if (weight_zero_ == ir::kNoTensor) weight_zero_ = rewriter_.add(zero_point(type));
  return weight_zero_;
}

void Emitter::add_clipped(ir::Node node, ir::TensorId now) {
  const FormatTraits& traits = traits_of(options_.activations);
  if (traits.bits == 8 * size_of(traits.element)) {
    node.outputs = {now};
    return rewriter_.add(std::move(node));
  }
  ir::Tensor unclipped = rewriter_.info(now);
  unclipped.name += "_unclipped";
  ir::Node clip{node.name + "_Clip", OpKind::kClip, {}, {}, {now}};
  node.outputs = {rewriter_.add(std::move(unclipped))};
  const auto bound = [&](std::int32_t value) {
    return rewriter_.add(
        {"bound", DType::kInt8, {}, ir::make_data(std::vector{static_cast<std::int8_t>(value)})});
  };
  clip.inputs = {node.outputs[0], bound(-traits.max), bound(traits.max)};
  rewriter_.add(std::move(node));
  rewriter_.add(std::move(clip));
}

float Emitter::constant_scale(ir::TensorId old) const {
  if (unit_) return 1.0F;
  return scale_of(largest_magnitude(all_floats(graph_.tensor(old).value)), options_.power_of_two,
                  largest_of(options_.activations));
}

ir::TensorId Emitter::constant_int8(ir::TensorId old, float scale) {
  ir::Tensor constant = graph_.tensor(old).value;
  constant.shape.insert(constant.shape.begin(), 1);  // one channel
  ir::Tensor integers = quantised(options_.activations, constant, 0, {scale});
  integers.shape.erase(integers.shape.begin());
  return rewriter_.add(std::move(integers));
}

void Emitter::emit_float(ir::NodeIndex index) {
  ir::Node node = graph_.node(index);
  for (ir::TensorId& id : node.inputs) id = as_float(id);
  for (ir::TensorId& id : node.outputs) {
    if (id != ir::kNoTensor) id = float_[id] = rewriter_.tensor(id);
  }
  rewriter_.add(std::move(node));
}

void Emitter::emit_product(const ir::Node& node) {
  const ir::TensorId x = node.inputs[0];
  const ir::TensorId y = node.outputs[0];
  ir::Node made{node.name, OpKind::kQLinearConv, node.attributes, {}, {}};
  const ir::TensorId a = as_int8(x);
  const Weights weights = weights_of(node);
  const std::string& y_name = graph_.tensor(y).value.name;
  made.inputs = {a,
                 scale_tensor(graph_.tensor(x).value.name, plan_.scale[x]),
                 zero(),
                 weights.values,
                 weights.scale,
                 weight_zero()};
  const ir::TensorId y_scale = scale_tensor(y_name, plan_.scale[y]);
  if (node.op == OpKind::kGemm) {
    made.op = OpKind::kQGemm;
    auto& gemm = std::get<ir::GemmAttributes>(made.attributes);
    gemm.alpha = gemm.beta = 1.0F;  // in the weights' scale and in the bias
    made.inputs.insert(made.inputs.end(), {weights.bias, y_scale, zero()});
  } else {
    if (node.op == OpKind::kMatMul) made.op = OpKind::kQLinearMatMul;
    made.inputs.insert(made.inputs.end(), {y_scale, zero()});
    if (weights.bias != ir::kNoTensor) made.inputs.push_back(weights.bias);
  }
  made.numerics = numerics_of(options_.activations, options_.weights);
  add_clipped(std::move(made), int8_output(y));
}

void Emitter::emit_matmul(const ir::Node& node) {
  ir::Node made{node.name, OpKind::kQLinearMatMul, node.attributes, {}, {}};
  for (const ir::TensorId id : {node.inputs[0], node.inputs[1]}) {
    const ir::TensorId operand = as_int8(id);
    made.inputs.insert(made.inputs.end(),
                       {operand, scale_tensor(graph_.tensor(id).value.name, plan_.scale[id]), zero()});
  }
  const ir::TensorId y = node.outputs[0];
  made.inputs.insert(made.inputs.end(), {scale_tensor(graph_.tensor(y).value.name, plan_.scale[y]), zero()});
  // The right operand is not packed: it goes into the array as its elements are.
  made.numerics = numerics_of(options_.activations, *format_of(element()));
  add_clipped(std::move(made), int8_output(y));
}

void Emitter::emit_binary(const ir::Node& node) {
  ir::Node made{node.name, node.op == OpKind::kAdd ? OpKind::kQLinearAdd : OpKind::kQLinearMul, {}, {}, {}};
  for (const ir::TensorId id : {node.inputs[0], node.inputs[1]}) {
    const bool constant = graph_.tensor(id).is_constant();
    const float scale = constant ? constant_scale(id) : plan_.scale[id];
    if (constant && !std::isfinite(scale)) complain(node, graph_.tensor(id).value);
    const ir::TensorId operand = constant ? constant_int8(id, scale) : as_int8(id);
    made.inputs.insert(made.inputs.end(),
                       {operand, scale_tensor(graph_.tensor(id).value.name, scale), zero()});
  }
  const ir::TensorId y = node.outputs[0];
  made.inputs.insert(made.inputs.end(), {scale_tensor(graph_.tensor(y).value.name, plan_.scale[y]), zero()});
  add_clipped(std::move(made), int8_output(y));
}

void Emitter::emit_keep(const ir::Node& node) {
  ir::Node made = node;
  for (const std::size_t i : data_operands(graph_, node, Form::kKeep))
    made.inputs[i] = as_int8(node.inputs[i]);
  const float scale = plan_.scale[node.inputs[0]];
  if (node.op == OpKind::kClip) {  // the bounds in the scale of what they bound
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      if (has_input(node, i)) made.inputs[i] = constant_int8(node.inputs[i], scale);
    }
  }
  if (node.op == OpKind::kPad) made.inputs.resize(1);  // with 0, which is what is left out
  for (ir::TensorId& id : made.outputs) id = int8_output(id);
  rewriter_.add(std::move(made));
}

void Emitter::emit_rescale(const ir::Node& node) {
  const ir::TensorId x = node.inputs[0];
  const ir::TensorId y = node.outputs[0];
  ir::Node made{node.name, OpKind::kQLinearAveragePool, node.attributes, {}, {}};
  if (node.op == OpKind::kSigmoid) made.op = OpKind::kQLinearSigmoid;
  if (node.op == OpKind::kLeakyRelu) made.op = OpKind::kQLinearLeakyRelu;
  const bool is_mean = node.op == OpKind::kReduceMean;
  if (node.op == OpKind::kGlobalAveragePool || is_mean) made.op = OpKind::kQLinearGlobalAveragePool;
  made.inputs = {as_int8(x), scale_tensor(graph_.tensor(x).value.name, plan_.scale[x]), zero(),
                 scale_tensor(graph_.tensor(y).value.name, plan_.scale[y]), zero()};
  const bool squeezes = is_mean && !std::get<ir::ReduceAttributes>(node.attributes).keep_dims;
  if (is_mean) {
    const ir::Shape& image = graph_.tensor(x).value.shape;
    ir::PoolAttributes pool;
    pool.window.kernel = {image[2], image[3]};
    made.attributes = pool;
  }
  if (!squeezes) {
    return add_clipped(std::move(made), int8_output(y));
  }
  ir::Shape shape = graph_.tensor(y).value.shape;
  shape.resize(4, 1);
  const ir::TensorId pooled = make_int8(y, shape);
  add_clipped(std::move(made), pooled);
  rewriter_.add(ir::Node{node.name + "_Squeeze", OpKind::kSqueeze, {}, {pooled}, {int8_output(y)}});
}

void Emitter::emit_index(const ir::Node& node) {
  ir::Node made = node;
  made.inputs[0] = as_int8(node.inputs[0]);
  for (ir::TensorId& id : made.outputs) {
    if (id != ir::kNoTensor) id = float_[id] = rewriter_.tensor(id);
  }
  rewriter_.add(std::move(made));
}

void Emitter::complain(const ir::Node& node, const ir::Tensor& parameter) {
  issues_.add(node.name,
              "parameter \"" + parameter.name +
                  "\" has values that are infinite or not a number: they cannot be quantised; repair "
                  "the network");
}

std::vector<float> Emitter::bias_values(const ir::Node& node, std::size_t channels) {
  if (!has_input(node, 2)) return {};
  std::vector<float> bias = all_floats(graph_.tensor(node.inputs[2]).value);
  if (bias.size() == 1) bias.resize(channels, bias[0]);
  if (const auto* gemm = std::get_if<ir::GemmAttributes>(&node.attributes);
      gemm != nullptr && gemm->beta != 1.0F) {
    for (float& b : bias) b *= gemm->beta;
  }
  return bias;
}

std::vector<float> Emitter::weight_scales(const ir::Node& node, const ir::Tensor& w, std::size_t axis,
                                          const std::vector<float>& bias) {
  std::vector<float> largest = channel_magnitudes(w, axis);
  const bool finite = std::all_of(largest.begin(), largest.end(), [](float x) { return std::isfinite(x); });
  const bool bias_is_finite = std::all_of(bias.begin(), bias.end(), [](float x) { return std::isfinite(x); });
  if (!finite) complain(node, w);
  if (!bias_is_finite) complain(node, graph_.tensor(node.inputs[2]).value);
  if (!finite || !bias_is_finite) return {1.0F};
  if (!options_.per_channel) largest = {*std::max_element(largest.begin(), largest.end())};
  // Few bits are worth a search for the scale that loses least.
  const float most = largest_of(options_.weights);
  std::vector<float> scales;
  if (options_.weights != NumberFormat::kInt8 && options_.weights != NumberFormat::kInt16) {
    scales = nearest_scales(options_.weights, w, axis, options_.per_channel, options_.power_of_two);
  }
  for (std::size_t c = 0; c < largest.size(); ++c) {
    float least = 0.0F;
    for (std::size_t b = c; b < bias.size(); b += largest.size()) {
      least = std::max(least, smallest_scale_for_bias(bias[b], plan_.scale[node.inputs[0]]));
    }
    const float range = scales.empty() ? largest[c] : scales[c] * most;
    largest[c] = scale_of(std::max(range, least * most), options_.power_of_two, most);
  }
  return largest;
}

Emitter::Weights Emitter::weights_of(const ir::Node& node) {
  ir::Tensor w = graph_.tensor(node.inputs[1]).value;
  const auto* gemm = std::get_if<ir::GemmAttributes>(&node.attributes);
  const bool outputs_first = node.op == OpKind::kConv || (gemm != nullptr && gemm->transpose_b);
  const std::size_t axis = outputs_first ? 0 : w.shape.size() - 1;
  const auto channels = static_cast<std::size_t>(w.shape[axis]);
  report_.weights += static_cast<std::uint64_t>(w.elements());
  if (!unit_ && gemm != nullptr && gemm->alpha != 1.0F) {
    w = scaled(w, axis, std::vector<float>(channels, gemm->alpha));
  }

  const std::vector<float> bias = unit_ ? std::vector<float>() : bias_values(node, channels);
  const bool unknown = unit_ && !options_.real_weights;
  const std::vector<float> scale = unknown ? std::vector<float>(options_.per_channel ? channels : 1, 1.0F)
                                           : weight_scales(node, w, axis, bias);
  const DType element = traits_of(options_.weights).element;
  Weights result{
      rewriter_.add(unknown ? unknown_integers(w, element) : quantised(options_.weights, w, axis, scale)),
      ir::kNoTensor, ir::kNoTensor};
  if (has_input(node, 2)) {
    std::vector<std::int32_t> values(channels, 0);
    for (std::size_t c = 0; c < bias.size(); ++c) {
      values[c] = quantise_bias(bias[c], plan_.scale[node.inputs[0]], scale[scale.size() == 1 ? 0 : c]);
    }
    result.bias = rewriter_.add({graph_.tensor(node.inputs[2]).value.name + "_quantized",
                                 DType::kInt32,
                                 {static_cast<std::int64_t>(channels)},
                                 ir::make_data(values)});
  }
  result.scale = rewriter_.add(scale.size() == 1 ? scalar(w.name + "_scale", scale[0])
                                                 : vector(w.name + "_scale", scale));
  return result;
}

}  // namespace systole::quantise
