#include "models/onnx/declared_inputs.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "models/onnx/model_reader.h"

namespace systole {
namespace {

using Positions = std::map<std::string, std::set<std::size_t>>;

const Positions kSettings{{"Reshape", {1}},   {"TopK", {1}},           {"Slice", {1, 2, 3, 4}},
                          {"Split", {1}},     {"Squeeze", {1}},        {"Unsqueeze", {1}},
                          {"Pad", {1, 2, 3}}, {"Range", {0, 1, 2}},    {"Resize", {1, 2, 3}},
                          {"Upsample", {1}},  {"ReduceMean", {1}},     {"ReduceSum", {1}},
                          {"Tile", {1}},      {"ConstantOfShape", {0}}};
const Positions kParameters{{"Clip", {1, 2}},
                            {"BatchNormalization", {1, 2, 3, 4}},
                            {"QuantizeLinear", {1, 2}},
                            {"DequantizeLinear", {1, 2}},
                            {"ConvInteger", {2, 3}},
                            {"MatMulInteger", {2, 3}},
                            {"QLinearConv", {1, 2, 4, 5, 6, 7}},
                            {"QLinearMatMul", {1, 2, 4, 5, 6, 7}},
                            {"QLinearAdd", {1, 2, 4, 5, 6, 7}},
                            {"QLinearMul", {1, 2, 4, 5, 6, 7}},
                            {"QGemm", {1, 2, 4, 5, 7, 8}},
                            {"QLinearAveragePool", {1, 2, 3, 4}},
                            {"QLinearGlobalAveragePool", {1, 2, 3, 4}},
                            {"QLinearSigmoid", {1, 2, 3, 4}},
                            {"QLinearLeakyRelu", {1, 2, 3, 4}}};

bool stands_in(const Positions& positions, const std::string& op, std::size_t input) {
  const auto found = positions.find(op);
  return found != positions.end() && found->second.contains(input);
}

}  // namespace

bool DeclaredInput::admits(const ir::Tensor& tensor) const {
  if (type && *type != tensor.type) return false;
  if (!shape) return true;
  return std::equal(shape->begin(), shape->end(), tensor.shape.begin(), tensor.shape.end(),
                    [](const auto& declared, std::int64_t size) { return !declared || *declared == size; });
}

InputUse use_of_input(const std::string& op, std::size_t input) {
  if (stands_in(kSettings, op, input)) return InputUse::kSetting;
  return stands_in(kParameters, op, input) ? InputUse::kParameter : InputUse::kData;
}

std::vector<DeclaredInput> declared_inputs(std::span<const std::byte> model) {
  Issues issues;
  std::istringstream stream(std::string(reinterpret_cast<const char*>(model.data()), model.size()));
  const auto raw = importer::read_model(stream, issues);
  if (!raw) return {};
  std::set<std::string> known;
  for (const ir::Tensor& tensor : raw->initialisers) known.insert(tensor.name);
  std::vector<DeclaredInput> inputs;
  for (const importer::RawValue& value : raw->inputs) {
    if (known.contains(value.name)) continue;
    DeclaredInput input;
    input.name = value.name;
    input.type = value.type;
    if (value.has_shape) {
      input.shape.emplace();
      for (const auto& dim : value.dims) input.shape->push_back(dim.size);
    }
    inputs.push_back(std::move(input));
  }
  for (const importer::RawNode& node : raw->nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const InputUse use = use_of_input(node.op, i);
      for (DeclaredInput& input : inputs) {
        const bool strictest = use == InputUse::kSetting || input.use == InputUse::kData;
        if (input.name == node.inputs[i] && strictest) input.use = use;
      }
    }
  }
  return inputs;
}

}  // namespace systole
