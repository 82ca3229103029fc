// Softmax, ArgMax, TopK and ReduceMean.
#include <numeric>

#include "models/onnx/limits.h"
#include "models/onnx/operators.h"

namespace systole::importer {
namespace {

constexpr std::initializer_list<DType> kSortable{DType::kFloat32, DType::kInt8, DType::kUInt8, DType::kInt32,
                                                 DType::kInt64};

// k is an attribute before opset 10, then a constant input of one element. 0 after a failure.
std::int64_t top_k_count(NodeView& node) {
  if (node.opset() < 10) return node.integer("k", 0);
  if (!node.has(1)) {
    node.fail("input K is missing");
    return 0;
  }
  if (!node.require_type(1, {DType::kInt64}) || !node.require_constant(1, "only a constant k is supported")) {
    return 0;
  }
  if (node.input(1).elements() != 1) {
    node.fail("input K must have one element");
    return 0;
  }
  return node.input(1).as<std::int64_t>()[0];
}

}  // namespace

Resolved resolve_softmax(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  const ir::Shape& shape = node.shape(0);
  const bool old = node.opset() < 13;
  ir::AxisAttributes attributes;
  attributes.axis = node.axis(old ? 1 : -1, shape.size());
  // Flattening at the last axis changes nothing.
  attributes.flatten_at_axis = old && attributes.axis + 1 != static_cast<std::int64_t>(shape.size());
  return {attributes, {{DType::kFloat32, shape}}};
}

Resolved resolve_arg_max(NodeView& node) {
  node.require_type(0, kSortable);
  ir::AxisAttributes attributes;
  attributes.axis = node.axis(0, node.shape(0).size());
  attributes.keep_dims = node.flag("keepdims", true);
  attributes.select_last_index = node.flag("select_last_index", false);
  if (!node.ok()) return {};
  ir::Shape shape = node.shape(0);
  if (attributes.keep_dims) {
    shape[static_cast<std::size_t>(attributes.axis)] = 1;
  } else {
    shape.erase(shape.begin() + attributes.axis);
  }
  return {attributes, {{DType::kInt64, shape}}};
}

Resolved resolve_top_k(NodeView& node) {
  node.require_type(0, kSortable);
  ir::AxisAttributes attributes;
  attributes.axis = node.axis(-1, node.shape(0).size());
  attributes.largest = node.flag("largest", true);
  attributes.sorted = node.flag("sorted", true);
  attributes.k = top_k_count(node);
  if (!node.ok()) return {};
  ir::Shape shape = node.shape(0);
  std::int64_t& dim = shape[static_cast<std::size_t>(attributes.axis)];
  if (attributes.k < 1 || attributes.k > dim) {
    node.fail("k is " + std::to_string(attributes.k) + "; along an axis of " + std::to_string(dim) +
              " elements it must be 1 to " + std::to_string(dim));
    return {};
  }
  dim = attributes.k;
  Resolved resolved{attributes, {{node.input(0).type, shape}, {DType::kInt64, shape}}};
  resolved.kept_inputs = 1;
  return resolved;
}

Resolved resolve_reduce_mean(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  const ir::Shape& from = node.shape(0);
  std::vector<std::int64_t> list;
  if (node.opset() < 18) {
    if (node.has(1)) node.fail("axes are an attribute before opset 18");
    list = node.integer_list("axes").value_or(list);
  } else if (node.has(1)) {
    list = node.constant_integers(1).value_or(list);
  }
  const bool none_means_none = node.opset() >= 18 && node.flag("noop_with_empty_axes", false);
  ir::ReduceAttributes attributes;
  attributes.keep_dims = node.flag("keepdims", true);
  attributes.axes = node.axes(list, from.size());
  if (list.empty() && !none_means_none) {
    attributes.axes.resize(from.size());
    std::iota(attributes.axes.begin(), attributes.axes.end(), std::int64_t{0});
  }
  if (!node.ok()) return {};
  ir::Shape shape;
  std::size_t next = 0;
  for (std::size_t d = 0; d < from.size(); ++d) {
    const bool reduced =
        next < attributes.axes.size() && attributes.axes[next] == static_cast<std::int64_t>(d);
    if (reduced) ++next;
    if (!reduced || attributes.keep_dims) shape.push_back(reduced ? 1 : from[d]);
  }
  Resolved resolved{attributes, {{DType::kFloat32, shape}}};
  resolved.kept_inputs = 1;
  resolved.alias = attributes.axes.empty();
  return resolved;
}

}  // namespace systole::importer
