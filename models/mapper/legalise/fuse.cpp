#include "models/mapper/legalise/fuse.h"

#include <algorithm>

namespace systole::mapper {

namespace {

template <typename T>
std::vector<double> as_doubles(const ir::Tensor& tensor) {
  const T* first = tensor.as<T>();
  return {first, first + tensor.elements()};
}

/// The one node that reads the tensor, as its first operand and only there; nullopt if it must be kept.
std::optional<ir::NodeIndex> only_reader(const ir::Graph& graph, ir::TensorId id) {
  const ir::TensorInfo& info = graph.tensor(id);
  const auto& outputs = graph.outputs();
  if (info.consumers.size() != 1 || std::find(outputs.begin(), outputs.end(), id) != outputs.end()) {
    return std::nullopt;
  }
  const auto& inputs = graph.node(info.consumers.front()).inputs;
  if (std::count(inputs.begin(), inputs.end(), id) != 1) return std::nullopt;
  return info.consumers.front();
}

/// MatMul's result plus a constant row: the row, or kNoTensor.
ir::TensorId bias_of_add(const ir::Graph& graph, const ir::Node& add, ir::TensorId sum) {
  const ir::TensorId other = add.inputs[add.inputs[0] == sum ? 1 : 0];
  const ir::Tensor& product = graph.tensor(sum).value;
  const ir::Tensor& addend = graph.tensor(other).value;
  if (!graph.tensor(other).is_constant() || addend.type != DType::kFloat32 || product.shape.size() < 2 ||
      addend.shape.size() > product.shape.size()) {
    return ir::kNoTensor;
  }
  const bool is_row = !addend.shape.empty() && addend.shape.back() == product.shape.back() &&
                      addend.elements() == product.shape.back();
  return is_row ? other : ir::kNoTensor;
}

/// True for operators whose engine operation ends in a clip.
bool ends_in_clip(ir::OpKind op) {
  switch (op) {
    case ir::OpKind::kConv:
    case ir::OpKind::kGemm:
    case ir::OpKind::kMatMul:
    case ir::OpKind::kQLinearConv:
    case ir::OpKind::kQLinearMatMul:
    case ir::OpKind::kQGemm:
    case ir::OpKind::kAdd:
    case ir::OpKind::kQLinearAdd:
    case ir::OpKind::kMul:
    case ir::OpKind::kSub:
    case ir::OpKind::kDiv:
    case ir::OpKind::kQLinearMul:
    case ir::OpKind::kBatchNormalization:
    case ir::OpKind::kRelu:
    case ir::OpKind::kClip:
      return true;
    default:
      return false;
  }
}

/// Floats that are rounded where they are added would be if they were fused, and are not as they stand.
bool rounds_sums(const ir::Node& node) { return node.numerics && node.numerics->accumulator_bits == 16; }

}  // namespace

std::vector<double> constant_values(const ir::Graph& graph, ir::TensorId id) {
  if (id == ir::kNoTensor || !graph.tensor(id).is_constant()) return {};
  const ir::Tensor& tensor = graph.tensor(id).value;
  switch (tensor.type) {
    case DType::kInt8:
      return as_doubles<std::int8_t>(tensor);
    case DType::kUInt8:
    case DType::kBool:
      return as_doubles<std::uint8_t>(tensor);
    case DType::kInt16:
      return as_doubles<std::int16_t>(tensor);
    case DType::kInt32:
      return as_doubles<std::int32_t>(tensor);
    case DType::kFloat32:
      return as_doubles<float>(tensor);
    case DType::kInt64: {
      const auto* first = tensor.as<std::int64_t>();
      std::vector<double> values;
      for (std::int64_t i = 0; i < tensor.elements(); ++i) values.push_back(static_cast<double>(first[i]));
      return values;
    }
  }
  return {};
}

std::optional<Bounds> bounds_of(const ir::Graph& graph, const ir::Node& node) {
  Bounds bounds;
  if (node.op == ir::OpKind::kRelu) {
    bounds.low = 0;
    return bounds;
  }
  if (node.op != ir::OpKind::kClip) return std::nullopt;
  for (std::size_t i = 1; i < 3 && i < node.inputs.size(); ++i) {
    if (node.inputs[i] == ir::kNoTensor) continue;
    const auto values = constant_values(graph, node.inputs[i]);
    if (values.size() != 1) return std::nullopt;
    (i == 1 ? bounds.low : bounds.high) = values[0];
  }
  bounds.low = std::min(bounds.low, bounds.high);  // bounds that cross give the upper one
  return bounds;
}

Bounds combine(const Bounds& first, const Bounds& then) {
  const auto apply = [&](double x) { return std::min(std::max(x, then.low), then.high); };
  const double high = apply(first.high);
  return {std::min(apply(first.low), high), high};  // bounds that cross give the upper one, as Clip does
}

Fusion fuse(const ir::Graph& graph, ir::NodeIndex node) {
  Fusion fusion;
  fusion.output = graph.node(node).outputs[0];
  if (!ends_in_clip(graph.node(node).op)) return fusion;
  if (const auto own = bounds_of(graph, graph.node(node))) fusion.clip = *own;
  while (const auto next = only_reader(graph, fusion.output)) {
    const ir::Node& reader = graph.node(*next);
    const bool same_type =
        graph.tensor(reader.outputs[0]).value.type == graph.tensor(fusion.output).value.type;
    if (const auto bounds = bounds_of(graph, reader);
        bounds && same_type && reader.inputs[0] == fusion.output) {
      fusion.clip = combine(fusion.clip, *bounds);
    } else if (reader.op == ir::OpKind::kAdd && graph.node(node).op == ir::OpKind::kMatMul &&
               fusion.absorbed.empty() && !rounds_sums(graph.node(node)) &&
               graph.tensor(fusion.output).value.type == DType::kFloat32) {
      fusion.bias = bias_of_add(graph, reader, fusion.output);
      if (fusion.bias == ir::kNoTensor) break;
    } else {
      break;
    }
    fusion.absorbed.push_back(*next);
    fusion.output = reader.outputs[0];
  }
  return fusion;
}

}  // namespace systole::mapper
