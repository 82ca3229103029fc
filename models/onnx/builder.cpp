#include "models/onnx/builder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "models/onnx/fold.h"
#include "models/onnx/limits.h"
#include "models/onnx/ordering.h"
#include "models/onnx/parameters.h"

namespace systole::importer {
namespace {

// The first element that is NaN or infinite; nullopt: all are numbers. A single infinity is one of the bounds
// of Clip, or a filling.
std::optional<std::int64_t> first_not_finite(const ir::Tensor& tensor) {
  if (tensor.type != DType::kFloat32 || tensor.data.source() != nullptr) return std::nullopt;
  const auto* values = tensor.as<float>();
  constexpr std::int64_t kBlock = 4096;  // every block is checked as a whole, with vector instructions
  for (std::int64_t begin = 0; begin < tensor.elements(); begin += kBlock) {
    const std::int64_t end = std::min(begin + kBlock, tensor.elements());
    int bad = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      bad |= std::abs(values[i]) <= std::numeric_limits<float>::max() ? 0 : 1;
    }
    if (bad == 0) continue;
    for (std::int64_t i = begin; i < end; ++i) {
      if (std::isnan(values[i]) || (std::isinf(values[i]) && tensor.elements() > 1)) return i;
    }
  }
  return std::nullopt;
}

// "[0, 3, 1]": where element i stands.
std::string place_of(std::int64_t i, const ir::Shape& shape) {
  ir::Shape index(shape.size());
  for (std::size_t d = shape.size(); d-- > 0;) {
    index[d] = i % shape[d];
    i /= shape[d];
  }
  return to_text(index);
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
  make_up_parameters();
  check_dims();
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

namespace {

/// What ImportOptions::dims calls a dimension by its place.
std::string place_name(const std::string& input, std::size_t index) {
  return input + "[" + std::to_string(index) + "]";
}

}  // namespace

void Builder::check_dims() {
  std::set<std::string> symbols;
  std::set<std::string> places;
  for (const RawValue& input : model_.inputs) {
    if (constants_.contains(input.name)) continue;
    for (std::size_t d = 0; d < input.dims.size(); ++d) {
      const RawValue::Dim& dim = input.dims[d];
      if (!dim.size && !dim.symbol.empty()) symbols.insert(dim.symbol);
      places.insert(place_name(input.name, d));
    }
  }
  for (const auto& [symbol, size] : options_.dims) {
    if (!symbols.contains(symbol) && !places.contains(symbol)) {
      const std::string all = closest_match(symbol, {symbols.begin(), symbols.end()});
      issues_.add("", "no input has a dynamic dimension '" + symbol + "' to give a size to" +
                          (all.empty() ? "" : "; did you mean '" + all + "'?"));
    } else if (size < 1 || size > kMaxElements) {
      issues_.add("", "dimension '" + symbol + "' cannot have the size " + std::to_string(size));
    }
  }
}

void Builder::make_up_parameters() {
  if (!options_.synthesis) return;
  for (auto& [name, tensor] : made_up_parameters(model_, *options_.synthesis)) {
    if (!model_.unreadable.contains(name)) constants_.emplace(name, tensor);
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
      const auto bound = options_.dims.find(input.dims[d].symbol);
      const auto placed = options_.dims.find(place_name(input.name, d));
      if (placed != options_.dims.end()) {
        tensor.shape.push_back(placed->second);
      } else if (input.dims[d].size) {
        tensor.shape.push_back(*input.dims[d].size);
      } else if (bound != options_.dims.end() && !bound->first.empty()) {
        tensor.shape.push_back(bound->second);
      } else {
        const std::string& symbol = input.dims[d].symbol;
        issues_.add("", what + "has a dynamic " + describe(input.dims[d], d) + "; " +
                            (symbol.empty() ? "" : "set `workload.dims: {" + symbol + ": 1}`, or ") +
                            "export the network with fixed shapes (a batch of 1, no dynamic_axes)");
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
      const bool constant = constants_.contains(output.name);
      issues_.add("", "output '" + output.name + "' is " +
                          (constant ? "a constant: nothing computes it" : "computed by no node"));
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
  if (const auto bad = first_not_finite(tensor)) {
    issues_.add(user.name, user.op + ": constant '" + name + "' holds " +
                               (std::isnan(tensor.as<float>()[*bad]) ? "NaN" : "infinity") + " at " +
                               place_of(*bad, tensor.shape) + "; check how the network was trained");
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
  if (!known || shape_problem(tensor.shape, true)) {
    fail(node, "needs one attribute: a tensor, or numbers");
    return define_unknown(node);
  }
  add_constant(node, std::move(tensor));
}

void Builder::add_constant(const RawNode& node, ir::Tensor tensor) {
  tensor.name = node.outputs[0];
  constants_.emplace(node.outputs[0], std::move(tensor));
}

// Identity, and Dropout in inference, are another name for their input.
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
  alias(node, value_of(node, node.inputs[0]));
}

// A network output must be a tensor of its own: there the input is copied.
void Builder::alias(const RawNode& node, const Value& input) {
  if (!input || !output_names_.contains(node.outputs[0])) return define(node.outputs[0], input);
  const ir::Tensor& tensor = graph_.tensor(*input).value;
  emit(node, ir::OpKind::kIdentity, {std::monostate{}, {{tensor.type, tensor.shape}}}, {input});
}

std::optional<std::vector<Builder::Value>> Builder::operands_of(const RawNode& node, const Operator& op) {
  std::size_t count = node.inputs.size();
  while (count > 0 && node.inputs[count - 1].empty()) --count;  // absent inputs at the end mean nothing
  if (count > op.inputs) {
    fail(node,
         "has " + std::to_string(count) + " inputs; at most " + std::to_string(op.inputs) + " are supported");
    return std::nullopt;
  }
  bool known = true;
  std::vector<Value> values;
  const std::size_t slots = op.inputs == kMany ? std::max<std::size_t>(count, 1) : op.inputs;
  for (std::size_t i = 0; i < slots; ++i) {
    const bool given = i < count && !node.inputs[i].empty();
    if (!given && (op.inputs == kMany || op.requires_input(i))) {
      fail(node, "required input " + std::to_string(i) + " is missing");
      known = false;
    }
    values.push_back(given ? value_of(node, node.inputs[i]) : Value(ir::kNoTensor));
    known = known && values.back().has_value();
    if (!known || !given || op.may_be_empty(i)) continue;
    if (graph_.tensor(*values.back()).value.elements() == 0) {
      fail(node, "input '" + node.inputs[i] + "' has no elements");
      known = false;
    }
  }
  if (!known) return std::nullopt;
  return values;
}

bool Builder::check_result(const RawNode& node, const Operator& op, const NodeView& view,
                           const Resolved& resolved) {
  for (const std::string& failure : view.failures()) fail(node, failure);
  bool good = view.ok();
  if (!node.checked) {
    for (const std::string& name : view.unknown_attributes()) {
      fail(node, "attribute '" + name + "' is unknown");
      good = false;
    }
  }
  const bool constant = resolved.constant.has_value();
  for (std::size_t i = constant ? 1 : op.outputs; good && i < node.outputs.size(); ++i) {
    if (!wanted(node.outputs[i])) continue;
    fail(node, "output '" + node.outputs[i] + "' is not supported");
    good = false;
  }
  if (constant || resolved.alias) return good;
  for (const Resolved::Output& output : resolved.outputs) {
    const auto problem = good ? shape_problem(output.shape) : std::nullopt;
    if (!problem) continue;
    fail(node, "its result " + *problem);
    good = false;
  }
  return good;
}

void Builder::add_operator(const RawNode& node, const Operator& op) {
  const auto values = operands_of(node, op);
  if (!values) return define_unknown(node);
  std::vector<const ir::Tensor*> inputs;
  inputs.reserve(values->size());
  bool all_constant = true;
  for (const Value& value : *values) {
    inputs.push_back(*value == ir::kNoTensor ? nullptr : &graph_.tensor(*value).value);
    all_constant = all_constant && (inputs.back() == nullptr || inputs.back()->data != nullptr);
  }
  std::vector<bool> uses;
  uses.reserve(node.outputs.size());
  for (const std::string& name : node.outputs) uses.push_back(wanted(name));
  NodeView view(node, node.opset != 0 ? node.opset : model_.opset, inputs, std::move(uses));
  Resolved resolved = op.rule(view);
  // Lists without elements take part in the arithmetic of shapes, but not in the network.
  const bool foldable = all_constant && view.ok() && !resolved.constant && !resolved.alias;
  if (foldable && resolved.outputs.size() == 1 && !shape_problem(resolved.outputs[0].shape, true)) {
    resolved.constant = fold(op.kind, resolved, inputs);
  }
  if (!check_result(node, op, view, resolved)) return define_unknown(node);
  if (resolved.constant) return add_constant(node, std::move(*resolved.constant));
  if (resolved.alias) return alias(node, values->front());
  if (!resolved.expansion.empty()) return add_expansion(resolved.expansion);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i >= resolved.kept_inputs || inputs[i] == nullptr || inputs[i]->elements() > 0) continue;
    fail(node, "input '" + inputs[i]->name + "' has no elements");
    return define_unknown(node);
  }
  emit(node, op.kind, std::move(resolved), *values);
}

void Builder::add_expansion(const std::vector<RawNode>& expansion) {
  for (const RawNode& node : expansion) uses_.insert(node.inputs.begin(), node.inputs.end());
  for (const RawNode& node : expansion) add_node(node);
}

std::string Builder::unused_name(std::string name) const {
  while (values_.contains(name) || constants_.contains(name)) name += "_";
  return name;
}

void Builder::emit(const RawNode& node, ir::OpKind kind, Resolved resolved,
                   const std::vector<Value>& inputs) {
  ir::Node result{node.name, kind, resolved.attributes, {}, {}};
  for (std::size_t i = 0; i < inputs.size() && i < resolved.kept_inputs; ++i) {
    result.inputs.push_back(*inputs[i]);
  }
  for (auto& added : resolved.added_inputs) {
    Value id = ir::kNoTensor;
    if (added) {
      added->name = unused_name(node.name + "/" + added->name);
      id = define_constant(node, std::move(*added));
      if (!id) return define_unknown(node);
    }
    result.inputs.push_back(*id);
  }
  while (!result.inputs.empty() && result.inputs.back() == ir::kNoTensor) result.inputs.pop_back();
  for (std::size_t i = 0; i < resolved.outputs.size(); ++i) {
    std::string name = i < node.outputs.size() ? node.outputs[i] : "";
    // The parts of a Split are all there: their shapes say which is which.
    if (!wanted(name) && kind != ir::OpKind::kSplit) {
      result.outputs.push_back(ir::kNoTensor);
      continue;
    }
    if (name.empty()) name = unused_name(node.name + "/output_" + std::to_string(i));
    const ir::TensorId id =
        graph_.add_tensor({name, resolved.outputs[i].type, resolved.outputs[i].shape, nullptr});
    define(name, id);
    result.outputs.push_back(id);
  }
  graph_.add_node(std::move(result));
}

}  // namespace systole::importer
