// One function per operator. Private to models/reference.
#pragma once

#include "models/reference/operands.h"

namespace systole::reference {

void conv(const Call& call);
void qlinear_conv(const Call& call);
void conv_integer(const Call& call);
void gemm(const Call& call);
void qgemm(const Call& call);
void matmul(const Call& call);
void matmul_integer(const Call& call);
void qlinear_matmul(const Call& call);
void quantize_linear(const Call& call);
void dequantize_linear(const Call& call);
void qlinear_binary(const Call& call);  // QLinearAdd and QLinearMul
void qlinear_concat(const Call& call);
void qlinear_average_pool(const Call& call);  // QLinearGlobalAveragePool too
void qlinear_sigmoid(const Call& call);
void qlinear_leaky_relu(const Call& call);
void relu(const Call& call);
void clip(const Call& call);
void arithmetic(const Call& call);  // Add, Sub, Mul, Div
void sigmoid(const Call& call);
void tanh(const Call& call);
void leaky_relu(const Call& call);
void hard_sigmoid(const Call& call);
void hard_swish(const Call& call);
void batch_normalization(const Call& call);
void lrn(const Call& call);
void reduce_mean(const Call& call);
void concat(const Call& call);
void split(const Call& call);
void slice(const Call& call);
void transpose(const Call& call);
void pad(const Call& call);
void resize(const Call& call);
void max_pool(const Call& call);
void average_pool(const Call& call);  // GlobalAveragePool too
void softmax(const Call& call);
void arg_max(const Call& call);
void top_k(const Call& call);
void copy(const Call& call);  // Flatten, Reshape and other views

}  // namespace systole::reference
