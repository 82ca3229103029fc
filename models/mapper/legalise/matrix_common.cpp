#include "models/mapper/legalise/matrix_common.h"

#include <algorithm>
#include <bit>

namespace systole::mapper {

namespace {

/// What the array multiplies, in words.
std::string multiplied_by(const timing::Multiplier& array) {
  std::string formats = is_float(array.format) || array.format == array.weight_format
                            ? std::string(name_of(array.format))
                            : std::string(name_of(array.format)) + " by weights of " +
                                  std::string(name_of(array.weight_format));
  switch (array.arithmetic) {
    case MatrixArithmetic::kBitSerial:
      return formats + " at most, bit by bit";
    case MatrixArithmetic::kXnorPopcount:
      return "binary by binary";
    case MatrixArithmetic::kShiftAdd:
      return std::string(name_of(array.format)) + " by powers of two";
    case MatrixArithmetic::kParallel:
      break;
  }
  return formats;
}

}  // namespace

bool check_format(Context& context, const ir::Node& node, DType a, DType b) {
  if (!context.has_engine(node, EngineKind::kMatrix)) return false;
  const auto by_type_a = format_of(a);
  const auto by_type_b = format_of(b);
  if (!by_type_a || !by_type_b || is_float(*by_type_a) != is_float(*by_type_b)) {
    context.complain(node, "operands of type " + std::string(name_of(a)) + " and " + std::string(name_of(b)) +
                               " are not supported; float32, or int8, uint8 and int16, are");
    return false;
  }
  const NumberFormat a_format = node.numerics ? node.numerics->a : *by_type_a;
  const NumberFormat b_format = node.numerics ? node.numerics->b : *by_type_b;
  const timing::Multiplier& array = context.capability.multiplier;
  if (timing::array_passes(array, a_format, b_format)) return true;
  if (is_float(a_format) && !is_float(array.format)) {
    context.complain(node, "the operands are float32 but the matrix format is " +
                               std::string(name_of(array.format)) +
                               ": quantise the network or set soc.engines.matrix.format=float32");
  } else if (!is_float(a_format) && is_float(array.format)) {
    context.complain(
        node, "the operands are " + std::string(name_of(a)) + " but the matrix format is " +
                  (array.format == NumberFormat::kFloat32 ? "float32" : std::string(name_of(array.format))) +
                  ": use the float network or set soc.engines.matrix.format=int8");
  } else {
    context.complain(
        node, "the operands are " + std::string(name_of(a_format)) + " and " +
                  std::string(name_of(b_format)) + " but the array multiplies " + multiplied_by(array) +
                  (is_float(a_format) ? ": a right operand that is computed cannot be rounded; set "
                                        "soc.engines.matrix.format=float32"
                                      : ": quantise the network to these formats (workload.quantise), or "
                                        "change soc.engines.matrix.format and weight_format"));
  }
  return false;
}

void set_zero_points(Context& context, const ir::Node& node, MatrixOp& op, std::size_t a_input,
                     std::size_t b_input, std::int64_t columns) {
  op.a_zero = static_cast<std::int32_t>(context.scalar(node, a_input, "the input's zero point", 0));
  if (context.has_input(node, b_input)) {
    for (const double zero : context.constants(node, b_input, "the weights' zero point", columns)) {
      op.b_zero.push_back(static_cast<std::int32_t>(zero));
    }
  } else {
    op.b_zero = {0};
  }
  const bool all_equal =
      std::all_of(op.b_zero.begin(), op.b_zero.end(), [&](auto z) { return z == op.b_zero[0]; });
  if (all_equal) op.b_zero.resize(1);
}

void set_quantisation(Context& context, const ir::Node& node, MatrixOp& op, std::int64_t columns,
                      std::size_t y_input, float alpha) {
  const auto a_scale = alpha * static_cast<float>(context.constants(node, 1, "the input's scale")[0]);
  const std::vector<double> b_scale = context.constants(node, 4, "the weights' scale", columns);
  set_zero_points(context, node, op, 2, 5, columns);
  const auto y_scale = static_cast<float>(context.constants(node, y_input, "the output's scale")[0]);
  op.out_zero = static_cast<std::int32_t>(context.scalar(node, y_input + 1, "the output's zero point", 0));
  for (std::int64_t n = 0; n < columns; ++n) {
    const auto scale = static_cast<float>(b_scale[b_scale.size() == 1 ? 0 : static_cast<std::size_t>(n)]);
    op.scale.push_back((a_scale * scale) / y_scale);
  }
}

void set_bias(Context& context, MatrixOp& op, ir::TensorId id, std::int64_t columns, float times) {
  if (!context.graph.tensor(id).is_constant()) {
    op.bias_value = context.value_of(id);
    return;
  }
  const ir::Tensor& bias = context.tensor(id);
  for (std::int64_t n = 0; n < columns; ++n) {
    const auto i = static_cast<std::size_t>(bias.elements() == 1 ? 0 : n);
    if (bias.type == DType::kInt32) {
      op.bias.push_back(static_cast<std::uint32_t>(bias.as<std::int32_t>()[i]));
    } else {
      const float value = bias.as<float>()[i];
      op.bias.push_back(std::bit_cast<std::uint32_t>(times == 1.0F ? value : times * value));
    }
  }
}

void finish(Context& context, const ir::Node& node, MatrixOp& op) {
  if (op.b_zero.empty()) op.b_zero = {0};
  if (node.numerics) {
    op.a_format = node.numerics->a;
    op.b_format = node.numerics->b;
    op.ordered_sums = node.numerics->saturate;
  }
  op.tile_cols = static_cast<std::int64_t>(context.capability.array.cols);
  if (op.b_data || !op.bias.empty() || !op.scale.empty() || op.b_zero.size() > 1) {
    op.pack = context.constant(node.name + " (weights)", DType::kUInt8, {0}, {});
    context.hw.values[op.pack].is_pack = true;
  }
  context.add(op);
}

}  // namespace systole::mapper
