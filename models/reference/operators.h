// One function per operator. Private to models/reference.
#pragma once

#include "models/reference/operands.h"

namespace systole::reference {

void conv(const Call& call);
void qlinear_conv(const Call& call);
void gemm(const Call& call);
void matmul(const Call& call);
void qlinear_matmul(const Call& call);
void quantize_linear(const Call& call);
void dequantize_linear(const Call& call);
void qlinear_add(const Call& call);
void relu(const Call& call);
void clip(const Call& call);
void add(const Call& call);
void max_pool(const Call& call);
void average_pool(const Call& call);  // GlobalAveragePool too
void softmax(const Call& call);
void arg_max(const Call& call);
void top_k(const Call& call);
void copy(const Call& call);  // Flatten and Reshape

}  // namespace systole::reference
