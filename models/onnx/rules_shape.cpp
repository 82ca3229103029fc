// Flatten, Reshape, Squeeze and Unsqueeze.
#include <algorithm>

#include "models/onnx/limits.h"
#include "models/onnx/operators.h"

namespace systole::importer {

Resolved resolve_flatten(NodeView& node) {
  ir::AxisAttributes attributes;
  const ir::Shape& shape = node.shape(0);
  attributes.axis = node.axis(1, shape.size(), true);
  const auto middle = shape.begin() + attributes.axis;
  return {attributes,
          {{node.input(0).type,
            {ir::elements_of({shape.begin(), middle}), ir::elements_of({middle, shape.end()})}}}};
}

Resolved resolve_reshape(NodeView& node) {
  std::optional<std::vector<std::int64_t>> target;
  if (node.opset() < 5) {
    target = node.integer_list("shape");
  } else if (node.has(1) && node.require_type(1, {DType::kInt64})) {
    target = node.constant_integers(1);
    if (target && node.shape(1).size() != 1) node.fail("the target shape must be a list");
  }
  if (!target && node.ok()) node.fail("the target shape is missing");
  if (target && target->size() > kMaxRank) {
    node.fail("the target shape must be a list of at most " + std::to_string(kMaxRank) + " dimensions");
  }
  if (!node.ok()) return {};
  const bool zero_copies = !node.flag("allowzero", false);
  const ir::Shape& from = node.shape(0);
  ir::Shape shape = *target;
  const std::string text = to_text(shape);
  std::optional<std::size_t> inferred;
  ir::Shape known;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && zero_copies && d < from.size()) shape[d] = from[d];
    if (shape[d] == -1 && !inferred) {
      inferred = d;
    } else {
      known.push_back(shape[d]);
    }
  }
  // With -1 out of the way, every dimension is an ordinary one.
  const std::int64_t elements = node.input(0).elements();
  const bool sane = !shape_problem(known);
  if (sane && inferred) shape[*inferred] = elements / ir::elements_of(known);
  if (!sane || shape_problem(shape) || ir::elements_of(shape) != elements) {
    node.fail("an input of shape " + to_text(from) + " cannot become " + text);
    return {};
  }
  Resolved resolved{std::monostate{}, {{node.input(0).type, shape}}};
  resolved.kept_inputs = 1;
  return resolved;
}

namespace {

// Attribute before opset 13, input from then on.
std::vector<std::int64_t> axes_list(NodeView& node) {
  if (node.opset() < 13) {
    if (node.has(1)) node.fail("axes are an attribute before opset 13");
    return node.integer_list("axes").value_or(std::vector<std::int64_t>{});
  }
  if (!node.has(1)) return {};
  return node.constant_integers(1).value_or(std::vector<std::int64_t>{});
}

}  // namespace

Resolved resolve_squeeze(NodeView& node) {
  const ir::Shape& from = node.shape(0);
  const auto list = axes_list(node);
  const auto axes = node.axes(list, from.size());
  if (!node.ok()) return {};
  ir::Shape shape;
  for (std::size_t d = 0; d < from.size(); ++d) {
    const bool named = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(d));
    if (named && from[d] != 1) {
      node.fail("dimension " + std::to_string(d) + " of " + to_text(from) + " is not 1");
    }
    if (!named && (!list.empty() || from[d] != 1)) shape.push_back(from[d]);
  }
  Resolved resolved{std::monostate{}, {{node.input(0).type, shape}}};
  resolved.kept_inputs = 1;
  return resolved;
}

Resolved resolve_unsqueeze(NodeView& node) {
  const ir::Shape& from = node.shape(0);
  const auto list = axes_list(node);
  if (list.empty() && node.ok()) node.fail("axes are missing");
  const auto axes = node.axes(list, from.size() + list.size());
  if (!node.ok()) return {};
  ir::Shape shape;
  auto next = from.begin();
  for (std::size_t d = 0; d < from.size() + axes.size(); ++d) {
    const bool added = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(d));
    shape.push_back(added ? 1 : *next++);
  }
  Resolved resolved{std::monostate{}, {{node.input(0).type, shape}}};
  resolved.kept_inputs = 1;
  return resolved;
}

}  // namespace systole::importer
