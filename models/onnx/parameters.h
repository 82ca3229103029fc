// Which inputs of a network are parameters that its file does not carry, and what to make up for them.
// Private to models/onnx.
#pragma once

#include <map>
#include <string>

#include "models/ir/synthesis.h"
#include "models/ir/tensor.h"
#include "models/onnx/raw_model.h"

namespace systole::importer {

/// The inputs without a value whose every use is the parameter of a node, directly or through nodes that only
/// rearrange it (Transpose, Reshape, Identity, ...), as constants:
///   weights of Conv and ConvTranspose, Gemm's B, a matrix as MatMul's second operand: normal with He's
///   deviation sqrt(2 / fan-in); int8 and uint8 take their whole range
///   biases (Conv, Gemm's C): float32 normal with deviation 0.01; int32 zero
///   BatchNormalization: scale 1, bias 0, mean 0, variance 1
/// Inputs of unknown shape, and other types, are left as they are. The first operand of a node is never a
/// parameter.
std::map<std::string, ir::Tensor> made_up_parameters(const RawModel& model, const ir::Synthesis& synthesis);

}  // namespace systole::importer
