#include "hw/blocks/engine/vector/elementwise_kernel.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>

#include "hw/numerics/dispatch.h"
#include "hw/numerics/elementwise.h"

namespace systole::engine::vector {

namespace {

using numerics::BinaryOp;

template <typename T>
std::span<const T> view(const std::byte* data, std::size_t begin, std::size_t end) {
  return {reinterpret_cast<const T*>(data) + begin, end - begin};
}
template <typename T>
std::span<T> view(std::byte* data, std::size_t begin, std::size_t end) {
  return {reinterpret_cast<T*>(data) + begin, end - begin};
}

// Calls f(first, last, b_first, b_last) for the parts of [begin, end) over which b runs without a wrap. A
// scalar b is one part.
template <typename F>
void for_each_part(std::size_t begin, std::size_t end, std::size_t b_count, F&& f) {
  if (b_count == 1) return f(begin, end, 0, 1);
  while (begin < end) {
    const std::size_t at = begin % b_count;
    const std::size_t count = std::min(end - begin, b_count - at);
    f(begin, begin + count, at, at + count);
    begin += count;
  }
}

BinaryOp kind_of(std::uint8_t op) {
  switch (op) {
    case SGB_VECTOR_SUB:
      return BinaryOp::kSub;
    case SGB_VECTOR_MUL:
      return BinaryOp::kMul;
    case SGB_VECTOR_DIV:
      return BinaryOp::kDiv;
    default:
      return BinaryOp::kAdd;
  }
}

void clip_result(const Operation& op, std::span<float> out) {
  if ((op.d.flags & SGB_VECTOR_CLIP_RESULT) == 0) return;
  numerics::clip<float>(out, op.d.clip_min_f, op.d.clip_max_f, out);
}

void binary(const Operation& op, const ElementwiseBuffers& x, std::size_t begin, std::size_t end) {
  const BinaryOp kind = kind_of(op.d.op);
  for_each_part(
      begin, end, op.d.b_count, [&](std::size_t i, std::size_t j, std::size_t b_i, std::size_t b_j) {
        if (op.in_type == DType::kFloat32) {
          const std::span<float> out = view<float>(x.out, i, j);
          numerics::binary(kind, view<float>(x.a, i, j), view<float>(x.b, b_i, b_j), out, op.swapped());
          return clip_result(op, out);
        }
        numerics::visit_quantised(op.in_type, [&](auto in_tag) {
          numerics::visit_quantised(op.out_type, [&](auto out_tag) {
            using In = typename decltype(in_tag)::type;
            using Out = typename decltype(out_tag)::type;
            numerics::binary_quantised<In, In, Out>(kind, view<In>(x.a, i, j), {op.d.a_scale, op.d.a_zero},
                                                    view<In>(x.b, b_i, b_j), {op.d.b_scale, op.d.b_zero},
                                                    view<Out>(x.out, i, j), {op.d.out_scale, op.d.out_zero},
                                                    op.d.clip_min, op.d.clip_max, op.swapped());
          });
        });
      });
}

// The bounds of integer results are int32 fields; those beyond the type cannot be reached.
template <typename T>
T bound(std::int32_t integer, float real) {
  if constexpr (std::is_floating_point_v<T>) {
    return real;
  } else {
    return numerics::saturate<T>(integer);
  }
}

void clip(const Operation& op, const ElementwiseBuffers& x, std::size_t begin, std::size_t end) {
  numerics::visit_type(op.in_type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    numerics::clip<T>(view<T>(x.a, begin, end), bound<T>(op.d.clip_min, op.d.clip_min_f),
                      bound<T>(op.d.clip_max, op.d.clip_max_f), view<T>(x.out, begin, end));
  });
}

void look_up(const Operation& op, const ElementwiseBuffers& x, std::size_t begin, std::size_t end) {
  numerics::visit_byte(op.in_type, [&](auto in_tag) {
    numerics::visit_type(op.out_type, [&](auto out_tag) {
      using In = typename decltype(in_tag)::type;
      using Out = typename decltype(out_tag)::type;
      numerics::table_lookup<In, Out>(view<In>(x.a, begin, end), view<Out>(x.table, 0, 256),
                                      view<Out>(x.out, begin, end));
    });
  });
}

// Scale and zero point of element i.
template <typename T>
numerics::QuantParams params_of(const Operation& op, const ElementwiseBuffers& x, std::size_t i) {
  const std::size_t channel = i / op.d.inner % op.d.axis;
  return {reinterpret_cast<const float*>(x.b)[channel],
          x.table == nullptr ? 0 : static_cast<std::int32_t>(reinterpret_cast<const T*>(x.table)[channel])};
}

void quantise(const Operation& op, const ElementwiseBuffers& x, std::size_t begin, std::size_t end) {
  numerics::visit_quantised(op.out_type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::span<const float> a = view<float>(x.a, begin, end);
    const std::span<T> out = view<T>(x.out, begin, end);
    if (!op.per_axis()) return numerics::quantize<T>(a, {op.d.out_scale, op.d.out_zero}, out);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const numerics::QuantParams params = params_of<T>(op, x, begin + i);
      out[i] = numerics::quantize<T>(a[i], params.scale, params.zero);
    }
  });
}

template <typename T>
void dequantise_as(const Operation& op, const ElementwiseBuffers& x, std::size_t begin, std::size_t end) {
  const std::span<const T> a = view<T>(x.a, begin, end);
  const std::span<float> out = view<float>(x.out, begin, end);
  if (!op.per_axis()) return numerics::dequantize<T>(a, {op.d.a_scale, op.d.a_zero}, out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const numerics::QuantParams params = params_of<T>(op, x, begin + i);
    out[i] = numerics::dequantize<T>(a[i], params.scale, params.zero);
  }
}

void dequantise(const Operation& op, const ElementwiseBuffers& x, std::size_t begin, std::size_t end) {
  if (op.in_type == DType::kInt32) return dequantise_as<std::int32_t>(op, x, begin, end);
  numerics::visit_quantised(
      op.in_type, [&](auto tag) { dequantise_as<typename decltype(tag)::type>(op, x, begin, end); });
}

void normalize(const Operation& op, const ElementwiseBuffers& x, std::size_t begin, std::size_t end) {
  const std::span<float> out = view<float>(x.out, begin, end);
  numerics::normalize(view<float>(x.a, begin, end), view<float>(x.b, 0, std::size_t{op.d.axis} * 3),
                      op.d.axis, op.d.inner, begin, out);
  clip_result(op, out);
}

// A function of one float.
template <typename F>
void map(const ElementwiseBuffers& x, std::size_t begin, std::size_t end, F&& f) {
  const std::span<const float> a = view<float>(x.a, begin, end);
  const std::span<float> out = view<float>(x.out, begin, end);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(a[i]);
}

}  // namespace

void compute(const Operation& op, const ElementwiseBuffers& buffers, std::size_t begin, std::size_t end) {
  const float alpha = op.d.a_scale;
  const float beta = op.d.b_scale;
  switch (op.lane_op) {
    case timing::LaneOp::kAddFloat:
    case timing::LaneOp::kMulFloat:
    case timing::LaneOp::kAddQuantised:
    case timing::LaneOp::kMulQuantised:
    case timing::LaneOp::kDivFloat:
    case timing::LaneOp::kDivQuantised:
      return binary(op, buffers, begin, end);
    case timing::LaneOp::kClip:
      return clip(op, buffers, begin, end);
    case timing::LaneOp::kTable:
      return look_up(op, buffers, begin, end);
    case timing::LaneOp::kQuantise:
      return quantise(op, buffers, begin, end);
    case timing::LaneOp::kDequantise:
      return dequantise(op, buffers, begin, end);
    case timing::LaneOp::kNormalise:
      return normalize(op, buffers, begin, end);
    case timing::LaneOp::kLeakyRelu:
      return map(buffers, begin, end, [&](float x) { return numerics::leaky_relu(x, alpha); });
    case timing::LaneOp::kSigmoid:
      return map(buffers, begin, end, [](float x) { return numerics::sigmoid(x); });
    case timing::LaneOp::kTanh:
      return map(buffers, begin, end, [](float x) { return std::tanh(x); });
    case timing::LaneOp::kHardSigmoid:
      return map(buffers, begin, end, [&](float x) { return numerics::hard_sigmoid(x, alpha, beta); });
    case timing::LaneOp::kHardSwish:
      return map(buffers, begin, end, [&](float x) { return numerics::hard_swish(x, alpha, beta); });
  }
}

}  // namespace systole::engine::vector
