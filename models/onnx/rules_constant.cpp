// Operators that are computed on import only: Shape, Size, Gather, ConstantOfShape, Floor, Ceil, Range.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "models/onnx/fold.h"
#include "models/onnx/limits.h"
#include "models/onnx/operators.h"

namespace systole::importer {
namespace {

constexpr std::int64_t kLongestRange = 1 << 20;

Resolved constant(DType type, ir::Shape shape, ir::TensorData data) {
  Resolved resolved;
  resolved.constant = ir::Tensor{"", type, std::move(shape), std::move(data)};
  return resolved;
}

constexpr const char* kOnlyConstants =
    "this operator runs only on constants, such as shapes; simplify the network, or export it with fixed "
    "shapes";

Resolved resolve_shape(NodeView& node) {
  const ir::Shape& shape = node.shape(0);
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto bound = [&](const char* name, std::int64_t standard) {
    const std::int64_t at = node.integer(name, standard);
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t start = bound("start", 0);
  const std::int64_t end = std::max(bound("end", rank), start);
  const std::vector<std::int64_t> dims(shape.begin() + start, shape.begin() + end);
  return constant(DType::kInt64, {end - start}, ir::make_data(dims));
}

Resolved resolve_size(NodeView& node) {
  return constant(DType::kInt64, {}, ir::make_data(std::vector<std::int64_t>{node.input(0).elements()}));
}

// Slices of `data` along `axis`, one for every index.
Resolved resolve_gather(NodeView& node) {
  const ir::Tensor& data = node.input(0);
  if (!node.require_constant(0, kOnlyConstants) || !node.require_constant(1, kOnlyConstants)) return {};
  if (!node.require_type(1, {DType::kInt32, DType::kInt64})) return {};
  const auto axis = static_cast<std::size_t>(node.axis(0, data.shape.size()));
  if (data.shape.empty()) node.fail("a scalar has nothing to gather from");
  if (!node.ok()) return {};
  const ir::Tensor& indices = node.input(1);
  ir::Shape shape(data.shape.begin(), data.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
  shape.insert(shape.end(), data.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, data.shape.end());
  if (const auto problem = shape_problem(shape)) {
    node.fail("its result " + *problem);
    return {};
  }
  const std::int64_t dim = data.shape[axis];
  std::int64_t outer = 1;
  for (std::size_t d = 0; d < axis; ++d) outer *= data.shape[d];
  const std::size_t piece = data.bytes() / static_cast<std::size_t>(outer * dim);
  std::vector<std::byte> bytes;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < indices.elements(); ++i) {
      const std::int64_t given = indices.type == DType::kInt64 ? indices.as<std::int64_t>()[i]
                                                               : std::int64_t{indices.as<std::int32_t>()[i]};
      if (given < -dim || given >= dim) {
        node.fail("index " + std::to_string(given) + " does not exist in " + to_text(data.shape));
        return {};
      }
      const auto* from =
          data.data->data() + static_cast<std::size_t>(o * dim + (given < 0 ? given + dim : given)) * piece;
      bytes.insert(bytes.end(), from, from + piece);
    }
  }
  return constant(data.type, shape, std::make_shared<const std::vector<std::byte>>(std::move(bytes)));
}

Resolved resolve_constant_of_shape(NodeView& node) {
  const auto shape = node.constant_integers(0);
  if (!shape) return {};
  ir::Tensor value{"", DType::kFloat32, {}, ir::make_data(std::vector<float>{0.0F})};
  if (const ir::Tensor* given = node.tensor("value")) value = *given;
  if (value.elements() != 1) node.fail("attribute 'value' must hold one element");
  if (const auto problem = shape_problem(*shape, true)) node.fail("its result " + *problem);
  if (!node.ok()) return {};
  const std::size_t size = size_of(value.type);
  std::vector<std::byte> bytes(static_cast<std::size_t>(ir::elements_of(*shape)) * size);
  for (std::size_t at = 0; at < bytes.size(); at += size) std::memcpy(&bytes[at], value.data->data(), size);
  return constant(value.type, *shape, std::make_shared<const std::vector<std::byte>>(std::move(bytes)));
}

template <typename Function>
Resolved rounded(NodeView& node, Function function) {
  if (!node.require_type(0, {DType::kFloat32}) || !node.require_constant(0, kOnlyConstants)) return {};
  const ir::Tensor& x = node.input(0);
  std::vector<float> values(x.as<float>(), x.as<float>() + x.elements());
  for (float& value : values) value = function(value);
  return constant(x.type, x.shape, ir::make_data(values));
}

Resolved resolve_floor(NodeView& node) {
  return rounded(node, [](float value) { return std::floor(value); });
}
Resolved resolve_ceil(NodeView& node) {
  return rounded(node, [](float value) { return std::ceil(value); });
}

Resolved resolve_range(NodeView& node) {
  std::array<std::int64_t, 3> bounds{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto value = node.constant_integers(i);
    if (!value) return {};
    if (value->size() != 1) {
      node.fail("input " + std::to_string(i) + " must be a scalar");
      return {};
    }
    bounds[i] = (*value)[0];
  }
  const auto [start, limit, delta] = bounds;
  const auto far = [](std::int64_t value) { return value > kMaxElements || value < -kMaxElements; };
  if (delta == 0 || far(start) || far(limit) || far(delta) || (limit - start) / delta > kLongestRange) {
    node.fail("a range of at most " + std::to_string(kLongestRange) + " numbers is supported");
    return {};
  }
  std::vector<std::int64_t> values;
  for (std::int64_t v = start; delta > 0 ? v < limit : v > limit; v += delta) values.push_back(v);
  const ir::Shape shape{static_cast<std::int64_t>(values.size())};
  if (node.input(0).type == DType::kInt64) return constant(DType::kInt64, shape, ir::make_data(values));
  return constant(DType::kInt32, shape,
                  ir::make_data(std::vector<std::int32_t>(values.begin(), values.end())));
}

constexpr auto kFunctions = std::to_array<Operator>({
    {"Ceil", "", ir::OpKind::kIdentity, 1, 0, 1, resolve_ceil},
    {"ConstantOfShape", "", ir::OpKind::kIdentity, 1, 0, 1, resolve_constant_of_shape, 1},
    {"Floor", "", ir::OpKind::kIdentity, 1, 0, 1, resolve_floor},
    {"Gather", "", ir::OpKind::kIdentity, 2, 0, 1, resolve_gather},
    {"Range", "", ir::OpKind::kIdentity, 3, 0, 1, resolve_range},
    {"Shape", "", ir::OpKind::kIdentity, 1, 0, 1, resolve_shape},
    {"Size", "", ir::OpKind::kIdentity, 1, 0, 1, resolve_size},
});

}  // namespace

const Operator* find_constant_function(std::string_view name) {
  const auto* const found =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const Operator& op) { return op.name == name; });
  return found == kFunctions.end() ? nullptr : found;
}

}  // namespace systole::importer
