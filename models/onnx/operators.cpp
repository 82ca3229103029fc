#include "models/onnx/operators.h"

#include <algorithm>
#include <array>

#include "hw/base/issues.h"
#include "models/onnx/fold.h"

namespace systole::importer {
namespace {

using ir::OpKind;

constexpr std::string_view kMicrosoft = "com.microsoft";

// name, domain, kind, inputs, which of them are optional (a bit each), outputs, rule
constexpr auto kOperators = std::to_array<Operator>({
    {"Abs", "", OpKind::kSub, 1, 0, 1, expand_abs},
    {"Add", "", OpKind::kAdd, 2, 0, 1, resolve_arithmetic},
    {"ArgMax", "", OpKind::kArgMax, 1, 0, 1, resolve_arg_max},
    {"AveragePool", "", OpKind::kAveragePool, 1, 0, 1, resolve_average_pool},
    {"BatchNormalization", "", OpKind::kBatchNormalization, 5, 0, 1, resolve_batch_normalization},
    {"Cast", "", OpKind::kDequantizeLinear, 1, 0, 1, resolve_cast},
    {"Clip", "", OpKind::kClip, 3, 0b110, 1, resolve_clip},
    {"Concat", "", OpKind::kConcat, kMany, 0, 1, resolve_concat, ~0U},
    {"Conv", "", OpKind::kConv, 3, 0b100, 1, resolve_conv},
    {"ConvInteger", "", OpKind::kConvInteger, 4, 0b1100, 1, resolve_conv_integer},
    {"ConvTranspose", "", OpKind::kConv, 3, 0b100, 1, expand_conv_transpose},
    {"DepthToSpace", "", OpKind::kTranspose, 1, 0, 1, expand_depth_to_space},
    {"DequantizeLinear", "", OpKind::kDequantizeLinear, 3, 0b100, 1, resolve_dequantize},
    {"Div", "", OpKind::kDiv, 2, 0, 1, resolve_arithmetic},
    {"Flatten", "", OpKind::kFlatten, 1, 0, 1, resolve_flatten},
    {"Gemm", "", OpKind::kGemm, 3, 0b100, 1, resolve_gemm},
    {"GlobalAveragePool", "", OpKind::kGlobalAveragePool, 1, 0, 1, resolve_global_average_pool},
    {"GlobalMaxPool", "", OpKind::kMaxPool, 1, 0, 1, resolve_global_max_pool},
    {"HardSigmoid", "", OpKind::kHardSigmoid, 1, 0, 1, resolve_hard_sigmoid},
    {"HardSwish", "", OpKind::kHardSwish, 1, 0, 1, resolve_unary},
    {"LRN", "", OpKind::kLRN, 1, 0, 1, resolve_lrn},
    {"LeakyRelu", "", OpKind::kLeakyRelu, 1, 0, 1, resolve_leaky_relu},
    {"MatMul", "", OpKind::kMatMul, 2, 0, 1, resolve_matmul},
    {"MatMulInteger", "", OpKind::kMatMulInteger, 4, 0b1100, 1, resolve_matmul_integer},
    {"MaxPool", "", OpKind::kMaxPool, 1, 0, 1, resolve_max_pool},
    {"Mul", "", OpKind::kMul, 2, 0, 1, resolve_arithmetic},
    {"Neg", "", OpKind::kMul, 1, 0, 1, expand_neg},
    {"PRelu", "", OpKind::kAdd, 2, 0, 1, expand_prelu},
    {"Pad", "", OpKind::kPad, 4, 0b1110, 1, resolve_pad},
    {"QLinearConv", "", OpKind::kQLinearConv, 9, 0b100000000, 1, resolve_qlinear_conv},
    {"QLinearMatMul", "", OpKind::kQLinearMatMul, 8, 0, 1, resolve_qlinear_matmul},
    {"QuantizeLinear", "", OpKind::kQuantizeLinear, 3, 0b100, 1, resolve_quantize},
    {"ReduceMean", "", OpKind::kReduceMean, 2, 0b10, 1, resolve_reduce_mean, 0b10},
    {"ReduceSum", "", OpKind::kMul, 2, 0b10, 1, expand_reduce_sum, 0b10},
    {"Relu", "", OpKind::kRelu, 1, 0, 1, resolve_relu},
    {"Reshape", "", OpKind::kReshape, 2, 0b10, 1, resolve_reshape, 0b10},
    {"Resize", "", OpKind::kResize, 4, 0b1110, 1, resolve_resize, 0b1110},
    {"Sigmoid", "", OpKind::kSigmoid, 1, 0, 1, resolve_unary},
    {"Slice", "", OpKind::kSlice, 5, 0b11110, 1, resolve_slice},
    {"Softmax", "", OpKind::kSoftmax, 1, 0, 1, resolve_softmax},
    {"SpaceToDepth", "", OpKind::kTranspose, 1, 0, 1, expand_space_to_depth},
    {"Split", "", OpKind::kSplit, 2, 0b10, kMany, resolve_split},
    {"Squeeze", "", OpKind::kSqueeze, 2, 0b10, 1, resolve_squeeze},
    {"Sub", "", OpKind::kSub, 2, 0, 1, resolve_arithmetic},
    {"Sum", "", OpKind::kAdd, kMany, 0, 1, expand_sum},
    {"Tanh", "", OpKind::kTanh, 1, 0, 1, resolve_unary},
    {"Tile", "", OpKind::kConcat, 2, 0, 1, expand_tile},
    {"TopK", "", OpKind::kTopK, 2, 0b10, 2, resolve_top_k},
    {"Transpose", "", OpKind::kTranspose, 1, 0, 1, resolve_transpose},
    {"Unsqueeze", "", OpKind::kUnsqueeze, 2, 0b10, 1, resolve_unsqueeze},
    {"Upsample", "", OpKind::kResize, 2, 0b10, 1, resolve_upsample},
    {"QGemm", kMicrosoft, OpKind::kQGemm, 9, 0b111000000, 1, resolve_qgemm},
    {"QLinearAdd", kMicrosoft, OpKind::kQLinearAdd, 8, 0b10100100, 1, resolve_qlinear_binary},
    {"QLinearAveragePool", kMicrosoft, OpKind::kQLinearAveragePool, 5, 0b10100, 1,
     resolve_qlinear_average_pool},
    {"QLinearConcat", kMicrosoft, OpKind::kQLinearConcat, kMany, 0, 1, resolve_qlinear_concat},
    {"QLinearGlobalAveragePool", kMicrosoft, OpKind::kQLinearGlobalAveragePool, 5, 0, 1,
     resolve_qlinear_global_average_pool},
    {"QLinearLeakyRelu", kMicrosoft, OpKind::kQLinearLeakyRelu, 5, 0b10100, 1, resolve_qlinear_leaky_relu},
    {"QLinearMul", kMicrosoft, OpKind::kQLinearMul, 8, 0b10100100, 1, resolve_qlinear_binary},
    {"QLinearSigmoid", kMicrosoft, OpKind::kQLinearSigmoid, 5, 0b10100, 1, resolve_qlinear_sigmoid},
});

constexpr std::array<std::string_view, 3> kDissolved{"Constant", "Identity", "Dropout"};

}  // namespace

const Operator* find_operator(std::string_view name, std::string_view domain) {
  const auto* const found = std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& op) {
    return op.name == name && op.domain == domain;
  });
  if (found != kOperators.end()) return found;
  return domain.empty() ? find_constant_function(name) : nullptr;
}

std::vector<std::string> operators_of(std::string_view domain) {
  std::vector<std::string> names;
  for (const Operator& op : kOperators) {
    if (op.domain == domain) names.emplace_back(op.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_importable(std::string_view name, std::string_view domain) {
  const bool dissolved = std::find(kDissolved.begin(), kDissolved.end(), name) != kDissolved.end();
  return find_operator(name, domain) != nullptr || (domain.empty() && dissolved);
}

std::string unsupported_message(const std::string& name, const std::string& domain) {
  std::string message = "operator " + (domain.empty() ? "" : domain + ".") + name + " is not supported";
  std::vector<std::string> all;
  std::string near;
  std::string list;
  for (const Operator& op : kOperators) {
    const std::string known(op.name);
    all.push_back(known);
    list += (list.empty() ? "" : ", ") + known;
    // A relative: ConvTranspose and Conv, PRelu and Relu, LogSoftmax and Softmax.
    if (name.find(known) != std::string::npos) near += (near.empty() ? "" : ", ") + known;
  }
  if (near.empty()) near = closest_match(name.substr(0, 64), all);
  return message + (near.empty() ? "; supported are " + list : "; the nearest supported: " + near);
}

}  // namespace systole::importer
