#include "models/onnx/builder.h"

#include <algorithm>
#include <cmath>

#include "models/onnx/limits.h"
#include "models/onnx/ordering.h"

namespace systole::importer {
namespace {

bool holds_nan(const ir::Tensor& tensor) {
  if (tensor.type != DType::kFloat32 || tensor.data.source() != nullptr) return false;
  const auto* values = tensor.as<float>();
  return std::any_of(values, values + tensor.elements(), [](float value) { return std::isnan(value); });
}

std::string describe(const RawValue::Dim& dim, std::size_t index) {
  return "dimension " + std::to_string(index) + (dim.symbol.empty() ? "" : " ('" + dim.symbol + "')");
}

}  // namespace

Builder::Builder(RawModel model, const ImportOptions& options, Issues& issues)
    : model_(std::move(model)), options_(options), issues_(issues) {}

std::optional<ir::Graph> Builder::build() {
  const std::size_t before = issues_.size();
  graph_.name = model_.name;
  for (const RawValue& output : model_.outputs) output_names_.insert(output.name);
  if (model_.outputs.empty()) issues_.add("", "the network has no outputs");
  const auto order = execution_order(model_, issues_);
  if (!order) return std::nullopt;
  count_uses(*order);
  for (const std::string& name : model_.unreadable) define(name, std::nullopt);
  for (ir::Tensor& tensor : model_.initialisers) {
    std::string name = tensor.name;
    constants_.emplace(std::move(name), std::move(tensor));
  }
  bind_constants();
  add_inputs();
  for (const std::size_t index : *order) add_node(model_.nodes[index]);
  add_outputs();
  if (issues_.size() != before) return std::nullopt;
  return std::move(graph_);
}

void Builder::count_uses(const std::vector<std::size_t>& order) {
  uses_ = output_names_;
  for (const std::size_t index : order) {
    uses_.insert(model_.nodes[index].inputs.begin(), model_.nodes[index].inputs.end());
  }
}

void Builder::bind_constants() {
  for (const auto& entry : options_.constants) {
    const std::string& name = entry.first;
    const ir::Tensor& tensor = entry.second;
    const auto declared = std::find_if(model_.inputs.begin(), model_.inputs.end(),
                                       [&](const RawValue& input) { return input.name == name; });
    if (declared == model_.inputs.end()) {
      issues_.add("", "there is no input '" + name + "' to give a value to");
      continue;
    }
    if (!check_declaration(*declared, tensor)) {
      constants_.erase(name);
      model_.unreadable.insert(name);
      define(name, std::nullopt);
      continue;
    }
    ir::Tensor constant = tensor;
    constant.name = name;
    constants_.insert_or_assign(name, std::move(constant));
  }
}

void Builder::add_inputs() {
  std::vector<ir::TensorId> inputs;
  for (const RawValue& input : model_.inputs) {
    // Old files list the initialisers among the inputs.
    if (constants_.contains(input.name) || model_.unreadable.contains(input.name)) continue;
    if (!values_.emplace(input.name, std::nullopt).second) {
      issues_.add("", "input '" + input.name + "' is declared twice");
      continue;
    }
    const std::string what = "input '" + input.name + "' ";
    if (!input.type) {
      issues_.add("", what + "is of type " + input.type_name +
                          ", which is not supported (float32, int8, uint8, int32, int64 and bool are)");
      continue;
    }
    if (!input.has_shape) {
      issues_.add("", what + "has no shape; export the network with fixed shapes");
      continue;
    }
    ir::Tensor tensor{input.name, *input.type, {}, nullptr};
    for (std::size_t d = 0; d < input.dims.size(); ++d) {
      if (input.dims[d].size) {
        tensor.shape.push_back(*input.dims[d].size);
      } else {
        issues_.add("", what + "has a dynamic " + describe(input.dims[d], d) +
                            "; export the network with fixed shapes (a batch of 1, no dynamic_axes)");
      }
    }
    if (tensor.shape.size() != input.dims.size()) continue;
    if (const auto problem = shape_problem(tensor.shape)) {
      issues_.add("", what + *problem);
      continue;
    }
    const ir::TensorId id = graph_.add_tensor(std::move(tensor));
    values_[input.name] = id;
    inputs.push_back(id);
  }
  graph_.set_inputs(std::move(inputs));
}

bool Builder::check_declaration(const RawValue& declared, const ir::Tensor& actual) {
  bool fits = !declared.has_shape || declared.dims.size() == actual.shape.size();
  for (std::size_t d = 0; fits && declared.has_shape && d < actual.shape.size(); ++d) {
    fits = !declared.dims[d].size || *declared.dims[d].size == actual.shape[d];
  }
  if (fits && (!declared.type || declared.type == actual.type)) return true;
  std::string text;
  for (const RawValue::Dim& dim : declared.dims) {
    text += (text.empty() ? "" : ", ") + (dim.size ? std::to_string(*dim.size) : "?");
  }
  issues_.add("", "'" + declared.name + "' is declared as " + declared.type_name + " [" + text +
                      "], but is " + std::string(name_of(actual.type)) + " " + to_text(actual.shape));
  return false;
}

void Builder::add_outputs() {
  std::vector<ir::TensorId> outputs;
  for (const RawValue& output : model_.outputs) {
    const auto found = values_.find(output.name);
    if (found == values_.end()) {
      issues_.add("", "output '" + output.name + "' is computed by no node");
      continue;
    }
    if (!found->second) continue;
    const ir::TensorInfo& info = graph_.tensor(*found->second);
    if (!info.producer) {
      issues_.add("", "output '" + output.name + "' is not computed: it is an input or a constant");
      continue;
    }
    if (std::find(outputs.begin(), outputs.end(), *found->second) != outputs.end()) {
      issues_.add("", "output '" + output.name + "' is declared twice");
      continue;
    }
    check_declaration(output, info.value);
    outputs.push_back(*found->second);
  }
  graph_.set_outputs(std::move(outputs));
}

void Builder::define_unknown(const RawNode& node) {
  for (const std::string& name : node.outputs) {
    if (!name.empty()) define(name, std::nullopt);
  }
}

Builder::Value Builder::define_constant(const RawNode& user, ir::Tensor tensor) {
  const std::string name = tensor.name;
  if (holds_nan(tensor)) {
    issues_.add(user.name,
                user.op + ": constant '" + name + "' holds NaN; check how the network was trained");
    define(name, std::nullopt);
    return std::nullopt;
  }
  const ir::TensorId id = graph_.add_tensor(std::move(tensor));
  define(name, id);
  return id;
}

Builder::Value Builder::value_of(const RawNode& user, const std::string& name) {
  if (const auto found = values_.find(name); found != values_.end()) return found->second;
  if (auto constant = constants_.extract(name)) return define_constant(user, std::move(constant.mapped()));
  issues_.add(user.name, user.op + ": input '" + name +
                             "' is neither an input, nor an initialiser, nor computed by a node; was the "
                             "network exported without its parameters?");
  define(name, std::nullopt);
  return std::nullopt;
}

void Builder::add_node(const RawNode& node) {
  if (!is_importable(node.op, node.domain)) {
    issues_.add(node.name, unsupported_message(node.op, node.domain));
    return define_unknown(node);
  }
  if (!node.complaint.empty()) {
    fail(node, node.complaint);
    return define_unknown(node);
  }
  for (const std::string& name : node.outputs) {
    if (!name.empty() && (values_.contains(name) || constants_.contains(name))) {
      fail(node, "writes '" + name + "', which is an input or a constant");
      return define_unknown(node);
    }
  }
  if (node.op == "Constant") return add_constant_node(node);
  if (node.op == "Identity" || node.op == "Dropout") return add_identity(node);
  add_operator(node, *find_operator(node.op, node.domain));
}

void Builder::add_constant_node(const RawNode& node) {
  ir::Tensor tensor;
  bool known = node.attributes.size() == 1 && node.outputs.size() == 1;
  if (known) {
    const auto& [name, attribute] = *node.attributes.begin();
    if (const auto* value = std::get_if<ir::Tensor>(&attribute)) {
      tensor = *value;
    } else if (const auto* real = std::get_if<float>(&attribute)) {
      tensor = {"", DType::kFloat32, {}, ir::make_data(std::vector<float>{*real})};
    } else if (const auto* integer = std::get_if<std::int64_t>(&attribute)) {
      tensor = {"", DType::kInt64, {}, ir::make_data(std::vector<std::int64_t>{*integer})};
    } else if (const auto* reals = std::get_if<std::vector<float>>(&attribute)) {
      tensor = {"", DType::kFloat32, {static_cast<std::int64_t>(reals->size())}, ir::make_data(*reals)};
    } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&attribute)) {
      tensor = {"", DType::kInt64, {static_cast<std::int64_t>(integers->size())}, ir::make_data(*integers)};
    } else {
      known = false;
    }
  }
  if (!known || shape_problem(tensor.shape)) {
    fail(node, "needs one attribute: a tensor, or numbers");
    return define_unknown(node);
  }
  tensor.name = node.outputs[0];
  constants_.emplace(node.outputs[0], std::move(tensor));
}

// Identity, and Dropout in inference, are another name for their input. A network output cannot be: there the
// tensor is copied, by a Reshape to its own shape.
void Builder::add_identity(const RawNode& node) {
  if (node.inputs.empty() || node.inputs[0].empty() || node.outputs.empty()) {
    fail(node, "has no input or no output");
    return define_unknown(node);
  }
  if (node.outputs.size() > 1 && wanted(node.outputs[1])) {
    fail(node, "the output mask is not supported");
    return define_unknown(node);
  }
  if (node.op == "Dropout" && model_.opset < 7) {
    const auto is_test = node.attributes.find("is_test");
    const auto* value =
        is_test == node.attributes.end() ? nullptr : std::get_if<std::int64_t>(&is_test->second);
    if (value == nullptr || *value == 0) {
      fail(node, "is_test must be 1; export the network for inference");
      return define_unknown(node);
    }
  }
  if (node.inputs.size() > 2 && !node.inputs[2].empty()) {  // Dropout's training_mode, from opset 12
    const Value training = value_of(node, node.inputs[2]);
    const ir::Tensor* value = training ? &graph_.tensor(*training).value : nullptr;
    const bool inference = value != nullptr && value->type == DType::kBool && value->elements() == 1 &&
                           value->data != nullptr && value->as<std::uint8_t>()[0] == 0;
    if (!inference) {
      fail(node, "training_mode must be a constant false; export the network for inference");
      return define_unknown(node);
    }
  }
  const Value input = value_of(node, node.inputs[0]);
  if (!input || !output_names_.contains(node.outputs[0])) return define(node.outputs[0], input);
  const ir::Tensor& tensor = graph_.tensor(*input).value;
  Resolved copy{std::monostate{}, {{tensor.type, tensor.shape}}};
  copy.kept_inputs = 1;
  emit(node, *find_operator("Reshape", ""), std::move(copy), {input});
}

void Builder::add_operator(const RawNode& node, const Operator& op) {
  std::vector<Value> values;
  std::vector<const ir::Tensor*> inputs;
  bool known = true;
  std::size_t count = node.inputs.size();
  while (count > 0 && node.inputs[count - 1].empty()) --count;  // absent inputs at the end mean nothing
  if (count > op.inputs) {
    fail(node,
         "has " + std::to_string(count) + " inputs; at most " + std::to_string(op.inputs) + " are supported");
    return define_unknown(node);
  }
  if (!node.domain.empty() && !node.attributes.empty()) {  // ONNX's checker does not know these operators
    fail(node, "attribute '" + node.attributes.begin()->first + "' is unknown");
    known = false;
  }
  for (std::size_t i = 0; i < op.inputs; ++i) {
    const bool given = i < count && !node.inputs[i].empty();
    if (!given && op.requires_input(i)) {
      fail(node, "required input " + std::to_string(i) + " is missing");
      known = false;
    }
    values.push_back(given ? value_of(node, node.inputs[i]) : Value(ir::kNoTensor));
    known = known && values.back().has_value();
  }
  if (!known) return define_unknown(node);
  inputs.reserve(values.size());
  for (const Value& value : values) {
    inputs.push_back(*value == ir::kNoTensor ? nullptr : &graph_.tensor(*value).value);
  }
  std::vector<bool> uses;
  uses.reserve(node.outputs.size());
  for (const std::string& name : node.outputs) uses.push_back(wanted(name));
  NodeView view(node, model_.opset, std::move(inputs), std::move(uses));
  Resolved resolved = op.rule(view);
  for (const std::string& failure : view.failures()) fail(node, failure);
  bool good = view.ok();
  for (const Resolved::Output& output : resolved.outputs) {
    const auto problem = good ? shape_problem(output.shape) : std::nullopt;
    if (!problem) continue;
    fail(node, "its result " + *problem);
    good = false;
  }
  for (std::size_t i = op.outputs; good && i < node.outputs.size(); ++i) {
    if (!wanted(node.outputs[i])) continue;
    fail(node, "output '" + node.outputs[i] + "' is not supported");
    good = false;
  }
  if (!good) return define_unknown(node);
  emit(node, op, std::move(resolved), values);
}

void Builder::emit(const RawNode& node, const Operator& op, Resolved resolved,
                   const std::vector<Value>& inputs) {
  ir::Node result{node.name, op.kind, resolved.attributes, {}, {}};
  for (std::size_t i = 0; i < inputs.size() && i < resolved.kept_inputs; ++i) {
    result.inputs.push_back(*inputs[i]);
  }
  for (auto& added : resolved.added_inputs) {
    Value id = ir::kNoTensor;
    if (added) {
      added->name = node.name + "/" + added->name;
      while (values_.contains(added->name) || constants_.contains(added->name)) added->name += "_";
      id = define_constant(node, std::move(*added));
      if (!id) return define_unknown(node);
    }
    result.inputs.push_back(*id);
  }
  while (!result.inputs.empty() && result.inputs.back() == ir::kNoTensor) result.inputs.pop_back();
  for (std::size_t i = 0; i < resolved.outputs.size(); ++i) {
    const std::string name = i < node.outputs.size() ? node.outputs[i] : "";
    if (!wanted(name)) {
      result.outputs.push_back(ir::kNoTensor);
      continue;
    }
    const ir::TensorId id =
        graph_.add_tensor({name, resolved.outputs[i].type, resolved.outputs[i].shape, nullptr});
    define(name, id);
    result.outputs.push_back(id);
  }
  graph_.add_node(std::move(result));
}

}  // namespace systole::importer
