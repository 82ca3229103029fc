// Operators that only move elements: Concat, Split, Slice, Transpose and Pad.
#include <algorithm>
#include <limits>
#include <numeric>

#include "models/onnx/limits.h"
#include "models/onnx/operators.h"

namespace systole::importer {
namespace {

// A list that is an attribute before `opset`, and from then on input i. nullopt: it is not given, or wrong.
std::optional<std::vector<std::int64_t>> list_of(NodeView& node, const std::string& name, std::size_t i,
                                                 int opset) {
  if (node.opset() < opset) {
    if (node.has(i)) node.fail("'" + name + "' is an attribute before opset " + std::to_string(opset));
    return node.integer_list(name);
  }
  return node.has(i) ? node.constant_integers(i) : std::nullopt;
}

// As list_of, and a failure if there is none.
std::vector<std::int64_t> required(NodeView& node, const std::string& name, std::size_t i, int opset) {
  auto list = list_of(node, name, i, opset);
  if (!list && node.ok()) node.fail("'" + name + "' is missing");
  return list ? std::move(*list) : std::vector<std::int64_t>{};
}

std::vector<std::int64_t> all_axes(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), std::int64_t{0});
  return axes;
}

// How much of `dim` elements every output of a Split takes; empty after a failure.
std::vector<std::int64_t> split_sizes(NodeView& node, std::int64_t dim) {
  const auto parts = static_cast<std::int64_t>(node.output_count());
  auto sizes = list_of(node, "split", 1, 13);
  if (!node.ok()) return {};
  if (!sizes) {
    // Equal parts; from opset 18 on the last one may be smaller.
    const bool uneven = node.opset() >= 18;
    if (uneven && node.integer("num_outputs", parts) != parts) {
      node.fail("num_outputs disagrees with the number of outputs");
    }
    const std::int64_t part = uneven ? (dim + parts - 1) / parts : dim / parts;
    sizes.emplace(static_cast<std::size_t>(parts), part);
    sizes->back() = dim - part * (parts - 1);
    if (!uneven && dim % parts != 0) sizes->back() = 0;
  }
  std::int64_t sum = 0;
  for (const std::int64_t size : *sizes) sum += size < 1 || size > dim ? dim + 1 : size;
  if (sum != dim || sizes->size() != node.output_count()) {
    node.fail(std::to_string(dim) + " elements cannot be split into " + to_text(*sizes) + " for " +
              std::to_string(parts) + " outputs");
    return {};
  }
  return *sizes;
}

// One dimension of a Slice: numpy's start:end:step.
struct Range {
  std::int64_t start = 0;
  std::int64_t count = 0;
};
Range range_of(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t dim) {
  const auto from_end = [&](std::int64_t at) { return at < 0 ? std::max(at + dim, std::int64_t{-1}) : at; };
  if (step > 0) {
    const std::int64_t first = std::clamp<std::int64_t>(from_end(start), 0, dim);
    const std::int64_t last = std::clamp<std::int64_t>(from_end(end), 0, dim);
    return {first, last > first ? (last - first - 1) / step + 1 : 0};
  }
  const std::int64_t first = std::clamp<std::int64_t>(from_end(start), -1, dim - 1);
  const std::int64_t last = std::clamp<std::int64_t>(from_end(end), -1, dim - 1);
  return {std::max<std::int64_t>(first, 0), first > last ? (first - last - 1) / -step + 1 : 0};
}

ir::PadMode pad_mode(NodeView& node) {
  const std::string mode = node.text("mode", "constant");
  if (mode == "reflect") return ir::PadMode::kReflect;
  if (mode == "edge") return ir::PadMode::kEdge;
  if (mode != "constant") node.fail("mode '" + mode + "' is not supported; constant, reflect and edge are");
  return ir::PadMode::kConstant;
}

// The filling of a Pad as a scalar; none: zeros.
std::optional<ir::Tensor> filling(NodeView& node) {
  if (node.opset() < 11) {
    const float value = node.real("value", 0.0F);
    if (value == 0.0F) return std::nullopt;
    node.require_type(0, {DType::kFloat32});
    return ir::Tensor{"value", DType::kFloat32, {}, ir::make_data(std::vector<float>{value})};
  }
  if (!node.has(2) || !node.require_type(2, {node.input(0).type}) ||
      !node.require_constant(2, "only a constant filling is supported")) {
    return std::nullopt;
  }
  if (node.input(2).elements() != 1) node.fail("the filling must be a scalar");
  return ir::Tensor{"value", node.input(2).type, {}, node.input(2).data};
}

bool check_pads(NodeView& node, const ir::PadAttributes& pad) {
  for (std::size_t d = 0; d < pad.begin.size(); ++d) {
    for (const std::int64_t size : {pad.begin[d], pad.end[d]}) {
      const std::int64_t dim = node.shape(0)[d];
      if (size > kMaxElements || size < -dim) {
        node.fail("a pad of " + std::to_string(size) + " does not fit a dimension of " + std::to_string(dim));
      } else if (size < 0 && pad.mode != ir::PadMode::kConstant) {
        node.fail("negative pads are supported in constant mode only");
      } else if (pad.mode == ir::PadMode::kReflect && size >= dim) {
        node.fail("a dimension of " + std::to_string(dim) + " cannot be reflected over " +
                  std::to_string(size) + " elements");
      }
    }
  }
  return node.ok();
}

}  // namespace

Resolved concat(NodeView& node, const std::vector<const ir::Tensor*>& parts) {
  ir::Shape shape = parts[0]->shape;
  if (node.opset() >= 4 && !node.given("axis")) node.fail("attribute 'axis' is missing");
  ir::AxisAttributes attributes;
  attributes.axis = node.axis(1, shape.size());
  if (shape.empty()) node.fail("scalars cannot be concatenated");
  if (!node.ok()) return {};
  const auto axis = static_cast<std::size_t>(attributes.axis);
  shape[axis] = 0;
  for (const ir::Tensor* part : parts) {
    ir::Shape other = part->shape;
    if (other.size() == shape.size()) other[axis] = shape[axis];
    if (other != shape) {
      node.fail("'" + part->name + "' of shape " + to_text(part->shape) + " does not fit '" + parts[0]->name +
                "' of shape " + to_text(parts[0]->shape) + " along axis " + std::to_string(axis));
      return {};
    }
    shape[axis] += part->shape[axis];
  }
  return {attributes, {{parts[0]->type, shape}}};
}

Resolved resolve_concat(NodeView& node) {
  std::vector<const ir::Tensor*> parts;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    node.require_type(i, {node.input(0).type});
    parts.push_back(&node.input(i));
  }
  Resolved resolved = concat(node, parts);
  resolved.alias = parts.size() == 1;
  return resolved;
}

Resolved resolve_split(NodeView& node) {
  const ir::Shape& from = node.shape(0);
  ir::AxisAttributes attributes;
  attributes.axis = node.axis(0, from.size());
  if (from.empty()) node.fail("a scalar cannot be split");
  if (!node.ok() || node.output_count() == 0) return {};
  const auto axis = static_cast<std::size_t>(attributes.axis);
  Resolved resolved{attributes, {}};
  for (const std::int64_t size : split_sizes(node, from[axis])) {
    ir::Shape shape = from;
    shape[axis] = size;
    resolved.outputs.push_back({node.input(0).type, shape});
  }
  resolved.kept_inputs = 1;
  return resolved;
}

Resolved resolve_slice(NodeView& node) {
  const ir::Shape& from = node.shape(0);
  const std::size_t rank = from.size();
  const auto starts = required(node, "starts", 1, 10);
  const auto ends = required(node, "ends", 2, 10);
  auto axes = list_of(node, "axes", 3, 10);
  if (!axes) axes = all_axes(starts.size());
  auto steps = node.opset() < 10 ? std::nullopt : list_of(node, "steps", 4, 10);
  if (!steps) steps.emplace(starts.size(), 1);
  if (!node.ok()) return {};
  if (ends.size() != starts.size() || axes->size() != starts.size() || steps->size() != starts.size()) {
    node.fail("starts, ends, axes and steps differ in their number of elements");
    return {};
  }
  static_cast<void>(node.axes(*axes, rank));  // they exist, each once
  if (!node.ok()) return {};
  ir::SliceAttributes slice{ir::Shape(rank, 0), ir::Shape(rank, 1)};
  ir::Shape shape = from;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::int64_t axis = (*axes)[i];
    const auto d = static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis);
    // Larger steps than the dimension mean the same.
    const std::int64_t step = std::clamp((*steps)[i], -from[d], from[d]);
    if (step == 0) {
      node.fail("a step of 0 leads nowhere");
      return {};
    }
    const Range range = range_of(starts[i], ends[i], step, from[d]);
    slice.start[d] = range.start;
    slice.step[d] = step;
    shape[d] = range.count;
  }
  Resolved resolved{slice, {{node.input(0).type, shape}}};
  resolved.kept_inputs = 1;
  resolved.alias = shape == from && std::all_of(slice.step.begin(), slice.step.end(),
                                                [](std::int64_t step) { return step >= 0; });
  return resolved;
}

Resolved resolve_transpose(NodeView& node) {
  const ir::Shape& from = node.shape(0);
  ir::TransposeAttributes attributes;
  if (const auto given = node.integer_list("perm")) {
    attributes.permutation = *given;
  } else {
    attributes.permutation = all_axes(from.size());
    std::reverse(attributes.permutation.begin(), attributes.permutation.end());
  }
  std::vector<std::int64_t> sorted = attributes.permutation;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != all_axes(from.size())) {
    node.fail("perm " + to_text(attributes.permutation) + " is no permutation of " +
              std::to_string(from.size()) + " dimensions");
  }
  if (!node.ok()) return {};
  ir::Shape shape;
  for (const std::int64_t d : attributes.permutation) shape.push_back(from[static_cast<std::size_t>(d)]);
  Resolved resolved{attributes, {{node.input(0).type, shape}}};
  resolved.alias = attributes.permutation == sorted;
  return resolved;
}

Resolved resolve_pad(NodeView& node) {
  const ir::Shape& from = node.shape(0);
  const std::size_t rank = from.size();
  ir::PadAttributes pad{pad_mode(node), ir::Shape(rank, 0), ir::Shape(rank, 0)};
  const auto pads = required(node, node.opset() < 2 ? "paddings" : "pads", 1, 11);
  if (node.opset() < 18 && node.has(3)) node.fail("input 'axes' came with opset 18");
  auto axes = node.opset() < 18 ? std::nullopt : list_of(node, "axes", 3, 18);
  if (!axes) axes = all_axes(rank);
  if (!node.ok()) return {};
  static_cast<void>(node.axes(*axes, rank));
  if (pads.size() != 2 * axes->size()) {
    node.fail("needs " + std::to_string(2 * axes->size()) + " pads instead of " +
              std::to_string(pads.size()));
  }
  if (!node.ok()) return {};
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const std::int64_t axis = (*axes)[i];
    const auto d = static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis);
    pad.begin[d] = pads[i];
    pad.end[d] = pads[i + axes->size()];
  }
  if (!check_pads(node, pad)) return {};
  ir::Shape shape = from;
  for (std::size_t d = 0; d < rank; ++d) shape[d] += pad.begin[d] + pad.end[d];
  Resolved resolved{pad, {{node.input(0).type, shape}}};
  resolved.kept_inputs = 1;
  if (pad.mode == ir::PadMode::kConstant) resolved.added_inputs = {filling(node)};
  const auto none = [](std::int64_t size) { return size == 0; };  // exporters write such before poolings
  resolved.alias = std::all_of(pad.begin.begin(), pad.begin.end(), none) &&
                   std::all_of(pad.end.begin(), pad.end.end(), none);
  return resolved;
}

}  // namespace systole::importer
