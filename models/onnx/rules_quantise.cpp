// QuantizeLinear, DequantizeLinear and QLinearAdd.
#include <algorithm>

#include "models/onnx/broadcast.h"
#include "models/onnx/limits.h"
#include "models/onnx/operators.h"
#include "models/onnx/quantisation.h"

namespace systole::importer {
namespace {

// Per-axis quantisation came with opset 13; a scale of several elements needs a valid axis.
ir::AxisAttributes quantisation_axis(NodeView& node, std::int64_t& channels) {
  ir::AxisAttributes attributes;
  channels = 0;
  if (node.opset() < 13 || node.input(1).elements() == 1) return attributes;
  attributes.axis = node.axis(1, node.shape(0).size());
  if (node.ok()) channels = node.shape(0)[static_cast<std::size_t>(attributes.axis)];
  if (node.has(2) && node.input(2).elements() != node.input(1).elements()) {
    node.fail("scale and zero point differ in their number of elements");
  }
  return attributes;
}

// ONNX: "no zero point" for int32; only zeros stand for that.
void check_no_zero_point(NodeView& node) {
  const ir::Tensor& zero = node.input(2);
  if (!node.require_constant(2, "int32 has no zero point") || zero.type != DType::kInt32) return;
  const auto* values = zero.as<std::int32_t>();
  if (std::any_of(values, values + zero.elements(), [](std::int32_t value) { return value != 0; })) {
    node.fail("int32 values have no zero point, but '" + zero.name + "' is not 0");
  }
}

}  // namespace

Resolved resolve_quantize(NodeView& node) {
  node.require_type(0, {DType::kFloat32});
  const DType type = node.has(2) ? node.input(2).type : DType::kUInt8;
  if (node.has(2)) node.require_type(2, {DType::kInt8, DType::kUInt8});
  std::int64_t channels = 0;
  const ir::AxisAttributes attributes = quantisation_axis(node, channels);
  check_quantisation(node, 1, 2, type, channels, true);
  return {attributes, {{type, node.shape(0)}}};
}

Resolved resolve_dequantize(NodeView& node) {
  node.require_type(0, {DType::kInt8, DType::kUInt8, DType::kInt32});
  std::int64_t channels = 0;
  const ir::AxisAttributes attributes = quantisation_axis(node, channels);
  check_quantisation(node, 1, 2, node.input(0).type, channels, false);
  if (node.input(0).type == DType::kInt32 && node.has(2)) check_no_zero_point(node);
  return {attributes, {{DType::kFloat32, node.shape(0)}}};
}

Resolved resolve_qlinear_add(NodeView& node) {
  node.require_type(0, {DType::kInt8, DType::kUInt8});
  const DType type = node.input(0).type;
  node.require_type(3, {type});
  check_quantisation(node, 1, 2, type, 0, false);
  check_quantisation(node, 4, 5, type, 0, false);
  check_quantisation(node, 6, 7, type, 0, true);
  const auto shape = broadcast(node.shape(0), node.shape(3));
  if (!shape) {
    node.fail("the shapes do not fit one another: " + to_text(node.shape(0)) + " and " +
              to_text(node.shape(3)));
    return {};
  }
  return {std::monostate{}, {{type, *shape}}};
}

}  // namespace systole::importer
