#include "tests/conformance/reference/cases.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>

#include "models/onnx/declared_inputs.h"
#include "models/onnx/fold.h"
#include "models/onnx/operators.h"
#include "models/onnx/tensor_file.h"

namespace systole::conformance {
namespace {

namespace fs = std::filesystem;

constexpr const char* kData = "/usr/share/libonnx-testdata/data";
// Dissolved on import, so they may stand beside supported operators.
const std::set<std::string> kDissolved{"Constant", "Identity", "Dropout"};

std::optional<Case> read_case(const fs::path& folder, const std::string& group) {
  std::ifstream file(folder / "model.onnx", std::ios::binary);
  ::onnx::ModelProto model;
  if (!file || !model.ParseFromIstream(&file)) return std::nullopt;
  Case test{group + "/" + folder.filename().string(), folder.string(), {}, {}, {}, {}};
  for (const auto& node : model.graph().node()) {
    const bool folds = node.domain().empty() && importer::find_constant_function(node.op_type()) != nullptr;
    if (folds || kDissolved.contains(node.op_type())) continue;
    if (!importer::is_importable(node.op_type(), node.domain())) return std::nullopt;
    test.operators.push_back(node.op_type());
  }
  if (test.operators.empty()) return std::nullopt;
  std::set<std::string> initialisers;
  for (const auto& tensor : model.graph().initializer()) initialisers.insert(tensor.name());
  for (const auto& input : model.graph().input()) {
    if (!initialisers.contains(input.name())) test.inputs.push_back(input.name());
  }
  for (const auto& node : model.graph().node()) {
    for (int i = 0; i < node.input_size(); ++i) {
      if (std::find(test.inputs.begin(), test.inputs.end(), node.input(i)) == test.inputs.end()) continue;
      const InputUse use = use_of_input(node.op_type(), static_cast<std::size_t>(i));
      if (use == InputUse::kSetting) test.constants.insert(node.input(i));
      if (use == InputUse::kParameter) test.parameters.insert(node.input(i));
    }
  }
  return test;
}

std::optional<std::vector<ir::Tensor>> read_tensors(const fs::path& folder, const std::string& prefix,
                                                    std::string& why) {
  std::vector<ir::Tensor> tensors;
  for (std::size_t i = 0;; ++i) {
    const fs::path path = folder / (prefix + std::to_string(i) + ".pb");
    if (!fs::exists(path)) return tensors;
    Issues issues;
    auto tensor = read_tensor_pb(path.string(), issues);
    if (!tensor) {
      why = to_string(issues.list()[0]);
      return std::nullopt;
    }
    tensors.push_back(std::move(*tensor));
  }
}

}  // namespace

std::vector<Case> find_cases() {
  std::vector<Case> cases;
  for (const char* group : {"node", "simple", "pytorch-operator", "pytorch-converted"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(kData) / group)) {
      if (auto test = read_case(entry.path(), group)) cases.push_back(std::move(*test));
    }
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

std::optional<std::vector<DataSet>> read_data_sets(const Case& test, std::string& why) {
  std::vector<DataSet> sets;
  for (std::size_t i = 0;; ++i) {
    const fs::path folder = fs::path(test.folder) / ("test_data_set_" + std::to_string(i));
    if (!fs::exists(folder)) break;
    auto inputs = read_tensors(folder, "input_", why);
    auto outputs = read_tensors(folder, "output_", why);
    if (!inputs || !outputs) return std::nullopt;
    if (inputs->size() != test.inputs.size()) {
      why = folder.string() + " does not feed every input";
      return std::nullopt;
    }
    for (std::size_t k = 0; k < inputs->size(); ++k) (*inputs)[k].name = test.inputs[k];
    sets.push_back({folder.string(), std::move(*inputs), std::move(*outputs)});
  }
  if (sets.empty()) {
    why = "there is no data set";
    return std::nullopt;
  }
  return sets;
}

Binding bind(const Case& test, const DataSet& data, Parameters parameters) {
  Binding binding;
  for (const ir::Tensor& input : data.inputs) {
    const bool parameter = parameters == Parameters::kConstants && test.parameters.contains(input.name);
    if (parameter || test.constants.contains(input.name)) {
      binding.options.constants[input.name] = input;
    } else {
      binding.inputs.push_back(input.data);
    }
  }
  return binding;
}

std::map<std::string, std::string> read_exclusions(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::map<std::string, std::string> list;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error("no reason: " + line);
    list[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return list;
}

std::string difference(const ir::Tensor& actual, const ir::Tensor& expected) {
  if (actual.type != expected.type || actual.shape != expected.shape) return "type or shape differs";
  if (expected.type != DType::kFloat32) return *actual.data == *expected.data ? "" : "values differ";
  for (std::int64_t i = 0; i < expected.elements(); ++i) {
    const float a = actual.as<float>()[i];
    const float e = expected.as<float>()[i];
    if (a == e || (std::isnan(a) && std::isnan(e))) continue;
    if (std::abs(a - e) <= 1e-7F + 1e-3F * std::abs(e)) continue;
    return "element " + std::to_string(i) + " is " + std::to_string(a) + " instead of " + std::to_string(e);
  }
  return "";
}

}  // namespace systole::conformance
