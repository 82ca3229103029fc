// What convolutions and matrix products share.
#pragma once

#include "models/mapper/legalise/context.h"

namespace systole::mapper {

/// The array computes in one format; the operands must have it. Complains otherwise.
bool check_format(Context& context, const ir::Node& node, DType a, DType b);

/// Scales and zero points of a QLinear operator: x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero.
/// y_input: position of y_scale, which y_zero follows. alpha: another factor of the sums.
void set_quantisation(Context& context, const ir::Node& node, MatrixOp& op, std::int64_t columns,
                      std::size_t y_input = 6, float alpha = 1.0F);

/// Zero points of ConvInteger and MatMulInteger, whose results are the int32 sums.
void set_zero_points(Context& context, const ir::Node& node, MatrixOp& op, std::size_t a_input,
                     std::size_t b_input, std::int64_t columns);

/// A constant bias, or the value of a computed one. times: factor of a constant float bias (Gemm's beta).
void set_bias(Context& context, MatrixOp& op, ir::TensorId id, std::int64_t columns, float times = 1.0F);

/// The last step: a value for the constants of the operation, which packing fills; adds the operation.
void finish(Context& context, const ir::Node& node, MatrixOp& op);

}  // namespace systole::mapper
