#include "models/ir/bookkeeping.h"

#include <algorithm>
#include <set>

namespace systole::ir {
namespace {

// The operands of a node by position, without the absent ones.
struct Operands {
  const Graph& graph;
  const Node& node;
  [[nodiscard]] bool has(std::size_t i) const {
    return i < node.inputs.size() && node.inputs[i] != kNoTensor;
  }
  [[nodiscard]] const Shape& shape(std::size_t i) const { return graph.tensor(node.inputs[i]).value.shape; }
  [[nodiscard]] std::int64_t in() const { return elements_of(shape(0)); }
  // Elements of the first output that is wanted.
  [[nodiscard]] std::int64_t out() const {
    for (const TensorId id : node.outputs) {
      if (id != kNoTensor) return graph.tensor(id).value.elements();
    }
    return 0;
  }
};

// Sums of K = (C / groups) * kernel_h * kernel_w products: the weights are [M, C / groups, ...].
std::int64_t conv_macs(const Operands& of, std::size_t weights) {
  const Shape& w = of.shape(weights);
  const std::int64_t k = w[0] == 0 ? 0 : elements_of(w) / w[0];
  return of.out() * k;
}

std::int64_t matmul_macs(const Operands& of, std::size_t a) { return of.out() * of.shape(a).back(); }

std::int64_t gemm_macs(const Operands& of, const GemmAttributes& gemm) {
  return of.out() * of.shape(0)[gemm.transpose_a ? 0 : 1];
}

std::int64_t window_size(const Node& node) {
  const Window& window = std::get<PoolAttributes>(node.attributes).window;
  return window.kernel[0] * window.kernel[1];
}

Operations requantised(std::int64_t macs, std::int64_t out, bool bias) {
  Operations count;
  count.macs = macs;
  count.additions = bias ? out : 0;
  count.multiplications = out;
  count.conversions = 2 * out;  // accumulator to float, result to integer
  return count;
}

// Along `axis` of the input: how many rows and how long. Softmax before opset 13 has everything from axis on
// in a row.
struct Rows {
  std::int64_t count = 0;
  std::int64_t length = 1;
};
Rows rows_of(const Shape& shape, const AxisAttributes& attributes) {
  const auto axis = static_cast<std::size_t>(attributes.axis);
  Rows rows;
  if (attributes.flatten_at_axis) {
    for (std::size_t d = axis; d < shape.size(); ++d) rows.length *= shape[d];
  } else if (axis < shape.size()) {
    rows.length = shape[axis];
  }
  rows.count = rows.length == 0 ? 0 : elements_of(shape) / rows.length;
  return rows;
}

Operations softmax(const Rows& rows) {
  Operations count;
  const std::int64_t elements = rows.count * rows.length;
  count.comparisons = elements - rows.count;
  count.additions = elements + elements - rows.count;  // x - max, and the sum
  count.exponentials = elements;
  count.divisions = elements;
  return count;
}

Operations operations_of(const Operands& of) {
  const Node& node = of.node;
  const std::int64_t out = of.out();
  Operations count;
  switch (node.op) {
    case OpKind::kConv:
      count.macs = conv_macs(of, 1);
      count.additions = of.has(2) ? out : 0;
      break;
    case OpKind::kGemm: {
      const auto& gemm = std::get<GemmAttributes>(node.attributes);
      count.macs = gemm_macs(of, gemm);
      count.additions = of.has(2) ? out : 0;
      count.multiplications = (gemm.alpha == 1.0F ? 0 : out) + (of.has(2) && gemm.beta != 1.0F ? out : 0);
      break;
    }
    case OpKind::kMatMul:
      count.macs = matmul_macs(of, 0);
      break;
    case OpKind::kQLinearConv:
      return requantised(conv_macs(of, 3), out, of.has(8));
    case OpKind::kQLinearMatMul:
      return requantised(matmul_macs(of, 0), out, false);
    case OpKind::kQuantizeLinear:
      count.divisions = out;
      count.conversions = out;
      break;
    case OpKind::kDequantizeLinear:
      count.multiplications = out;
      count.conversions = out;
      break;
    case OpKind::kRelu:
      count.comparisons = out;
      break;
    case OpKind::kClip:
      count.comparisons = out * ((of.has(1) ? 1 : 0) + (of.has(2) ? 1 : 0));
      break;
    case OpKind::kMaxPool:
      count.comparisons = out * (window_size(node) - 1);
      break;
    case OpKind::kAveragePool:
    case OpKind::kGlobalAveragePool:
      count.additions = out * (window_size(node) - 1);
      count.divisions = out;
      break;
    case OpKind::kAdd:
      count.additions = out;
      break;
    case OpKind::kQLinearAdd:  // both operands to real values, the sum back
      count.additions = out;
      count.multiplications = 2 * out;
      count.divisions = out;
      count.conversions = 3 * out;
      break;
    case OpKind::kFlatten:
    case OpKind::kReshape:
      break;
    case OpKind::kSoftmax:
      return softmax(rows_of(of.shape(0), std::get<AxisAttributes>(node.attributes)));
    case OpKind::kArgMax: {
      const Rows rows = rows_of(of.shape(0), std::get<AxisAttributes>(node.attributes));
      count.comparisons = rows.count * std::max<std::int64_t>(rows.length - 1, 0);
      break;
    }
    case OpKind::kTopK: {  // k selections, each among what is left: (n - 1) + (n - 2) + ... + (n - k)
      const auto& attributes = std::get<AxisAttributes>(node.attributes);
      const Rows rows = rows_of(of.shape(0), attributes);
      count.comparisons = rows.count * (attributes.k * rows.length - attributes.k * (attributes.k + 1) / 2);
      break;
    }
    case OpKind::kConvInteger:
      count.macs = conv_macs(of, 1);
      break;
    case OpKind::kMatMulInteger:
      count.macs = matmul_macs(of, 0);
      break;
    case OpKind::kQGemm: {
      const auto& gemm = std::get<GemmAttributes>(node.attributes);
      return requantised(gemm_macs(of, gemm), out, of.has(6));
    }
    case OpKind::kBatchNormalization:  // minus the mean, times the scale, plus the bias
      count.additions = 2 * out;
      count.multiplications = out;
      break;
    case OpKind::kLRN: {  // squares and their sums, the scale of the sum, a power as an exponential, the
                          // quotient
      const std::int64_t size = std::get<LrnAttributes>(node.attributes).size;
      count.additions = out * size;
      count.multiplications = out * (size + 1);
      count.exponentials = out;
      count.divisions = out;
      break;
    }
    case OpKind::kReduceMean:
      count.additions = of.in() - out;
      count.divisions = out;
      break;
    case OpKind::kSigmoid:
      count.exponentials = out;
      count.additions = out;
      count.divisions = out;
      break;
    case OpKind::kTanh:
      count.exponentials = out;
      break;
    case OpKind::kLeakyRelu:
      count.comparisons = out;
      count.multiplications = out;
      break;
    case OpKind::kHardSigmoid:
    case OpKind::kHardSwish:
      count.additions = out;
      count.multiplications = node.op == OpKind::kHardSwish ? 2 * out : out;
      count.comparisons = 2 * out;
      break;
    case OpKind::kMul:
      count.multiplications = out;
      break;
    case OpKind::kSub:
      count.additions = out;
      break;
    case OpKind::kDiv:
      count.divisions = out;
      break;
    case OpKind::kQLinearMul:
      count.multiplications = 3 * out;
      count.divisions = out;
      count.conversions = 3 * out;
      break;
    case OpKind::kQLinearAveragePool:
    case OpKind::kQLinearGlobalAveragePool:
      count.additions = out * (window_size(node) - 1);
      count.multiplications = out;
      count.conversions = 2 * out;
      break;
    case OpKind::kQLinearConcat:  // a table of 256 entries each: nothing is computed per element
    case OpKind::kQLinearSigmoid:
    case OpKind::kQLinearLeakyRelu:
    case OpKind::kConcat:
    case OpKind::kSplit:
    case OpKind::kSlice:
    case OpKind::kTranspose:
    case OpKind::kPad:
    case OpKind::kSqueeze:
    case OpKind::kUnsqueeze:
    case OpKind::kResize:
    case OpKind::kIdentity:
      break;
  }
  return count;
}

// The operand positions that hold parameters when they are constant.
std::vector<std::size_t> parameter_positions(OpKind op) {
  switch (op) {
    case OpKind::kConv:
    case OpKind::kGemm:
      return {0, 1, 2};
    case OpKind::kMatMul:
    case OpKind::kAdd:
    case OpKind::kMul:
    case OpKind::kSub:
    case OpKind::kDiv:
    case OpKind::kConvInteger:
    case OpKind::kMatMulInteger:
      return {0, 1};
    case OpKind::kBatchNormalization:
      return {1, 2};  // scale and bias are learned; mean and variance are statistics of the training data
    case OpKind::kQGemm:
      return {0, 3, 6};
    case OpKind::kQLinearConv:
      return {3, 8};
    case OpKind::kQLinearMatMul:
    case OpKind::kQLinearAdd:
    case OpKind::kQLinearMul:
      return {0, 3};
    default:
      return {};
  }
}

}  // namespace

NodeCost cost_of(const Graph& graph, NodeIndex index) {
  const Operands of{graph, graph.node(index)};
  NodeCost cost;
  cost.operations = operations_of(of);
  std::set<TensorId> seen;
  for (const std::size_t i : parameter_positions(of.node.op)) {
    if (!of.has(i)) continue;
    const TensorInfo& info = graph.tensor(of.node.inputs[i]);
    if (info.is_constant() && seen.insert(of.node.inputs[i]).second) cost.parameters += info.value.elements();
  }
  for (const TensorId id : of.node.inputs) {
    if (id != kNoTensor && !graph.tensor(id).is_constant() && seen.insert(id).second) {
      cost.input_bytes += edge_bytes(graph, id);
    }
  }
  for (const TensorId id : of.node.outputs) {
    if (id != kNoTensor) cost.output_bytes += edge_bytes(graph, id);
  }
  return cost;
}

std::int64_t edge_bytes(const Graph& graph, TensorId tensor) {
  return static_cast<std::int64_t>(graph.tensor(tensor).value.bytes());
}

}  // namespace systole::ir
