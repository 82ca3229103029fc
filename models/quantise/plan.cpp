#include "models/quantise/plan.h"

#include <algorithm>
#include <numeric>

#include "models/quantise/arithmetic.h"
#include "models/quantise/parameters.h"

namespace systole::quantise {

namespace {

using ir::OpKind;

bool has_input(const ir::Node& node, std::size_t i) {
  return i < node.inputs.size() && node.inputs[i] != ir::kNoTensor;
}
bool is_constant(const ir::Graph& graph, const ir::Node& node, std::size_t i) {
  return has_input(node, i) && graph.tensor(node.inputs[i]).is_constant();
}
const ir::Tensor& operand(const ir::Graph& graph, const ir::Node& node, std::size_t i) {
  return graph.tensor(node.inputs[i]).value;
}
bool is_float(const ir::Tensor& tensor) { return tensor.type == DType::kFloat32; }

bool bias_is_constant(const ir::Graph& graph, const ir::Node& node) {
  return !has_input(node, 2) || is_constant(graph, node, 2);
}

/// The C of a Gemm that QGemm takes: one element, or one per output.
bool bias_is_row(const ir::Graph& graph, const ir::Node& node) {
  if (!bias_is_constant(graph, node)) return false;
  if (!has_input(node, 2)) return true;
  const ir::Tensor& c = operand(graph, node, 2);
  const std::int64_t outputs = graph.tensor(node.outputs[0]).value.shape.back();
  return c.elements() == 1 || (c.elements() == outputs && c.shape.back() == outputs);
}

/// A padding value of 0 is 0 in every scale.
bool pads_with_zero(const ir::Graph& graph, const ir::Node& node) {
  if (std::get<ir::PadAttributes>(node.attributes).mode != ir::PadMode::kConstant || !has_input(node, 1)) {
    return true;
  }
  if (!is_constant(graph, node, 1)) return false;
  return all_floats(operand(graph, node, 1))[0] == 0.0F;
}

bool clips_by_constants(const ir::Graph& graph, const ir::Node& node) {
  return (!has_input(node, 1) || is_constant(graph, node, 1)) &&
         (!has_input(node, 2) || is_constant(graph, node, 2));
}

/// A mean over the whole image: what global average pooling computes.
bool is_global_mean(const ir::Graph& graph, const ir::Node& node) {
  return operand(graph, node, 0).shape.size() == 4 &&
         std::get<ir::ReduceAttributes>(node.attributes).axes == std::vector<std::int64_t>{2, 3};
}

// What the node could be if its operands are integers.
Form possible_form(const ir::Graph& graph, const ir::Node& node) {
  if (node.inputs.empty() || !has_input(node, 0) || !is_float(operand(graph, node, 0))) return Form::kFloat;
  switch (node.op) {
    case OpKind::kConv:
      return is_constant(graph, node, 1) && bias_is_constant(graph, node) ? Form::kProduct : Form::kFloat;
    case OpKind::kGemm: {
      const bool plain = !std::get<ir::GemmAttributes>(node.attributes).transpose_a;
      return plain && is_constant(graph, node, 1) && bias_is_row(graph, node) ? Form::kProduct : Form::kFloat;
    }
    case OpKind::kMatMul:
      if (is_constant(graph, node, 0)) return Form::kFloat;
      if (!is_constant(graph, node, 1)) return Form::kMatMul;
      return operand(graph, node, 1).shape.size() == 2 ? Form::kProduct : Form::kFloat;
    case OpKind::kAdd:
    case OpKind::kMul:
      return Form::kBinary;
    case OpKind::kRelu:
    case OpKind::kFlatten:
    case OpKind::kReshape:
    case OpKind::kSqueeze:
    case OpKind::kUnsqueeze:
    case OpKind::kTranspose:
    case OpKind::kSlice:
    case OpKind::kSplit:
    case OpKind::kConcat:
    case OpKind::kIdentity:
    case OpKind::kResize:
      return Form::kKeep;
    case OpKind::kMaxPool:
      return node.outputs.size() == 1 || node.outputs[1] == ir::kNoTensor ? Form::kKeep : Form::kFloat;
    case OpKind::kClip:
      return clips_by_constants(graph, node) ? Form::kKeep : Form::kFloat;
    case OpKind::kPad:
      return pads_with_zero(graph, node) ? Form::kKeep : Form::kFloat;
    case OpKind::kAveragePool:
    case OpKind::kGlobalAveragePool:
    case OpKind::kSigmoid:
    case OpKind::kLeakyRelu:
      return Form::kRescale;
    case OpKind::kReduceMean:
      return is_global_mean(graph, node) ? Form::kRescale : Form::kFloat;
    case OpKind::kArgMax:
      return Form::kIndex;
    default:
      return Form::kFloat;
  }
}

/// Sets of tensors that share a scale: a forest, each tree a set.
class Sets {
public:
  explicit Sets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0U); }
  ir::TensorId find(ir::TensorId id) {
    while (parent_[id] != id) id = parent_[id] = parent_[parent_[id]];
    return id;
  }
  void join(ir::TensorId a, ir::TensorId b) { parent_[find(a)] = find(b); }

private:
  std::vector<ir::TensorId> parent_;
};

class Planning {
public:
  Planning(const ir::Graph& graph, const Ranges& ranges, const Options& options)
      : graph_(graph), ranges_(ranges), options_(options), sets_(graph.tensor_count()) {
    plan_.form.assign(graph.node_count(), Form::kFloat);
    plan_.scale.assign(graph.tensor_count(), 0.0F);
    from_int8_.assign(graph.tensor_count(), false);
  }

  Plan run(const std::vector<ir::NodeIndex>& order) {
    for (const ir::NodeIndex index : order) choose(index);
    std::vector<ir::TensorId> members;
    for (const ir::NodeIndex index : order) join(index, members);
    set_scales(members);
    return std::move(plan_);
  }

private:
  void choose(ir::NodeIndex index) {
    const ir::Node& node = graph_.node(index);
    const Form form = possible_form(graph_, node);
    if (form == Form::kFloat || !has_form(form, node.op)) return;
    if (form != Form::kProduct) {
      const auto operands = data_operands(graph_, node, form);
      const auto is_int8 = [&](std::size_t i) { return from_int8_[node.inputs[i]]; };
      if (std::none_of(operands.begin(), operands.end(), is_int8)) return;
    }
    plan_.form[index] = form;
    if (form == Form::kIndex) return;
    for (const ir::TensorId id : node.outputs) {
      if (id != ir::kNoTensor) from_int8_[id] = true;
    }
  }

  /// Tables of functions have an entry for every 8-bit number, and indices are found among these.
  [[nodiscard]] bool has_form(Form form, OpKind op) const {
    const bool wide = options_.activations == NumberFormat::kInt16;
    return !wide || (form != Form::kIndex && op != OpKind::kSigmoid && op != OpKind::kLeakyRelu);
  }

  void join(ir::NodeIndex index, std::vector<ir::TensorId>& members) {
    const ir::Node& node = graph_.node(index);
    const Form form = plan_.form[index];
    if (form == Form::kFloat) return;
    const auto operands = data_operands(graph_, node, form);
    ir::TensorId first = ir::kNoTensor;
    for (const std::size_t i : operands) {
      const ir::TensorId id = node.inputs[i];
      members.push_back(id);
      if (first == ir::kNoTensor) first = id;
      // An Add needs one scale for both; a product of two does not.
      if (node.op == OpKind::kAdd || form == Form::kKeep) sets_.join(id, first);
    }
    if (form == Form::kIndex) return;
    for (const ir::TensorId id : node.outputs) {
      if (id == ir::kNoTensor) continue;
      members.push_back(id);
      if (form == Form::kKeep) sets_.join(id, first);
    }
  }

  /// What goes into an activation and nowhere else: the bounds cut it before anybody sees it, so the
  /// activation's result alone says what range is needed.
  [[nodiscard]] bool is_cut(ir::TensorId id) const {
    const ir::TensorInfo& info = graph_.tensor(id);
    const auto& outputs = graph_.outputs();
    if (info.consumers.size() != 1 || std::find(outputs.begin(), outputs.end(), id) != outputs.end()) {
      return false;
    }
    const OpKind op = graph_.node(info.consumers[0]).op;
    return (op == OpKind::kRelu || op == OpKind::kClip) && plan_.form[info.consumers[0]] == Form::kKeep;
  }

  void set_scales(const std::vector<ir::TensorId>& members) {
    std::vector<float> largest(graph_.tensor_count(), 0.0F);
    for (const ir::TensorId id : members) {
      if (ranges_.empty() || is_cut(id)) continue;
      float& range = largest[sets_.find(id)];
      const ir::TensorInfo& info = graph_.tensor(id);
      range = std::max(range, info.is_constant() ? largest_magnitude(all_floats(info.value)) : ranges_[id]);
    }
    for (const ir::TensorId id : members) {
      plan_.scale[id] = ranges_.empty() ? 1.0F
                                        : scale_of(largest[sets_.find(id)], options_.power_of_two,
                                                   largest_of(options_.activations));
    }
  }

  const ir::Graph& graph_;
  const Ranges& ranges_;
  const Options& options_;
  Plan plan_;
  Sets sets_;
  std::vector<bool> from_int8_;
};

}  // namespace

std::vector<std::size_t> data_operands(const ir::Graph& graph, const ir::Node& node, Form form) {
  switch (form) {
    case Form::kFloat:
      return {};
    case Form::kMatMul:
      return {0, 1};
    case Form::kBinary: {  // a constant is quantised by itself
      std::vector<std::size_t> operands;
      for (std::size_t i = 0; i < 2; ++i) {
        if (!is_constant(graph, node, i)) operands.push_back(i);
      }
      return operands;
    }
    case Form::kKeep:
      if (node.op == OpKind::kConcat) {
        std::vector<std::size_t> operands(node.inputs.size());
        std::iota(operands.begin(), operands.end(), std::size_t{0});
        return operands;
      }
      return {0};
    default:
      return {0};
  }
}

Plan make_plan(const ir::Graph& graph, const Ranges& ranges, const Options& options) {
  const auto order = graph.topological_order();
  return Planning(graph, ranges, options).run(order.value_or(std::vector<ir::NodeIndex>{}));
}

}  // namespace systole::quantise
