// Activations, arithmetic of two tensors; Flatten, Reshape and other views.
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "models/reference/broadcast.h"
#include "models/reference/operators.h"

namespace systole::reference {
namespace {

// Where there is no bound, one that nothing lies beyond stands in for it: the loop has no branches.
template <typename T>
void clip_to(const Call& call, const T* low, const T* high) {
  using Limits = std::numeric_limits<T>;
  constexpr bool kInfinite = Limits::has_infinity;
  const T least = low != nullptr ? *low : kInfinite ? static_cast<T>(-Limits::infinity()) : Limits::lowest();
  const T most = high != nullptr ? *high : kInfinite ? Limits::infinity() : Limits::max();
  const T* x = call.inputs[0].as<T>();
  T* y = call.outputs[0]->as<T>();
  const std::int64_t count = call.outputs[0]->elements();
  for (std::int64_t i = 0; i < count; ++i) {
    const T raised = x[i] < least ? least : x[i];
    y[i] = raised > most ? most : raised;
  }
}

// Integers wrap; a quotient by 0 is 0.
template <typename T>
T combine(ir::OpKind op, T a, T b) {
  if constexpr (std::is_same_v<T, float>) {
    switch (op) {
      case ir::OpKind::kAdd:
        return a + b;
      case ir::OpKind::kSub:
        return a - b;
      case ir::OpKind::kMul:
        return a * b;
      default:
        return a / b;
    }
  } else {
    const auto x = static_cast<std::uint64_t>(a);  // NOLINT(bugprone-signed-char-misuse): modulo 2^64
    const auto y = static_cast<std::uint64_t>(b);  // NOLINT(bugprone-signed-char-misuse)
    switch (op) {
      case ir::OpKind::kAdd:
        return static_cast<T>(x + y);
      case ir::OpKind::kSub:
        return static_cast<T>(x - y);
      case ir::OpKind::kMul:
        return static_cast<T>(x * y);
      default:
        break;
    }
    if (b == 0) return T{0};
    if (std::is_signed_v<T> && b == static_cast<T>(-1)) return static_cast<T>(std::uint64_t{0} - x);
    return static_cast<T>(a / b);
  }
}

// y = op(a, b) with numpy's broadcasting. `op` is known to the compiler, so that equal shapes become one loop
// of vector instructions.
template <typename T, ir::OpKind op>
void combine_all(const Call& call) {
  Result& result = *call.outputs[0];
  const T* a = call.inputs[0].as<T>();
  const T* b = call.inputs[1].as<T>();
  T* y = result.as<T>();
  const std::int64_t count = result.elements();
  if (call.inputs[0].shape() == call.inputs[1].shape()) {
    for (std::int64_t i = 0; i < count; ++i) y[i] = combine<T>(op, a[i], b[i]);
    return;
  }
  BroadcastWalk a_walk(call.inputs[0].shape(), result.shape);
  BroadcastWalk b_walk(call.inputs[1].shape(), result.shape);
  for (std::int64_t i = 0; i < count; ++i, a_walk.next(), b_walk.next()) {
    y[i] = combine<T>(op, a[a_walk.offset()], b[b_walk.offset()]);
  }
}

template <ir::OpKind op>
void combine_any(const Call& call) {
  with_type(call.outputs[0]->type, [&]<typename T>() { combine_all<T, op>(call); });
}

// y = function(x) of floats.
template <typename Function>
void map_floats(const Call& call, Function function) {
  const auto* x = call.inputs[0].as<float>();
  auto* y = call.outputs[0]->as<float>();
  const std::int64_t count = call.outputs[0]->elements();
  for (std::int64_t i = 0; i < count; ++i) y[i] = function(x[i]);
}

// max(0, min(1, alpha * x + beta)); NaN stays NaN.
float hard_sigmoid_of(float x, float alpha, float beta) {
  const float line = alpha * x + beta;
  const float capped = line > 1.0F ? 1.0F : line;
  return capped < 0.0F ? 0.0F : capped;
}

}  // namespace

void relu(const Call& call) {
  with_type(call.inputs[0].type(), [&]<typename T>() {
    const T zero{0};
    clip_to<T>(call, &zero, nullptr);
  });
}

void clip(const Call& call) {
  with_type(call.inputs[0].type(), [&]<typename T>() {
    clip_to<T>(call, call.has(1) ? call.inputs[1].as<T>() : nullptr,
               call.has(2) ? call.inputs[2].as<T>() : nullptr);
  });
}

void arithmetic(const Call& call) {
  switch (call.node.op) {
    case ir::OpKind::kSub:
      return combine_any<ir::OpKind::kSub>(call);
    case ir::OpKind::kMul:
      return combine_any<ir::OpKind::kMul>(call);
    case ir::OpKind::kDiv:
      return combine_any<ir::OpKind::kDiv>(call);
    default:
      return combine_any<ir::OpKind::kAdd>(call);
  }
}

void sigmoid(const Call& call) {
  map_floats(call, [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
}

void tanh(const Call& call) {
  map_floats(call, [](float x) { return std::tanh(x); });
}

void leaky_relu(const Call& call) {
  const float alpha = std::get<ir::ActivationAttributes>(call.node.attributes).alpha;
  map_floats(call, [=](float x) { return x < 0.0F ? alpha * x : x; });
}

void hard_sigmoid(const Call& call) {
  const auto& attributes = std::get<ir::ActivationAttributes>(call.node.attributes);
  map_floats(call, [&](float x) { return hard_sigmoid_of(x, attributes.alpha, attributes.beta); });
}

void hard_swish(const Call& call) {
  map_floats(call, [](float x) { return x * hard_sigmoid_of(x, 1.0F / 6.0F, 0.5F); });
}

void copy(const Call& call) {
  std::memcpy(call.outputs[0]->bytes.data(), call.inputs[0].data, call.outputs[0]->bytes.size());
}

}  // namespace systole::reference
