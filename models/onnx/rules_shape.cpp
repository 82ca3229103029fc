// Flatten and Reshape.
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
  const ir::Tensor& target = node.input(1);
  if (!node.require_type(1, {DType::kInt64}) ||
      !node.require_constant(1, "only constant target shapes are supported; export with fixed shapes")) {
    return {};
  }
  if (target.shape.size() != 1 || target.shape[0] > static_cast<std::int64_t>(kMaxRank)) {
    node.fail("the target shape must be a list of at most " + std::to_string(kMaxRank) + " dimensions");
    return {};
  }
  const bool zero_copies = !node.flag("allowzero", false);
  const ir::Shape& from = node.shape(0);
  ir::Shape shape(target.as<std::int64_t>(), target.as<std::int64_t>() + target.elements());
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

}  // namespace systole::importer
