// QuantizeLinear, DequantizeLinear, Cast, and the element-wise operators of com.microsoft.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "models/onnx/broadcast.h"
#include "models/onnx/limits.h"
#include "models/onnx/operators.h"
#include "models/onnx/quantisation.h"
#include "models/onnx/tensor_proto.h"

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

// x, x_scale, x_zero, y_scale, y_zero.
Resolved qlinear_unary(NodeView& node, const ir::Attributes& attributes) {
  if (!node.require_type(0, {DType::kInt8, DType::kUInt8})) return {};
  const DType type = node.input(0).type;
  check_quantisation(node, 1, 2, type, 0, false);
  check_quantisation(node, 3, 4, type, 0, true);
  return {attributes, {{type, node.shape(0)}}};
}

// static_cast of every element; what does not fit an integer saturates, NaN becomes 0; to bool: not 0.
template <typename To, typename From>
To convert(From value) {
  if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    if (std::isnan(value)) return To{0};
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
  }
  return static_cast<To>(value);
}

template <typename From>
ir::TensorData converted_data(const ir::Tensor& x, DType type) {
  const auto each = [&](auto zero) {
    using To = decltype(zero);
    std::vector<To> values;
    for (std::int64_t i = 0; i < x.elements(); ++i) values.push_back(convert<To>(x.as<From>()[i]));
    return ir::make_data(values);
  };
  switch (type) {
    case DType::kInt8:
      return each(std::int8_t{0});
    case DType::kUInt8:
      return each(std::uint8_t{0});
    case DType::kInt16:
      return each(std::int16_t{0});
    case DType::kInt32:
      return each(std::int32_t{0});
    case DType::kInt64:
      return each(std::int64_t{0});
    case DType::kFloat32:
      return each(0.0F);
    case DType::kBool:
      break;
  }
  std::vector<std::uint8_t> values;
  for (std::int64_t i = 0; i < x.elements(); ++i) values.push_back(x.as<From>()[i] != From{0} ? 1 : 0);
  return ir::make_data(values);
}

ir::Tensor converted(const ir::Tensor& x, DType type) {
  const auto data = [&] {
    switch (x.type) {
      case DType::kInt8:
        return converted_data<std::int8_t>(x, type);
      case DType::kInt32:
        return converted_data<std::int32_t>(x, type);
      case DType::kInt64:
        return converted_data<std::int64_t>(x, type);
      case DType::kFloat32:
        return converted_data<float>(x, type);
      default:
        return converted_data<std::uint8_t>(x, type);
    }
  };
  return {"", type, x.shape, data()};
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

// A conversion that changes nothing, one of constants, or one of integers to float, which is a
// dequantisation.
Resolved resolve_cast(NodeView& node) {
  const ir::Tensor& x = node.input(0);
  const std::int64_t to = node.integer("to", 0);
  const auto type = dtype_from_onnx(static_cast<int>(to));
  Resolved resolved;
  if (!type) {
    node.fail("to " + onnx_type_name(static_cast<int>(to)) + " is not supported");
  } else if (*type == x.type) {
    resolved.alias = true;
  } else if (x.data != nullptr) {
    resolved.constant = converted(x, *type);
  } else if (*type == DType::kFloat32 &&
             (x.type == DType::kInt8 || x.type == DType::kUInt8 || x.type == DType::kInt32)) {
    resolved = {ir::AxisAttributes{}, {{DType::kFloat32, x.shape}}};
    resolved.kept_inputs = 1;
    resolved.added_inputs = {
        ir::Tensor{"scale", DType::kFloat32, {}, ir::make_data(std::vector<float>{1.0F})}};
  } else {
    node.fail("from " + std::string(name_of(x.type)) + " to " + std::string(name_of(*type)) +
              " is not supported; supported are int8, uint8 and int32 to float32, and constants");
  }
  return resolved;
}

Resolved resolve_qlinear_binary(NodeView& node) {
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

Resolved resolve_qlinear_sigmoid(NodeView& node) { return qlinear_unary(node, std::monostate{}); }

Resolved resolve_qlinear_leaky_relu(NodeView& node) {
  return qlinear_unary(node, ir::ActivationAttributes{node.real("alpha", 0.01F), 0.0F});
}

// y_scale, y_zero, then x, x_scale, x_zero of every input.
Resolved resolve_qlinear_concat(NodeView& node) {
  if (node.input_count() < 5 || (node.input_count() - 2) % 3 != 0) {
    node.fail("needs y_scale, y_zero_point, and x, x_scale, x_zero_point for every input");
    return {};
  }
  if (!node.require_type(1, {DType::kInt8, DType::kUInt8})) return {};
  const DType type = node.input(1).type;
  check_quantisation(node, 0, 1, type, 0, true);
  std::vector<const ir::Tensor*> parts;
  for (std::size_t i = 2; i < node.input_count(); i += 3) {
    node.require_type(i, {type});
    check_quantisation(node, i + 1, i + 2, type, 0, false);
    parts.push_back(&node.input(i));
  }
  return concat(node, parts);
}

}  // namespace systole::importer
