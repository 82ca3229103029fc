#include "models/mapper/legalise/matrix_common.h"

#include <algorithm>
#include <bit>

namespace systole::mapper {

namespace {

bool is_byte(DType type) { return type == DType::kInt8 || type == DType::kUInt8; }

}  // namespace

bool check_format(Context& context, const ir::Node& node, DType a, DType b) {
  if (!context.has_engine(node, EngineKind::kMatrix)) return false;
  const bool is_float = a == DType::kFloat32 && b == DType::kFloat32;
  if (!is_float && !(is_byte(a) && is_byte(b))) {
    context.complain(node, "operands of type " + std::string(name_of(a)) + " and " + std::string(name_of(b)) +
                               " are not supported; float32, or int8 and uint8, are");
    return false;
  }
  const NumberFormat format = context.capability.array_format;
  if (is_float && format != NumberFormat::kFloat32) {
    context.complain(node, "the operands are float32 but the matrix format is " +
                               std::string(name_of(format)) +
                               ": quantise the network or set soc.engines.matrix.format=float32");
    return false;
  }
  if (!is_float && format == NumberFormat::kFloat32) {
    context.complain(node, "the operands are " + std::string(name_of(a)) +
                               " but the matrix format is float32: use the float network or set "
                               "soc.engines.matrix.format=int8");
    return false;
  }
  return true;
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
  if (op.b_data || !op.bias.empty() || !op.scale.empty() || op.b_zero.size() > 1) {
    op.pack = context.constant(node.name + " (weights)", DType::kUInt8, {0}, {});
    context.hw.values[op.pack].is_pack = true;
  }
  context.add(op);
}

}  // namespace systole::mapper
