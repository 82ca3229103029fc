#include "models/onnx/operators.h"

#include <algorithm>
#include <array>

#include "hw/base/issues.h"

namespace systole::importer {
namespace {

using ir::OpKind;

constexpr std::string_view kMicrosoft = "com.microsoft";

// kind, domain, inputs, which of them are optional (a bit each), outputs, rule
constexpr auto kOperators = std::to_array<Operator>({
    {OpKind::kConv, "", 3, 0b100, 1, resolve_conv},
    {OpKind::kGemm, "", 3, 0b100, 1, resolve_gemm},
    {OpKind::kMatMul, "", 2, 0, 1, resolve_matmul},
    {OpKind::kQLinearConv, "", 9, 0b100000000, 1, resolve_qlinear_conv},
    {OpKind::kQLinearMatMul, "", 8, 0, 1, resolve_qlinear_matmul},
    {OpKind::kQuantizeLinear, "", 3, 0b100, 1, resolve_quantize},
    {OpKind::kDequantizeLinear, "", 3, 0b100, 1, resolve_dequantize},
    {OpKind::kRelu, "", 1, 0, 1, resolve_relu},
    {OpKind::kClip, "", 3, 0b110, 1, resolve_clip},
    {OpKind::kMaxPool, "", 1, 0, 1, resolve_max_pool},
    {OpKind::kAveragePool, "", 1, 0, 1, resolve_average_pool},
    {OpKind::kGlobalAveragePool, "", 1, 0, 1, resolve_global_average_pool},
    {OpKind::kAdd, "", 2, 0, 1, resolve_add},
    {OpKind::kQLinearAdd, kMicrosoft, 8, 0b10100100, 1, resolve_qlinear_add},
    {OpKind::kFlatten, "", 1, 0, 1, resolve_flatten},
    {OpKind::kReshape, "", 2, 0, 1, resolve_reshape},
    {OpKind::kSoftmax, "", 1, 0, 1, resolve_softmax},
    {OpKind::kArgMax, "", 1, 0, 1, resolve_arg_max},
    {OpKind::kTopK, "", 2, 0b10, 2, resolve_top_k},
});

constexpr std::array<std::string_view, 3> kDissolved{"Constant", "Identity", "Dropout"};

}  // namespace

const Operator* find_operator(std::string_view name, std::string_view domain) {
  const auto kind = ir::op_from_name(name);
  if (!kind) return nullptr;
  const auto found = std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& op) {
    return op.kind == *kind && op.domain == domain;
  });
  return found == kOperators.end() ? nullptr : found;
}

bool is_importable(std::string_view name, std::string_view domain) {
  const bool dissolved = std::find(kDissolved.begin(), kDissolved.end(), name) != kDissolved.end();
  return find_operator(name, domain) != nullptr || (dissolved && domain.empty());
}

std::string unsupported_message(const std::string& name, const std::string& domain) {
  std::string message = "operator " + (domain.empty() ? "" : domain + ".") + name + " is not supported";
  std::vector<std::string> all;
  std::string near;
  std::string list;
  for (const Operator& op : kOperators) {
    const std::string known(ir::name_of(op.kind));
    all.push_back(known);
    list += (list.empty() ? "" : ", ") + known;
    // A relative: ConvTranspose and Conv, LeakyRelu and Relu, LogSoftmax and Softmax.
    if (name.find(known) != std::string::npos) near += (near.empty() ? "" : ", ") + known;
  }
  if (near.empty()) near = closest_match(name.substr(0, 64), all);
  return message + (near.empty() ? "; supported are " + list : "; the nearest supported: " + near);
}

}  // namespace systole::importer
