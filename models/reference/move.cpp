// Operators that only move elements: Concat, Split, Slice, Transpose, Pad and Resize.
#include <algorithm>
#include <cstring>

#include "models/reference/operators.h"

namespace systole::reference {
namespace {

constexpr std::int64_t kFilling = -1;

// Of every dimension of the output: which offset into the input each of its indices adds, or kFilling.
using Offsets = std::vector<std::vector<std::int64_t>>;

std::vector<std::int64_t> strides_of(const ir::Shape& shape) {
  std::vector<std::int64_t> stride(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
  return stride;
}

// Writes the elements of dimensions d and up, in row-major order; `base` is that of the dimensions before.
template <typename T>
void gather(const Offsets& offsets, std::size_t d, const T* x, const T& filling, T*& y) {
  if (d == offsets.size()) {
    *y++ = *x;
    return;
  }
  if (d + 1 == offsets.size()) {
    for (const std::int64_t offset : offsets[d]) *y++ = offset == kFilling ? filling : x[offset];
    return;
  }
  std::int64_t inner = 1;
  for (std::size_t i = d + 1; i < offsets.size(); ++i) inner *= static_cast<std::int64_t>(offsets[i].size());
  for (const std::int64_t offset : offsets[d]) {
    if (offset == kFilling) {
      std::fill_n(y, inner, filling);
      y += inner;
    } else {
      gather(offsets, d + 1, x + offset, filling, y);
    }
  }
}

// `filling`: a scalar, or null for zeros.
void gather(const Call& call, const Offsets& offsets, const std::byte* filling = nullptr) {
  const auto as = [&]<typename T>(T value) {
    if (filling != nullptr) std::memcpy(&value, filling, sizeof(T));
    T* y = call.outputs[0]->as<T>();
    gather(offsets, 0, call.inputs[0].as<T>(), value, y);
  };
  switch (size_of(call.outputs[0]->type)) {
    case 1:
      return as(std::uint8_t{0});
    case 4:
      return as(std::uint32_t{0});
    default:
      return as(std::uint64_t{0});
  }
}

// Indices of the dimensions before the node's axis.
std::int64_t outer_of(const ir::Shape& shape, const ir::Node& node) {
  const std::int64_t axis = std::get<ir::AxisAttributes>(node.attributes).axis;
  return ir::elements_of({shape.begin(), shape.begin() + axis});
}

// Where index i, which may be outside, takes its element from.
std::int64_t padded_source(ir::PadMode mode, std::int64_t i, std::int64_t dim) {
  if (i >= 0 && i < dim) return i;
  if (mode == ir::PadMode::kConstant) return kFilling;
  if (mode == ir::PadMode::kEdge) return i < 0 ? 0 : dim - 1;
  return i < 0 ? -i : 2 * (dim - 1) - i;
}

}  // namespace

void concat(const Call& call) {
  const auto outer = static_cast<std::size_t>(outer_of(call.outputs[0]->shape, call.node));
  std::byte* y = call.outputs[0]->bytes.data();
  for (std::size_t o = 0; o < outer; ++o) {
    for (const Operand& part : call.inputs) {
      const std::size_t piece = part.tensor->bytes() / outer;
      std::memcpy(y, part.data + o * piece, piece);
      y += piece;
    }
  }
}

void split(const Call& call) {
  const ir::Shape& shape = call.inputs[0].shape();
  const auto axis = static_cast<std::size_t>(std::get<ir::AxisAttributes>(call.node.attributes).axis);
  const auto outer = static_cast<std::size_t>(outer_of(shape, call.node));
  const std::size_t row = call.inputs[0].tensor->bytes() / outer;
  const std::size_t element = row / static_cast<std::size_t>(shape[axis]);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < call.outputs.size(); ++i) {  // import makes all of them
    const std::size_t piece = element * static_cast<std::size_t>(call.outputs[i]->shape[axis]);
    for (std::size_t o = 0; o < outer; ++o) {
      std::memcpy(call.outputs[i]->bytes.data() + o * piece, call.inputs[0].data + o * row + begin, piece);
    }
    begin += piece;
  }
}

void slice(const Call& call) {
  const auto& attributes = std::get<ir::SliceAttributes>(call.node.attributes);
  const auto stride = strides_of(call.inputs[0].shape());
  Offsets offsets(stride.size());
  for (std::size_t d = 0; d < stride.size(); ++d) {
    for (std::int64_t o = 0; o < call.outputs[0]->shape[d]; ++o) {
      offsets[d].push_back((attributes.start[d] + o * attributes.step[d]) * stride[d]);
    }
  }
  gather(call, offsets);
}

void transpose(const Call& call) {
  const auto& permutation = std::get<ir::TransposeAttributes>(call.node.attributes).permutation;
  const auto stride = strides_of(call.inputs[0].shape());
  Offsets offsets(stride.size());
  for (std::size_t d = 0; d < stride.size(); ++d) {
    for (std::int64_t o = 0; o < call.outputs[0]->shape[d]; ++o) {
      offsets[d].push_back(o * stride[static_cast<std::size_t>(permutation[d])]);
    }
  }
  gather(call, offsets);
}

void pad(const Call& call) {
  const auto& attributes = std::get<ir::PadAttributes>(call.node.attributes);
  const ir::Shape& shape = call.inputs[0].shape();
  const auto stride = strides_of(shape);
  Offsets offsets(shape.size());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    for (std::int64_t o = 0; o < call.outputs[0]->shape[d]; ++o) {
      const std::int64_t source = padded_source(attributes.mode, o - attributes.begin[d], shape[d]);
      offsets[d].push_back(source == kFilling ? kFilling : source * stride[d]);
    }
  }
  gather(call, offsets, call.has(1) ? call.inputs[1].data : nullptr);
}

void resize(const Call& call) {
  const auto& source = std::get<ir::ResizeAttributes>(call.node.attributes).source;
  const auto stride = strides_of(call.inputs[0].shape());
  Offsets offsets(source.size());
  for (std::size_t d = 0; d < source.size(); ++d) {
    for (const std::int64_t index : source[d]) offsets[d].push_back(index * stride[d]);
  }
  gather(call, offsets);
}

}  // namespace systole::reference
