#include "models/quantise/qdq_match.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "models/quantise/arithmetic.h"
#include "models/quantise/parameters.h"

namespace systole::quantise {

using ir::OpKind;

namespace {

bool has_input(const ir::Node& node, std::size_t i) {
  return i < node.inputs.size() && node.inputs[i] != ir::kNoTensor;
}
const ir::Tensor& value(const ir::Graph& graph, ir::TensorId id) { return graph.tensor(id).value; }
bool is_eight_bit(DType type) { return type == DType::kInt8 || type == DType::kUInt8; }

/// Nobody but one node reads it.
bool is_private(const ir::Graph& graph, ir::TensorId id) {
  const auto& outputs = graph.outputs();
  return graph.tensor(id).consumers.size() == 1 &&
         std::find(outputs.begin(), outputs.end(), id) == outputs.end();
}

/// What a DequantizeLinear or QuantizeLinear says, if it is constant.
std::optional<Dequantised> parameters_of(const ir::Graph& graph, const ir::Node& node,
                                         ir::TensorId integers) {
  if (!graph.tensor(node.inputs[1]).is_constant()) return std::nullopt;
  const ir::TensorId zero = has_input(node, 2) ? node.inputs[2] : ir::kNoTensor;
  if (zero != ir::kNoTensor && !graph.tensor(zero).is_constant()) return std::nullopt;
  Dequantised result{integers, node.inputs[1], zero, 0, value(graph, node.inputs[1]).elements() == 1};
  if (const auto* axis = std::get_if<ir::AxisAttributes>(&node.attributes)) result.axis = axis->axis;
  return result;
}

std::optional<Dequantised> dequantised(const ir::Graph& graph, ir::TensorId id) {
  const auto producer = graph.tensor(id).producer;
  if (!producer || graph.node(*producer).op != OpKind::kDequantizeLinear) return std::nullopt;
  const ir::Node& node = graph.node(*producer);
  return parameters_of(graph, node, node.inputs[0]);
}

/// A feature map: 8 bits, one scale.
std::optional<Dequantised> feature_map(const ir::Graph& graph, ir::TensorId id) {
  auto found = dequantised(graph, id);
  if (!found || !found->one_scale || !is_eight_bit(value(graph, found->integers).type)) return std::nullopt;
  return found;
}

bool same_scale(const ir::Graph& graph, const Dequantised& a, const Dequantised& b) {
  return value(graph, a.integers).type == value(graph, b.integers).type &&
         scale_at(graph, a) == scale_at(graph, b) && zero_of(graph, a.zero) == zero_of(graph, b.zero);
}

bool is_activation(const ir::Graph& graph, const ir::Node& node) {
  if (node.op == OpKind::kRelu) return true;
  if (node.op != OpKind::kClip) return false;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (has_input(node, i) && !graph.tensor(node.inputs[i]).is_constant()) return false;
  }
  return true;
}

/// The dimension of the weights that counts the outputs.
std::int64_t output_axis(const ir::Node& node, const ir::Tensor& weights) {
  if (node.op == OpKind::kConv) return 0;
  const auto* gemm = std::get_if<ir::GemmAttributes>(&node.attributes);
  if (gemm != nullptr) return gemm->transpose_b ? 0 : 1;
  return static_cast<std::int64_t>(weights.shape.size()) - 1;
}

bool bias_fits(const ir::Graph& graph, const ir::Node& node, std::int64_t outputs) {
  if (node.op == OpKind::kMatMul || !has_input(node, 2)) return true;
  const ir::Tensor& bias = value(graph, node.inputs[2]);
  if (bias.elements() != 1 && (bias.elements() != outputs || bias.shape.back() != outputs)) return false;
  if (graph.tensor(node.inputs[2]).is_constant()) return true;
  const auto from = dequantised(graph, node.inputs[2]);
  return from && graph.tensor(from->integers).is_constant();
}

bool match_product(const ir::Graph& graph, const ir::Node& node, QdqMatch& match) {
  if (const auto* gemm = std::get_if<ir::GemmAttributes>(&node.attributes)) {
    if (gemm->alpha != 1.0F || gemm->beta != 1.0F || gemm->transpose_a) return false;
  }
  const auto x = feature_map(graph, node.inputs[0]);
  const auto w = dequantised(graph, node.inputs[1]);
  if (!x || !w) return false;
  const ir::Tensor& weights = value(graph, w->integers);
  if (!is_eight_bit(weights.type) || weights.shape.size() < 2) return false;
  const std::int64_t axis = output_axis(node, weights);
  const std::int64_t outputs = weights.shape[static_cast<std::size_t>(axis)];
  const bool computed = !graph.tensor(w->integers).is_constant();
  if (computed && node.op != OpKind::kMatMul) return false;
  if (!w->one_scale && (computed || w->axis != axis)) return false;
  if (!bias_fits(graph, node, outputs)) return false;
  match.operands = {*x, *w};
  return true;
}

/// All operands are feature maps of the result's type.
bool match_maps(const ir::Graph& graph, const ir::Node& node, std::size_t count, DType type,
                QdqMatch& match) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = feature_map(graph, node.inputs[i]);
    if (!x || value(graph, x->integers).type != type) return false;
    match.operands.push_back(*x);
  }
  return true;
}

bool match_operator(const ir::Graph& graph, const ir::Node& node, const Dequantised& result,
                    QdqMatch& match) {
  const DType type = value(graph, result.integers).type;
  const std::size_t outputs = node.outputs.size();
  switch (node.op) {
    case OpKind::kConv:
    case OpKind::kGemm:
    case OpKind::kMatMul:
      return match_product(graph, node, match);
    case OpKind::kAdd:
    case OpKind::kMul:
      return match_maps(graph, node, 2, type, match);
    case OpKind::kConcat:
      return match_maps(graph, node, node.inputs.size(), type, match);
    case OpKind::kAveragePool:
    case OpKind::kGlobalAveragePool:
    case OpKind::kSigmoid:
    case OpKind::kLeakyRelu:
      return match_maps(graph, node, 1, type, match);
    case OpKind::kMaxPool:
      if (outputs > 1 && node.outputs[1] != ir::kNoTensor) return false;
      [[fallthrough]];
    case OpKind::kFlatten:
    case OpKind::kReshape:
    case OpKind::kSqueeze:
    case OpKind::kUnsqueeze:
    case OpKind::kTranspose:
    case OpKind::kSlice:
    case OpKind::kResize:
      return match_maps(graph, node, 1, type, match) && same_scale(graph, match.operands[0], result);
    default:
      return false;
  }
}

bool is_power_of_two(float scale) {
  constexpr int kFarFromTheLimits = 60;
  int exponent = 0;
  return std::frexp(scale, &exponent) == 0.5F && std::abs(exponent) <= kFarFromTheLimits;
}

bool scales_are_powers_of_two(const ir::Graph& graph, const Dequantised& tensor) {
  const ir::Tensor& scale = value(graph, tensor.scale);
  return std::all_of(scale.as<float>(), scale.as<float>() + scale.elements(), is_power_of_two);
}

/// The largest |x - zero| that the type allows.
std::int64_t reach(const ir::Graph& graph, const Dequantised& tensor) {
  const std::int64_t low = value(graph, tensor.integers).type == DType::kInt8 ? -128 : 0;
  const std::int64_t zero = zero_of(graph, tensor.zero);
  return std::max(std::abs(low - zero), std::abs(low + 255 - zero));
}

constexpr std::int64_t kFloatIntegers = std::int64_t{1} << 24;  ///< up to here every integer is a float

/// No partial sum of any output can exceed what float holds exactly.
bool sums_are_small(const ir::Graph& graph, const ir::Node& node, const QdqMatch& match) {
  const Dequantised& w = match.operands[1];
  const ir::Tensor& weights = value(graph, w.integers);
  const std::int64_t most = reach(graph, match.operands[0]);
  if (!graph.tensor(w.integers).is_constant()) {
    const std::int64_t depth = weights.shape[weights.shape.size() - 2];
    return depth * most * reach(graph, w) <= kFloatIntegers;
  }
  const ChannelView view = channel_view(weights.shape, static_cast<std::size_t>(output_axis(node, weights)));
  const std::vector<std::int32_t> bias = integer_bias(graph, node, product_scales(graph, match));
  std::vector<std::int64_t> sums(view.channels, 0);
  const auto bytes = weights.data.bytes();
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    const std::size_t c = i / view.inner % view.channels;
    const auto bits = static_cast<std::int64_t>(std::to_integer<std::uint8_t>((*bytes)[i]));
    const std::int64_t integer = weights.type == DType::kInt8 && bits > 127 ? bits - 256 : bits;
    sums[c] += most * std::abs(integer - zero_of(graph, w.zero, static_cast<std::int64_t>(c)));
  }
  for (std::size_t c = 0; c < sums.size(); ++c) {
    if (sums[c] + (bias.empty() ? 0 : std::abs(std::int64_t{bias[c]})) > kFloatIntegers) return false;
  }
  return true;
}

/// The bias is a whole number of its accumulator's units.
bool bias_is_exact(const ir::Graph& graph, const ir::Node& node, const std::vector<float>& scales) {
  if (node.op == OpKind::kMatMul || !has_input(node, 2)) return true;
  const auto from = dequantised(graph, node.inputs[2]);
  if (!from) return false;
  for (std::size_t c = 0; c < scales.size(); ++c) {
    if (scale_at(graph, *from, static_cast<std::int64_t>(c)) != scales[c]) return false;
  }
  return true;
}

std::int64_t window_of(const ir::Graph& graph, const ir::Node& node) {
  if (node.op == OpKind::kGlobalAveragePool) {
    const ir::Shape& shape = value(graph, node.inputs[0]).shape;
    return ir::elements_of(shape) / (shape[0] * shape[1]);
  }
  const ir::Window& window = std::get<ir::PoolAttributes>(node.attributes).window;
  const bool padded = window.pad_begin[0] + window.pad_begin[1] + window.pad_end[0] + window.pad_end[1] != 0;
  return padded ? 0 : window.kernel[0] * window.kernel[1];
}

bool same_bits(const ir::Graph& graph, const ir::Node& node, const Dequantised& result,
               const QdqMatch& match) {
  const bool product = node.op == OpKind::kConv || node.op == OpKind::kGemm || node.op == OpKind::kMatMul;
  const bool average = node.op == OpKind::kAveragePool || node.op == OpKind::kGlobalAveragePool;
  if (!product && !average) return true;
  if (!scales_are_powers_of_two(graph, result)) return false;
  for (const Dequantised& operand : match.operands) {
    if (!scales_are_powers_of_two(graph, operand)) return false;
  }
  if (product) {
    return bias_is_exact(graph, node, product_scales(graph, match)) && sums_are_small(graph, node, match);
  }
  const std::int64_t window = window_of(graph, node);
  const bool power = window > 0 && (window & (window - 1)) == 0;
  return power && window * reach(graph, match.operands[0]) <= kFloatIntegers;
}

}  // namespace

std::int32_t zero_of(const ir::Graph& graph, ir::TensorId zero, std::int64_t i) {
  if (zero == ir::kNoTensor) return 0;
  const ir::Tensor& tensor = value(graph, zero);
  const std::int64_t at = tensor.elements() == 1 ? 0 : i;
  if (tensor.type == DType::kInt8) return tensor.as<std::int8_t>()[at];
  return tensor.type == DType::kUInt8 ? tensor.as<std::uint8_t>()[at] : 0;
}

float scale_at(const ir::Graph& graph, const Dequantised& tensor, std::int64_t i) {
  return value(graph, tensor.scale).as<float>()[tensor.one_scale ? 0 : i];
}

Dequantised result_of(const ir::Graph& graph, const ir::Node& quantise) {
  return parameters_of(graph, quantise, quantise.outputs[0]).value_or(Dequantised{});
}

std::vector<float> product_scales(const ir::Graph& graph, const QdqMatch& match) {
  const Dequantised& w = match.operands[1];
  const ir::Tensor& weights = value(graph, w.integers);
  const std::int64_t outputs =
      weights.shape[static_cast<std::size_t>(output_axis(graph.node(*match.op), weights))];
  std::vector<float> scales;
  for (std::int64_t c = 0; c < outputs; ++c) {
    scales.push_back(scale_at(graph, match.operands[0]) * scale_at(graph, w, c));
  }
  return scales;
}

std::vector<std::int32_t> integer_bias(const ir::Graph& graph, const ir::Node& product,
                                       const std::vector<float>& scales) {
  if (product.op == OpKind::kMatMul || !has_input(product, 2)) return {};
  std::vector<std::int32_t> bias;
  const auto from = dequantised(graph, product.inputs[2]);
  const ir::Tensor& values = value(graph, from ? from->integers : product.inputs[2]);
  for (std::size_t c = 0; c < scales.size(); ++c) {
    const std::int64_t at = values.elements() == 1 ? 0 : static_cast<std::int64_t>(c);
    if (!from) {
      float number = 0;
      read_floats(values, static_cast<std::size_t>(at), {&number, 1});
      bias.push_back(quantise_bias(number, scales[c], 1.0F));
      continue;
    }
    const std::int32_t integer = values.as<std::int32_t>()[at];
    const float scale = scale_at(graph, *from, at);
    bias.push_back(scale == scales[c] ? integer
                                      : quantise_bias(static_cast<float>(integer) * scale, scales[c], 1.0F));
  }
  return bias;
}

std::vector<float> float_bias(const ir::Graph& graph, const ir::Node& product, std::int64_t outputs) {
  if (product.op == OpKind::kMatMul || !has_input(product, 2)) return {};
  const auto from = dequantised(graph, product.inputs[2]);
  const ir::Tensor& values = value(graph, from ? from->integers : product.inputs[2]);
  std::vector<float> bias(static_cast<std::size_t>(outputs));
  for (std::int64_t c = 0; c < outputs; ++c) {
    const std::int64_t at = values.elements() == 1 ? 0 : c;
    float& number = bias[static_cast<std::size_t>(c)];
    if (from) {
      number = static_cast<float>(values.as<std::int32_t>()[at]) * scale_at(graph, *from, at);
    } else {
      read_floats(values, static_cast<std::size_t>(at), {&number, 1});
    }
  }
  return bias;
}

std::optional<QdqMatch> match_float_product(const ir::Graph& graph, ir::NodeIndex index) {
  const ir::Node& node = graph.node(index);
  if (node.op != OpKind::kConv && node.op != OpKind::kGemm && node.op != OpKind::kMatMul) return std::nullopt;
  QdqMatch match;
  match.op = index;
  if (!match_product(graph, node, match)) return std::nullopt;
  const ir::Tensor& weights = value(graph, match.operands[1].integers);
  if (!graph.tensor(match.operands[1].integers).is_constant()) return std::nullopt;
  // A batch of matrices has no scale for each of its outputs.
  if (node.op == OpKind::kMatMul && weights.shape.size() != 2) return std::nullopt;
  return match;
}

std::optional<QdqMatch> match_qdq(const ir::Graph& graph, ir::NodeIndex quantise) {
  const ir::Node& end = graph.node(quantise);
  const auto result = parameters_of(graph, end, end.outputs[0]);
  if (!result || !result->one_scale || end.outputs[0] == ir::kNoTensor) return std::nullopt;
  QdqMatch match;
  match.quantise = quantise;
  ir::TensorId at = end.inputs[0];
  auto producer = graph.tensor(at).producer;
  if (!producer || !is_private(graph, at)) return std::nullopt;
  if (is_activation(graph, graph.node(*producer))) {
    match.activation = producer;
    at = graph.node(*producer).inputs[0];
    if (const auto x = feature_map(graph, at); x && same_scale(graph, *x, *result)) {
      match.operands = {*x};
      match.exact = true;
      return match;
    }
    producer = graph.tensor(at).producer;
    if (!producer || !is_private(graph, at)) return std::nullopt;
  }
  const ir::Node& node = graph.node(*producer);
  match.op = producer;
  if (!match_operator(graph, node, *result, match)) return std::nullopt;
  match.exact = same_bits(graph, node, *result, match);
  return match;
}

}  // namespace systole::quantise
