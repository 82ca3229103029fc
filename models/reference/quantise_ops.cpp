// QuantizeLinear, DequantizeLinear, and the element-wise operators on 8-bit numbers.
#include <array>
#include <cmath>

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

// Of an 8-bit operand, by its bits.
using RealValues = std::array<float, 256>;
using Table = std::array<std::uint8_t, 256>;

// (x - zero) * scale
RealValues real_values(const Operand& x, const Operand& scale, const Operand& zero) {
  RealValues values{};
  for (std::int32_t bits = 0; bits < 256; ++bits) {
    const std::int32_t value = x.type() == DType::kInt8 && bits > 127 ? bits - 256 : bits;
    values[static_cast<std::size_t>(bits)] =
        static_cast<float>(value - integer_at(zero, 0)) * float_at(scale, 0);
  }
  return values;
}

Table table_of(const RealValues& values, float scale, std::int32_t zero, DType type) {
  Table table{};
  for (std::size_t bits = 0; bits < table.size(); ++bits) {
    table[bits] = static_cast<std::uint8_t>(quantise(values[bits] / scale, zero, type));
  }
  return table;
}

// QLinearAdd and QLinearMul of 16-bit numbers, one by one.
void qlinear_binary_of_words(const Call& call) {
  Result& y = *call.outputs[0];
  const std::int32_t zero = call.has(7) ? integer_at(call.inputs[7], 0) : 0;
  BroadcastWalk a_walk(call.inputs[0].shape(), y.shape);
  BroadcastWalk b_walk(call.inputs[3].shape(), y.shape);
  const auto real = [&](std::size_t first, std::int64_t i) {
    const std::int32_t value =
        call.inputs[first].as<std::int16_t>()[i] - integer_at(call.inputs[first + 2], 0);
    return static_cast<float>(value) * float_at(call.inputs[first + 1], 0);
  };
  for (std::int64_t i = 0; i < y.elements(); ++i, a_walk.next(), b_walk.next()) {
    const float a = real(0, a_walk.offset());
    const float b = real(3, b_walk.offset());
    const float result = call.node.op == ir::OpKind::kQLinearMul ? a * b : a + b;
    put(y, i, quantise(result / float_at(call.inputs[6], 0), zero, y.type));
  }
}

// x, x_scale, [x_zero], y_scale, [y_zero]: dequantised, put through `function`, quantised.
template <typename Function>
void qlinear_unary(const Call& call, Function function) {
  const Operand& x = call.inputs[0];
  Result& y = *call.outputs[0];
  RealValues values = real_values(x, call.inputs[1], call.inputs[2]);
  for (float& value : values) value = function(value);
  const Table table =
      table_of(values, float_at(call.inputs[3], 0), call.has(4) ? integer_at(call.inputs[4], 0) : 0, y.type);
  for (std::int64_t i = 0; i < y.elements(); ++i) {
    y.as<std::uint8_t>()[i] = table[x.as<std::uint8_t>()[i]];
  }
}

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

void qlinear_binary(const Call& call) {
  Result& y = *call.outputs[0];
  const bool product = call.node.op == ir::OpKind::kQLinearMul;
  const std::int32_t zero = call.has(7) ? integer_at(call.inputs[7], 0) : 0;
  const float scale = float_at(call.inputs[6], 0);
  if (call.inputs[0].type() == DType::kInt16) return qlinear_binary_of_words(call);
  // What each of the 256 values of an operand stands for.
  const auto a_real = real_values(call.inputs[0], call.inputs[1], call.inputs[2]);
  const auto b_real = real_values(call.inputs[3], call.inputs[4], call.inputs[5]);
  const auto* a = call.inputs[0].as<std::uint8_t>();
  const auto* b = call.inputs[3].as<std::uint8_t>();
  const auto combine = [&](std::uint8_t x, std::uint8_t z) {
    const float left = a_real[x];
    const float right = b_real[z];
    return quantise((product ? left * right : left + right) / scale, zero, y.type);
  };
  if (call.inputs[0].shape() == call.inputs[3].shape()) {
    for (std::int64_t i = 0; i < y.elements(); ++i) put(y, i, combine(a[i], b[i]));
    return;
  }
  BroadcastWalk a_walk(call.inputs[0].shape(), y.shape);
  BroadcastWalk b_walk(call.inputs[3].shape(), y.shape);
  for (std::int64_t i = 0; i < y.elements(); ++i, a_walk.next(), b_walk.next()) {
    put(y, i, combine(a[a_walk.offset()], b[b_walk.offset()]));
  }
}

void qlinear_sigmoid(const Call& call) {
  qlinear_unary(call, [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
}

void qlinear_leaky_relu(const Call& call) {
  const float alpha = std::get<ir::ActivationAttributes>(call.node.attributes).alpha;
  qlinear_unary(call, [=](float x) { return x < 0.0F ? alpha * x : x; });
}

void qlinear_concat(const Call& call) {
  Result& y = *call.outputs[0];
  const std::int64_t axis = std::get<ir::AxisAttributes>(call.node.attributes).axis;
  std::int64_t outer = 1;
  for (std::int64_t d = 0; d < axis; ++d) outer *= y.shape[static_cast<std::size_t>(d)];
  const std::int64_t row = y.elements() / outer;
  std::int64_t begin = 0;
  for (std::size_t i = 2; i + 2 < call.inputs.size(); i += 3) {
    const Operand& x = call.inputs[i];
    const Table table = table_of(real_values(x, call.inputs[i + 1], call.inputs[i + 2]),
                                 float_at(call.inputs[0], 0), integer_at(call.inputs[1], 0), y.type);
    const std::int64_t piece = x.elements() / outer;
    for (std::int64_t o = 0; o < outer; ++o) {
      const std::uint8_t* from = x.as<std::uint8_t>() + o * piece;
      std::uint8_t* to = y.as<std::uint8_t>() + o * row + begin;
      for (std::int64_t k = 0; k < piece; ++k) to[k] = table[from[k]];
    }
    begin += piece;
  }
}

}  // namespace systole::reference
