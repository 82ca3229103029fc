#include "models/onnx/parameters.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "models/onnx/limits.h"

namespace systole::importer {
namespace {

constexpr double kBiasDeviation = 0.01;

enum class Role : std::uint8_t {
  kConvWeight,           // (M, C / groups, kernel)
  kConvTransposeWeight,  // (C, M / groups, kernel)
  kMatrix,               // (K, N)
  kTransposedMatrix,     // (N, K)
  kBias,
  kOne,
  kZero,
};

struct Use {
  const RawNode* node;
  std::size_t slot;
};
using Uses = std::multimap<std::string_view, Use>;

std::int64_t integer_of(const RawNode& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  const auto* value = found == node.attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return value != nullptr ? *value : 0;
}

/// The part that input `slot` of the node plays; none: it is data.
std::optional<Role> role_of(const RawNode& node, std::size_t slot) {
  if (!node.domain.empty() && node.domain != "ai.onnx") return std::nullopt;
  if (node.op == "Conv" && slot == 1) return Role::kConvWeight;
  if (node.op == "ConvTranspose" && slot == 1) return Role::kConvTransposeWeight;
  if ((node.op == "Conv" || node.op == "ConvTranspose" || node.op == "Gemm") && slot == 2) return Role::kBias;
  if (node.op == "Gemm" && slot == 1)
    return integer_of(node, "transB") != 0 ? Role::kTransposedMatrix : Role::kMatrix;
  if (node.op == "MatMul" && slot == 1) return Role::kMatrix;
  if (node.op == "BatchNormalization" && slot >= 1 && slot <= 4) {
    return slot == 1 || slot == 4 ? Role::kOne : Role::kZero;
  }
  return std::nullopt;
}

/// The role that all uses of a name agree to be a parameter in (that of the first); none: some use is data.
std::optional<Role> role_of(std::string_view name, const Uses& uses, const RawModel& model, int depth = 0) {
  constexpr std::array<std::string_view, 6> kRearranging{"Identity", "Transpose", "Reshape",
                                                         "Squeeze",  "Unsqueeze", "Flatten"};
  constexpr int kLongestChain = 8;
  const auto output = std::find_if(model.outputs.begin(), model.outputs.end(),
                                   [&](const RawValue& value) { return value.name == name; });
  const auto [first, last] = uses.equal_range(name);
  if (output != model.outputs.end() || first == last || depth > kLongestChain) return std::nullopt;
  std::optional<Role> role;
  for (auto use = first; use != last; ++use) {
    const auto& [node, slot] = use->second;
    const bool rearranged =
        slot == 0 && !node->outputs.empty() &&
        std::find(kRearranging.begin(), kRearranging.end(), node->op) != kRearranging.end();
    auto here = rearranged ? role_of(node->outputs[0], uses, model, depth + 1) : role_of(*node, slot);
    if (!here) return std::nullopt;
    if (rearranged && node->op == "Transpose") {
      if (*here == Role::kMatrix) {
        here = Role::kTransposedMatrix;
      } else if (*here == Role::kTransposedMatrix) {
        here = Role::kMatrix;
      }
    }
    if (!role) role = here;
  }
  return role;
}

std::optional<ir::Tensor> declared(const RawValue& input) {
  if (!input.type || !input.has_shape) return std::nullopt;
  ir::Tensor tensor{input.name, *input.type, {}, nullptr};
  for (const RawValue::Dim& dim : input.dims) {
    if (!dim.size) return std::nullopt;
    tensor.shape.push_back(*dim.size);
  }
  if (shape_problem(tensor.shape)) return std::nullopt;
  return tensor;
}

std::int64_t fan_in(Role role, const ir::Shape& shape) {
  const std::int64_t elements = ir::elements_of(shape);
  switch (role) {
    case Role::kConvWeight:
    case Role::kTransposedMatrix:
      return shape[0] == 0 ? 0 : elements / shape[0];
    case Role::kConvTransposeWeight:
      return shape[1] == 0 ? 0 : elements / shape[1];
    default:
      return shape[shape.size() - 2];
  }
}

ir::TensorData data_for(Role role, const ir::Tensor& tensor, const ir::Synthesis& synthesis) {
  const std::int64_t elements = tensor.elements();
  const bool is_float = tensor.type == DType::kFloat32;
  const bool is_byte = tensor.type == DType::kInt8 || tensor.type == DType::kUInt8;
  switch (role) {
    case Role::kOne:
    case Role::kZero:
      return is_float ? ir::constant_data(tensor.type, elements, role == Role::kOne ? 1 : 0) : nullptr;
    case Role::kBias:
      if (tensor.type == DType::kInt32) return ir::constant_data(tensor.type, elements, 0);
      if (!is_float) return nullptr;
      return ir::normal_data({tensor.type, elements, tensor.name, synthesis.seed, kBiasDeviation, 1});
    default:
      break;
  }
  if (tensor.shape.size() < 2 || (!is_float && !is_byte)) return nullptr;
  if (role == Role::kMatrix && tensor.shape.size() != 2) return nullptr;
  return ir::normal_data({tensor.type, elements, tensor.name, synthesis.seed,
                          ir::he_deviation(fan_in(role, tensor.shape)), synthesis.density});
}

}  // namespace

std::map<std::string, ir::Tensor> made_up_parameters(const RawModel& model, const ir::Synthesis& synthesis) {
  Uses uses;
  for (const RawNode& node : model.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) uses.emplace(node.inputs[i], Use{&node, i});
  }
  std::map<std::string, ir::Tensor> made;
  for (const RawValue& input : model.inputs) {
    const auto role = role_of(input.name, uses, model);
    auto tensor = role ? declared(input) : std::nullopt;
    if (!tensor) continue;
    tensor->data = data_for(*role, *tensor, synthesis);
    if (tensor->data) made.emplace(input.name, std::move(*tensor));
  }
  return made;
}

}  // namespace systole::importer
