// QuantizeLinear, DequantizeLinear and QLinearAdd.
#include "models/reference/broadcast.h"
#include "models/reference/operators.h"
#include "models/reference/quantise.h"

namespace systole::reference {
namespace {

// The channel of element i: its index along the attribute's axis.
struct Channel {
  explicit Channel(const Call& call) {
    const ir::Shape& shape = call.inputs[0].shape();
    const auto axis = static_cast<std::size_t>(std::get<ir::AxisAttributes>(call.node.attributes).axis);
    if (axis >= shape.size()) return;  // a scalar
    size = shape[axis];
    for (std::size_t d = axis + 1; d < shape.size(); ++d) inner *= shape[d];
  }
  [[nodiscard]] std::int64_t of(std::int64_t i) const { return (i / inner) % size; }
  std::int64_t size = 1;
  std::int64_t inner = 1;
};

}  // namespace

void quantize_linear(const Call& call) {
  const Channel channel(call);
  const Operand zero = call.has(2) ? call.inputs[2] : Operand{};
  Result& y = *call.outputs[0];
  const auto* x = call.inputs[0].as<float>();
  for (std::int64_t i = 0; i < y.elements(); ++i) {
    const std::int64_t c = channel.of(i);
    put(y, i, quantise(x[i] / float_at(call.inputs[1], c), integer_at(zero, c), y.type));
  }
}

void dequantize_linear(const Call& call) {
  const Channel channel(call);
  const Operand zero = call.has(2) ? call.inputs[2] : Operand{};
  auto* y = call.outputs[0]->as<float>();
  for (std::int64_t i = 0; i < call.outputs[0]->elements(); ++i) {
    const std::int64_t c = channel.of(i);
    const std::int64_t difference = std::int64_t{integer_at(call.inputs[0], i)} - integer_at(zero, c);
    y[i] = static_cast<float>(difference) * float_at(call.inputs[1], c);
  }
}

void qlinear_add(const Call& call) {
  Result& y = *call.outputs[0];
  const Operand zero = call.has(7) ? call.inputs[7] : Operand{};
  BroadcastWalk a_walk(call.inputs[0].shape(), y.shape);
  BroadcastWalk b_walk(call.inputs[3].shape(), y.shape);
  const auto real = [&](std::size_t first, std::int64_t i) {
    const std::int32_t difference = integer_at(call.inputs[first], i) - integer_at(call.inputs[first + 2], 0);
    return static_cast<float>(difference) * float_at(call.inputs[first + 1], 0);
  };
  const float scale = float_at(call.inputs[6], 0);
  for (std::int64_t i = 0; i < y.elements(); ++i, a_walk.next(), b_walk.next()) {
    const float sum = real(0, a_walk.offset()) + real(3, b_walk.offset());
    put(y, i, quantise(sum / scale, integer_at(zero, 0), y.type));
  }
}

}  // namespace systole::reference
