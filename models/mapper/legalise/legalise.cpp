#include "models/mapper/legalise/legalise.h"

#include "models/mapper/legalise/context.h"
#include "models/mapper/legalise/fuse_residual.h"

namespace systole::mapper {

namespace {

void legalise_node(Context& context, const ir::Node& node, const Fusion& fusion) {
  switch (node.op) {
    case ir::OpKind::kConv:
    case ir::OpKind::kQLinearConv:
    case ir::OpKind::kConvInteger:
      return legalise_conv(context, node, fusion);
    case ir::OpKind::kMatMul:
    case ir::OpKind::kQLinearMatMul:
    case ir::OpKind::kMatMulInteger:
      return legalise_matmul(context, node, fusion);
    case ir::OpKind::kGemm:
      return legalise_gemm(context, node, fusion);
    case ir::OpKind::kAdd:
    case ir::OpKind::kQLinearAdd:
    case ir::OpKind::kMul:
    case ir::OpKind::kSub:
    case ir::OpKind::kDiv:
    case ir::OpKind::kQLinearMul:
      return legalise_add(context, node, fusion);
    case ir::OpKind::kRelu:
    case ir::OpKind::kClip:
      return legalise_clip(context, node, fusion);
    case ir::OpKind::kQuantizeLinear:
    case ir::OpKind::kDequantizeLinear:
      return legalise_quantize(context, node);
    case ir::OpKind::kMaxPool:
    case ir::OpKind::kAveragePool:
    case ir::OpKind::kGlobalAveragePool:
    case ir::OpKind::kQLinearAveragePool:
    case ir::OpKind::kQLinearGlobalAveragePool:
      return legalise_pool(context, node);
    case ir::OpKind::kSoftmax:
      return legalise_softmax(context, node);
    case ir::OpKind::kArgMax:
      return legalise_arg_max(context, node);
    case ir::OpKind::kTopK:
      return legalise_top_k(context, node);
    case ir::OpKind::kFlatten:
    case ir::OpKind::kReshape:
    case ir::OpKind::kSqueeze:
    case ir::OpKind::kUnsqueeze:
    case ir::OpKind::kIdentity:
      return legalise_reshape(context, node);
    case ir::OpKind::kSigmoid:
    case ir::OpKind::kTanh:
    case ir::OpKind::kLeakyRelu:
    case ir::OpKind::kHardSigmoid:
    case ir::OpKind::kHardSwish:
      return legalise_function(context, node);
    case ir::OpKind::kQLinearSigmoid:
    case ir::OpKind::kQLinearLeakyRelu:
      return legalise_byte_function(context, node);
    case ir::OpKind::kBatchNormalization:
      return legalise_normalization(context, node, fusion);
    case ir::OpKind::kLRN:
      return legalise_lrn(context, node);
    case ir::OpKind::kReduceMean:
      return legalise_mean(context, node);
    case ir::OpKind::kConcat:
    case ir::OpKind::kQLinearConcat:
      return legalise_concat(context, node);
    case ir::OpKind::kSplit:
      return legalise_split(context, node);
    case ir::OpKind::kSlice:
      return legalise_slice(context, node);
    case ir::OpKind::kTranspose:
      return legalise_transpose(context, node);
    case ir::OpKind::kPad:
      return legalise_pad(context, node);
    case ir::OpKind::kResize:
      return legalise_resize(context, node);
    case ir::OpKind::kQGemm:
      return legalise_quantised_gemm(context, node, fusion);
  }
}

/// Tensors that no descriptor can describe.
void check_tensors(const ir::Graph& graph, Issues& issues) {
  for (ir::TensorId id = 0; id < graph.tensor_count(); ++id) {
    const ir::TensorInfo& info = graph.tensor(id);
    if (info.is_constant()) continue;
    const ir::Tensor& tensor = info.value;
    if (tensor.elements() <= 0)
      issues.add(tensor.name, "the tensor has no elements; nothing can be computed");
    if (tensor.shape.size() > SGB_MAX_RANK) {
      issues.add(tensor.name, "rank " + std::to_string(tensor.shape.size()) + " is above " +
                                  std::to_string(SGB_MAX_RANK) + ", the most that a descriptor can address");
    }
    if (tensor.bytes() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
      issues.add(tensor.name,
                 std::to_string(tensor.bytes()) + " bytes are more than strides of 31 bits reach");
    }
  }
  if (graph.outputs().empty()) issues.add(graph.name, "the network has no outputs");
}

/// Every network output must have a value of its own; what is also an input, a constant or another output is
/// copied.
void make_outputs(Context& context) {
  const auto& outputs = context.graph.outputs();
  for (std::uint32_t i = 0; i < outputs.size(); ++i) {
    const ValueId made = context.operand_of(outputs[i]);
    const Value& value = context.hw.value(made);
    if (value.sram_strides.empty() && value.kind == ValueKind::kOutput && value.io_index == i) {
      context.hw.outputs.push_back(made);
      continue;
    }
    const ir::Tensor& tensor = context.tensor(outputs[i]);
    const ValueId out = context.temporary(tensor.name, tensor.type, tensor.shape);
    Value& target = context.hw.values[out];
    target.kind = ValueKind::kOutput;
    target.io_index = i;
    target.dram_strides = context.io_strides(tensor);
    CopyOp copy;
    copy.src = made;
    copy.dst = out;
    copy.extent = tensor.shape.empty() ? Dims{1} : tensor.shape;
    const auto strides = [&](ValueId id, bool in_dram) {
      return tensor.shape.empty() ? Dims{0} : onnx_strides(context.hw.value(id), tensor.shape, in_dram);
    };
    copy.src_dense = strides(made, false);
    copy.src_dram = strides(made, true);
    copy.dst_dense = strides(out, false);
    copy.dst_dram = strides(out, true);
    context.add(copy);
    context.hw.outputs.push_back(out);
  }
}

}  // namespace

std::optional<HwGraph> legalise(const ir::Graph& graph, const Capability& capability, Issues& issues,
                                bool channels_last_io) {
  const std::size_t before = issues.size();
  check_tensors(graph, issues);
  const auto order = graph.topological_order();
  if (!order) issues.add(graph.name, "the network has a cycle");
  if (issues.size() != before) return std::nullopt;

  HwGraph hw;
  Context context(graph, capability, issues, hw, channels_last_io);
  std::vector<std::uint32_t> row_of(graph.node_count());
  for (const ir::NodeIndex index : *order) {
    row_of[index] = static_cast<std::uint32_t>(hw.rows.size());
    hw.rows.push_back({index, SGB_NO_NODE, false});
  }
  place_concatenations(context, *order);
  for (const ir::NodeIndex index : *order) {
    const std::uint32_t row = row_of[index];
    if (hw.rows[row].fused_into != SGB_NO_NODE) continue;
    const ir::Node& node = graph.node(index);
    const Fusion fusion = fuse(graph, index);
    for (const ir::NodeIndex absorbed : fusion.absorbed) hw.rows[row_of[absorbed]].fused_into = row;
    context.row = row;
    const std::size_t operations = hw.nodes.size();
    legalise_node(context, node, fusion);
    hw.rows[row].is_view = hw.nodes.size() == operations;
  }
  context.row = hw.rows.empty() ? SGB_NO_NODE : static_cast<std::uint32_t>(hw.rows.size() - 1);
  if (issues.size() != before) return std::nullopt;
  make_outputs(context);
  fuse_residuals(hw);
  return hw;
}

}  // namespace systole::mapper
