#include "models/ir/op.h"

#include <utility>

namespace systole::ir {
namespace {

constexpr std::array<std::pair<OpKind, std::string_view>, kOpKindCount> kNames{{
    {OpKind::kConv, "Conv"},
    {OpKind::kGemm, "Gemm"},
    {OpKind::kMatMul, "MatMul"},
    {OpKind::kQLinearConv, "QLinearConv"},
    {OpKind::kQLinearMatMul, "QLinearMatMul"},
    {OpKind::kQuantizeLinear, "QuantizeLinear"},
    {OpKind::kDequantizeLinear, "DequantizeLinear"},
    {OpKind::kRelu, "Relu"},
    {OpKind::kClip, "Clip"},
    {OpKind::kMaxPool, "MaxPool"},
    {OpKind::kAveragePool, "AveragePool"},
    {OpKind::kGlobalAveragePool, "GlobalAveragePool"},
    {OpKind::kAdd, "Add"},
    {OpKind::kQLinearAdd, "QLinearAdd"},
    {OpKind::kFlatten, "Flatten"},
    {OpKind::kReshape, "Reshape"},
    {OpKind::kSoftmax, "Softmax"},
    {OpKind::kArgMax, "ArgMax"},
    {OpKind::kTopK, "TopK"},
    {OpKind::kBatchNormalization, "BatchNormalization"},
    {OpKind::kLRN, "LRN"},
    {OpKind::kConcat, "Concat"},
    {OpKind::kSplit, "Split"},
    {OpKind::kSlice, "Slice"},
    {OpKind::kTranspose, "Transpose"},
    {OpKind::kPad, "Pad"},
    {OpKind::kSqueeze, "Squeeze"},
    {OpKind::kUnsqueeze, "Unsqueeze"},
    {OpKind::kReduceMean, "ReduceMean"},
    {OpKind::kSigmoid, "Sigmoid"},
    {OpKind::kTanh, "Tanh"},
    {OpKind::kLeakyRelu, "LeakyRelu"},
    {OpKind::kHardSigmoid, "HardSigmoid"},
    {OpKind::kHardSwish, "HardSwish"},
    {OpKind::kMul, "Mul"},
    {OpKind::kSub, "Sub"},
    {OpKind::kDiv, "Div"},
    {OpKind::kResize, "Resize"},
    {OpKind::kConvInteger, "ConvInteger"},
    {OpKind::kMatMulInteger, "MatMulInteger"},
    {OpKind::kIdentity, "Identity"},
    {OpKind::kQGemm, "QGemm"},
    {OpKind::kQLinearConcat, "QLinearConcat"},
    {OpKind::kQLinearAveragePool, "QLinearAveragePool"},
    {OpKind::kQLinearGlobalAveragePool, "QLinearGlobalAveragePool"},
    {OpKind::kQLinearMul, "QLinearMul"},
    {OpKind::kQLinearSigmoid, "QLinearSigmoid"},
    {OpKind::kQLinearLeakyRelu, "QLinearLeakyRelu"},
}};

}  // namespace

std::string_view name_of(OpKind kind) {
  for (const auto& [op, name] : kNames) {
    if (op == kind) return name;
  }
  return "?";
}

std::optional<OpKind> op_from_name(std::string_view name) {
  for (const auto& [op, text] : kNames) {
    if (text == name) return op;
  }
  return std::nullopt;
}

}  // namespace systole::ir
