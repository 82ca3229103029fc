// Relu, Clip, Add; Flatten and Reshape.
#include <cstring>
#include <type_traits>

#include "models/reference/broadcast.h"
#include "models/reference/operators.h"

namespace systole::reference {
namespace {

template <typename T>
void clip_to(const Call& call, const T* low, const T* high) {
  const T* x = call.inputs[0].as<T>();
  T* y = call.outputs[0]->as<T>();
  for (std::int64_t i = 0; i < call.outputs[0]->elements(); ++i) {
    T value = x[i];
    if (low != nullptr && value < *low) value = *low;
    if (high != nullptr && value > *high) value = *high;
    y[i] = value;
  }
}

// Integers wrap.
template <typename T>
T sum_of(T a, T b) {
  if constexpr (std::is_same_v<T, float>) {
    return a + b;
  } else {
    using Unsigned = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<Unsigned>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b)));
  }
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

void add(const Call& call) {
  Result& y = *call.outputs[0];
  BroadcastWalk a_walk(call.inputs[0].shape(), y.shape);
  BroadcastWalk b_walk(call.inputs[1].shape(), y.shape);
  with_type(y.type, [&]<typename T>() {
    const T* a = call.inputs[0].as<T>();
    const T* b = call.inputs[1].as<T>();
    for (std::int64_t i = 0; i < y.elements(); ++i, a_walk.next(), b_walk.next()) {
      y.as<T>()[i] = sum_of<T>(a[a_walk.offset()], b[b_walk.offset()]);
    }
  });
}

void copy(const Call& call) {
  std::memcpy(call.outputs[0]->bytes.data(), call.inputs[0].data, call.outputs[0]->bytes.size());
}

}  // namespace systole::reference
