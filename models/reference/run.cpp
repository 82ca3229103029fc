#include "models/reference/run.h"

#include <array>
#include <utility>

#include "models/reference/operators.h"
#include "models/reference/product_in_format.h"

namespace systole {
namespace {

using ir::OpKind;

// What runs each operator, in the order of OpKind.
constexpr std::array<std::pair<OpKind, void (*)(const reference::Call&)>, ir::kOpKindCount> kExecutors{{
    {OpKind::kConv, reference::conv},
    {OpKind::kGemm, reference::gemm},
    {OpKind::kMatMul, reference::matmul},
    {OpKind::kQLinearConv, reference::qlinear_conv},
    {OpKind::kQLinearMatMul, reference::qlinear_matmul},
    {OpKind::kQuantizeLinear, reference::quantize_linear},
    {OpKind::kDequantizeLinear, reference::dequantize_linear},
    {OpKind::kRelu, reference::relu},
    {OpKind::kClip, reference::clip},
    {OpKind::kMaxPool, reference::max_pool},
    {OpKind::kAveragePool, reference::average_pool},
    {OpKind::kGlobalAveragePool, reference::average_pool},
    {OpKind::kAdd, reference::arithmetic},
    {OpKind::kQLinearAdd, reference::qlinear_binary},
    {OpKind::kFlatten, reference::copy},
    {OpKind::kReshape, reference::copy},
    {OpKind::kSoftmax, reference::softmax},
    {OpKind::kArgMax, reference::arg_max},
    {OpKind::kTopK, reference::top_k},
    {OpKind::kBatchNormalization, reference::batch_normalization},
    {OpKind::kLRN, reference::lrn},
    {OpKind::kConcat, reference::concat},
    {OpKind::kSplit, reference::split},
    {OpKind::kSlice, reference::slice},
    {OpKind::kTranspose, reference::transpose},
    {OpKind::kPad, reference::pad},
    {OpKind::kSqueeze, reference::copy},
    {OpKind::kUnsqueeze, reference::copy},
    {OpKind::kReduceMean, reference::reduce_mean},
    {OpKind::kSigmoid, reference::sigmoid},
    {OpKind::kTanh, reference::tanh},
    {OpKind::kLeakyRelu, reference::leaky_relu},
    {OpKind::kHardSigmoid, reference::hard_sigmoid},
    {OpKind::kHardSwish, reference::hard_swish},
    {OpKind::kMul, reference::arithmetic},
    {OpKind::kSub, reference::arithmetic},
    {OpKind::kDiv, reference::arithmetic},
    {OpKind::kResize, reference::resize},
    {OpKind::kConvInteger, reference::conv_integer},
    {OpKind::kMatMulInteger, reference::matmul_integer},
    {OpKind::kIdentity, reference::copy},
    {OpKind::kQGemm, reference::qgemm},
    {OpKind::kQLinearConcat, reference::qlinear_concat},
    {OpKind::kQLinearAveragePool, reference::qlinear_average_pool},
    {OpKind::kQLinearGlobalAveragePool, reference::qlinear_average_pool},
    {OpKind::kQLinearMul, reference::qlinear_binary},
    {OpKind::kQLinearSigmoid, reference::qlinear_sigmoid},
    {OpKind::kQLinearLeakyRelu, reference::qlinear_leaky_relu},
}};

void execute(const reference::Call& call) {
  if (call.node.numerics) return reference::product_in_format(call);
  const auto& [kind, run] = kExecutors[static_cast<std::size_t>(call.node.op)];
  SYSTOLE_ASSERT(kind == call.node.op, "the table of executors is not in the order of OpKind");
  run(call);
}

// Holds the data of all tensors while the graph runs, and drops what nobody will read again.
class Run {
public:
  Run(const ir::Graph& graph, bool keep_all, const ReferenceHooks& hooks)
      : graph_(graph),
        keep_all_(keep_all),
        hooks_(hooks),
        data_(graph.tensor_count()),
        readers_(graph.tensor_count(), 0) {
    for (ir::TensorId id = 0; id < graph.tensor_count(); ++id) {
      data_[id] = graph.tensor(id).value.data;
      readers_[id] = graph.tensor(id).consumers.size();
    }
    for (const ir::TensorId id : graph.outputs()) ++readers_[id];  // never dropped
  }

  void feed(std::span<const ir::TensorData> inputs) {
    SYSTOLE_ASSERT(inputs.size() == graph_.inputs().size(), "one value per network input");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const ir::Tensor& tensor = graph_.tensor(graph_.inputs()[i]).value;
      SYSTOLE_ASSERT(inputs[i] != nullptr && inputs[i]->size() == tensor.bytes(),
                     "the value of input " + tensor.name + " does not have its size");
      data_[graph_.inputs()[i]] = inputs[i];
    }
  }

  void step(ir::NodeIndex index) {
    const ir::Node& node = graph_.node(index);
    reference::Call call{node, {}, {}};
    std::vector<std::shared_ptr<const std::vector<std::byte>>>
        used;  // weights may be made for this node only
    for (const ir::TensorId id : node.inputs) {
      if (id == ir::kNoTensor) {
        call.inputs.emplace_back();
        continue;
      }
      used.push_back(data_[id].bytes());
      call.inputs.push_back({&graph_.tensor(id).value, used.back()->data()});
    }
    std::vector<reference::Result> results(node.outputs.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      const ir::TensorId id = node.outputs[i];
      if (id != ir::kNoTensor) {
        const ir::Tensor& tensor = graph_.tensor(id).value;
        results[i] = {tensor.type, tensor.shape, std::vector<std::byte>(tensor.bytes())};
      }
      call.outputs.push_back(id == ir::kNoTensor ? nullptr : &results[i]);
    }
    if (!hooks_.execute || !hooks_.execute(call)) execute(call);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (node.outputs[i] == ir::kNoTensor) continue;
      data_[node.outputs[i]] = std::make_shared<const std::vector<std::byte>>(std::move(results[i].bytes));
      if (hooks_.observe) hooks_.observe(node.outputs[i], data_[node.outputs[i]]);
    }
    release_inputs(index);
  }

  ReferenceResult result() && {
    ReferenceResult result;
    for (const ir::TensorId id : graph_.outputs()) {
      result.outputs.push_back(graph_.tensor(id).value);
      result.outputs.back().data = data_[id];
    }
    if (keep_all_) result.all = std::move(data_);
    return result;
  }

private:
  void release_inputs(ir::NodeIndex index) {
    if (keep_all_) return;
    for (const ir::TensorId id : graph_.node(index).inputs) {
      if (id == ir::kNoTensor || data_[id] == nullptr) continue;
      // A node that uses a tensor twice is one consumer.
      if (released_by_[id] == index + 1) continue;
      released_by_[id] = index + 1;
      if (--readers_[id] == 0) data_[id] = nullptr;
    }
  }

  const ir::Graph& graph_;
  bool keep_all_;
  const ReferenceHooks& hooks_;
  std::vector<ir::TensorData> data_;
  std::vector<std::size_t> readers_;
  std::vector<ir::NodeIndex> released_by_ = std::vector<ir::NodeIndex>(graph_.tensor_count(), 0);
};

}  // namespace

ReferenceResult run_reference(const ir::Graph& graph, std::span<const ir::TensorData> inputs, bool keep_all,
                              const ReferenceHooks& hooks) {
  const auto order = graph.topological_order();
  SYSTOLE_ASSERT(order.has_value(), "the graph has a cycle");
  Run run(graph, keep_all, hooks);
  run.feed(inputs);
  for (const ir::NodeIndex index : *order) run.step(index);
  return std::move(run).result();
}

}  // namespace systole
