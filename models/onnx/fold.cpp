#include "models/onnx/fold.h"

#include <cstring>
#include <functional>
#include <type_traits>

namespace systole::importer {
namespace {

using ir::OpKind;
using Bytes = std::vector<std::byte>;

ir::Tensor made(DType type, ir::Shape shape, Bytes bytes) {
  return {"", type, std::move(shape), std::make_shared<const Bytes>(std::move(bytes))};
}

// Calls visit(offset) for all indices of `shape` in row-major order; offset = start + sum of index * stride.
template <typename Visit>
void walk(const ir::Shape& shape, const std::vector<std::int64_t>& stride, std::int64_t start, Visit visit) {
  std::vector<std::int64_t> index(shape.size(), 0);
  std::int64_t offset = start;
  for (std::int64_t left = ir::elements_of(shape); left > 0; --left) {
    visit(offset);
    for (std::size_t d = shape.size(); d-- > 0;) {
      offset += stride[d];
      if (++index[d] < shape[d]) break;
      offset -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
}

std::vector<std::int64_t> strides_of(const ir::Shape& shape) {
  std::vector<std::int64_t> stride(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
  return stride;
}

// The elements of x that a walk over `shape` visits.
ir::Tensor gathered(const ir::Tensor& x, const ir::Shape& shape, const std::vector<std::int64_t>& stride,
                    std::int64_t start) {
  const std::size_t size = size_of(x.type);
  const auto data = x.data.bytes();
  Bytes bytes(static_cast<std::size_t>(ir::elements_of(shape)) * size);
  std::byte* to = bytes.data();
  walk(shape, stride, start, [&](std::int64_t offset) {
    std::memcpy(to, data->data() + static_cast<std::size_t>(offset) * size, size);
    to += size;
  });
  return made(x.type, shape, std::move(bytes));
}

ir::Tensor sliced(const ir::Tensor& x, const ir::SliceAttributes& slice, const ir::Shape& shape) {
  std::vector<std::int64_t> stride = strides_of(x.shape);
  std::int64_t start = 0;
  for (std::size_t d = 0; d < stride.size(); ++d) {
    start += slice.start[d] * stride[d];
    stride[d] *= slice.step[d];
  }
  return gathered(x, shape, stride, start);
}

ir::Tensor transposed(const ir::Tensor& x, const ir::TransposeAttributes& turn, const ir::Shape& shape) {
  const std::vector<std::int64_t> from = strides_of(x.shape);
  std::vector<std::int64_t> stride;
  for (const std::int64_t d : turn.permutation) stride.push_back(from[static_cast<std::size_t>(d)]);
  return gathered(x, shape, stride, 0);
}

ir::Tensor concatenated(std::span<const ir::Tensor* const> inputs, std::int64_t axis,
                        const Resolved& resolved) {
  const ir::Shape& shape = resolved.outputs[0].shape;
  std::int64_t outer = 1;
  for (std::int64_t d = 0; d < axis; ++d) outer *= shape[static_cast<std::size_t>(d)];
  Bytes bytes;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (const ir::Tensor* input : inputs) {
      const std::size_t piece = input->bytes() / static_cast<std::size_t>(outer);
      const auto* from = input->data->data() + static_cast<std::size_t>(o) * piece;
      bytes.insert(bytes.end(), from, from + piece);
    }
  }
  return made(resolved.outputs[0].type, shape, std::move(bytes));
}

// Integers wrap; a quotient by 0 is 0.
template <typename T>
T combine(OpKind kind, T a, T b) {
  if constexpr (std::is_same_v<T, float>) {
    return kind == OpKind::kAdd ? a + b : kind == OpKind::kSub ? a - b : kind == OpKind::kMul ? a * b : a / b;
  } else {
    const auto x = static_cast<std::uint64_t>(a);
    const auto y = static_cast<std::uint64_t>(b);
    if (kind == OpKind::kAdd) return static_cast<T>(x + y);
    if (kind == OpKind::kSub) return static_cast<T>(x - y);
    if (kind == OpKind::kMul) return static_cast<T>(x * y);
    if (b == 0) return T{0};
    if (b == T{-1}) return static_cast<T>(std::uint64_t{0} - x);
    return a / b;
  }
}

template <typename T>
ir::Tensor arithmetic(OpKind kind, const ir::Tensor& a, const ir::Tensor& b, const ir::Shape& shape) {
  const auto offsets = [&](const ir::Shape& operand) {
    std::vector<std::int64_t> stride(shape.size(), 0);
    const std::vector<std::int64_t> dense = strides_of(operand);
    for (std::size_t d = 0; d < operand.size(); ++d) {
      if (operand[d] != 1) stride[d + shape.size() - operand.size()] = dense[d];
    }
    std::vector<std::int64_t> result;
    walk(shape, stride, 0, [&](std::int64_t offset) { result.push_back(offset); });
    return result;
  };
  const auto at_a = offsets(a.shape);
  const auto at_b = offsets(b.shape);
  std::vector<T> values;
  for (std::size_t i = 0; i < at_a.size(); ++i) {
    values.push_back(combine<T>(kind, a.as<T>()[at_a[i]], b.as<T>()[at_b[i]]));
  }
  return {"", a.type, shape, ir::make_data(values)};
}

std::optional<ir::Tensor> fold_arithmetic(OpKind kind, const ir::Tensor& a, const ir::Tensor& b,
                                          const ir::Shape& shape) {
  switch (a.type) {
    case DType::kFloat32:
      return arithmetic<float>(kind, a, b, shape);
    case DType::kInt32:
      return arithmetic<std::int32_t>(kind, a, b, shape);
    case DType::kInt64:
      return arithmetic<std::int64_t>(kind, a, b, shape);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<ir::Tensor> fold(OpKind kind, const Resolved& resolved,
                               std::span<const ir::Tensor* const> inputs) {
  const Resolved::Output& output = resolved.outputs[0];
  switch (kind) {
    case OpKind::kReshape:
    case OpKind::kFlatten:
    case OpKind::kSqueeze:
    case OpKind::kUnsqueeze:
      return ir::Tensor{"", output.type, output.shape, inputs[0]->data};
    case OpKind::kConcat:
      return concatenated(inputs, std::get<ir::AxisAttributes>(resolved.attributes).axis, resolved);
    case OpKind::kSlice:
      return sliced(*inputs[0], std::get<ir::SliceAttributes>(resolved.attributes), output.shape);
    case OpKind::kTranspose:
      return transposed(*inputs[0], std::get<ir::TransposeAttributes>(resolved.attributes), output.shape);
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul:
    case OpKind::kDiv:
      return fold_arithmetic(kind, *inputs[0], *inputs[1], output.shape);
    default:
      return std::nullopt;
  }
}

}  // namespace systole::importer
