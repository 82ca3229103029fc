#include "models/quantise/fold.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "models/quantise/parameters.h"
#include "models/quantise/rewriter.h"

namespace systole::quantise {

namespace {

bool is_constant(const ir::Graph& graph, const ir::Node& node, std::size_t i) {
  return i < node.inputs.size() && node.inputs[i] != ir::kNoTensor &&
         graph.tensor(node.inputs[i]).is_constant();
}

bool has_input(const ir::Node& node, std::size_t i) {
  return i < node.inputs.size() && node.inputs[i] != ir::kNoTensor;
}

/// y = x factor + offset, per channel.
struct Norm {
  std::vector<float> factor, mean, bias;
};

std::optional<Norm> norm_of(const ir::Graph& graph, const ir::Node& node) {
  if (node.op != ir::OpKind::kBatchNormalization) return std::nullopt;
  for (std::size_t i = 1; i < 5; ++i) {
    if (!is_constant(graph, node, i)) return std::nullopt;
  }
  const auto values = [&](std::size_t i) { return all_floats(graph.tensor(node.inputs[i]).value); };
  Norm norm{values(1), values(3), values(2)};
  const std::vector<float> var = values(4);
  const float epsilon = std::get<ir::NormAttributes>(node.attributes).epsilon;
  for (std::size_t c = 0; c < var.size(); ++c) norm.factor[c] = norm.factor[c] / std::sqrt(var[c] + epsilon);
  return norm;
}

/// The normalisation that reads the node's output and is all that does.
std::optional<ir::NodeIndex> only_norm_after(const ir::Graph& graph, const ir::Node& node) {
  const ir::TensorId y = node.outputs[0];
  const ir::TensorInfo& info = graph.tensor(y);
  const auto& outputs = graph.outputs();
  if (info.consumers.size() != 1 || std::find(outputs.begin(), outputs.end(), y) != outputs.end()) {
    return std::nullopt;
  }
  const ir::NodeIndex reader = info.consumers[0];
  const ir::Node& norm = graph.node(reader);
  if (norm.op != ir::OpKind::kBatchNormalization || norm.inputs[0] != y) return std::nullopt;
  return reader;
}

/// The dimension of the weights that counts the outputs; none if nothing can be folded into the node.
std::optional<std::size_t> foldable_axis(const ir::Graph& graph, const ir::Node& node) {
  if (node.op != ir::OpKind::kConv && node.op != ir::OpKind::kGemm) return std::nullopt;
  if (!is_constant(graph, node, 1) || (has_input(node, 2) && !is_constant(graph, node, 2)))
    return std::nullopt;
  if (node.op == ir::OpKind::kConv) return 0;
  const std::size_t axis = std::get<ir::GemmAttributes>(node.attributes).transpose_b ? 0 : 1;
  if (has_input(node, 2)) {  // a row, not a column or a matrix
    const ir::Tensor& c = graph.tensor(node.inputs[2]).value;
    const std::int64_t outputs = graph.tensor(node.inputs[1]).value.shape[axis];
    if (c.elements() != 1 && (c.elements() != outputs || c.shape.back() != outputs)) return std::nullopt;
  }
  return axis;
}

class Folding {
public:
  explicit Folding(const ir::Graph& graph)
      : graph_(graph), rewriter_(graph), gone_(graph.node_count(), false) {}

  ir::Graph run(const std::vector<ir::NodeIndex>& order) {
    for (const ir::NodeIndex index : order) {
      if (!gone_[index] && !fold_into(index) && !stand_alone(index)) rewriter_.copy(index);
    }
    return rewriter_.finish();
  }

private:
  bool fold_into(ir::NodeIndex index) {
    const ir::Node& node = graph_.node(index);
    const auto axis = foldable_axis(graph_, node);
    if (!axis) return false;
    const auto after = only_norm_after(graph_, node);
    const auto norm = after ? norm_of(graph_, graph_.node(*after)) : std::nullopt;
    if (!norm) return false;
    ir::Node folded = node;
    folded.inputs.resize(3, ir::kNoTensor);
    folded.inputs[0] = rewriter_.tensor(node.inputs[0]);
    folded.inputs[1] = weights(node.inputs[1], *axis, norm->factor);
    folded.inputs[2] = rewriter_.add(bias_of(node, *norm));
    if (auto* gemm = std::get_if<ir::GemmAttributes>(&folded.attributes)) gemm->beta = 1.0F;  // in the bias
    folded.outputs = {rewriter_.tensor(graph_.node(*after).outputs[0])};
    rewriter_.add(std::move(folded));
    gone_[*after] = true;
    return true;
  }

  ir::TensorId weights(ir::TensorId id, std::size_t axis, const std::vector<float>& factor) {
    if (std::all_of(factor.begin(), factor.end(), [](float f) { return f == 1.0F; }))
      return rewriter_.tensor(id);
    return rewriter_.add(scaled(graph_.tensor(id).value, axis, factor));
  }

  ir::Tensor bias_of(const ir::Node& node, const Norm& norm) const {
    std::vector<float> bias(norm.factor.size(), 0.0F);
    if (has_input(node, 2)) {
      const std::vector<float> own = all_floats(graph_.tensor(node.inputs[2]).value);
      const auto* gemm = std::get_if<ir::GemmAttributes>(&node.attributes);
      for (std::size_t c = 0; c < bias.size(); ++c) {
        const float b = own[own.size() == 1 ? 0 : c];
        bias[c] = gemm == nullptr || gemm->beta == 1.0F ? b : gemm->beta * b;
      }
    }
    for (std::size_t c = 0; c < bias.size(); ++c) {
      bias[c] = (bias[c] - norm.mean[c]) * norm.factor[c] + norm.bias[c];
    }
    return vector(node.name + "_bias", bias);
  }

  // A convolution whose window is one element of one channel.
  bool stand_alone(ir::NodeIndex index) {
    const ir::Node& node = graph_.node(index);
    const auto norm = norm_of(graph_, node);
    if (!norm) return false;
    const std::size_t rank = graph_.tensor(node.inputs[0]).value.shape.size();
    if (rank != 3 && rank != 4) return false;
    const auto channels = static_cast<std::int64_t>(norm->factor.size());
    ir::Tensor weights = vector(node.name + "_scale", norm->factor);
    weights.shape.assign(rank, 1);
    weights.shape[0] = channels;
    std::vector<float> offset(norm->factor.size());
    for (std::size_t c = 0; c < offset.size(); ++c)
      offset[c] = norm->bias[c] - norm->mean[c] * norm->factor[c];
    ir::Node conv = node;
    conv.op = ir::OpKind::kConv;
    ir::ConvAttributes attributes;
    attributes.groups = channels;
    conv.attributes = attributes;
    conv.inputs = {rewriter_.tensor(node.inputs[0]), rewriter_.add(std::move(weights)),
                   rewriter_.add(vector(node.name + "_bias", offset))};
    conv.outputs = {rewriter_.tensor(node.outputs[0])};
    rewriter_.add(std::move(conv));
    return true;
  }

  const ir::Graph& graph_;
  Rewriter rewriter_;
  std::vector<bool> gone_;
};

}  // namespace

ir::Graph fold_batch_norms(const ir::Graph& graph) {
  const auto order = graph.topological_order();
  const auto is_norm = [&](ir::NodeIndex i) { return graph.node(i).op == ir::OpKind::kBatchNormalization; };
  if (!order || std::none_of(order->begin(), order->end(), is_norm)) return graph;
  return Folding(graph).run(*order);
}

}  // namespace systole::quantise
