// Products of dequantised integers whose result nobody quantises. Private to models/quantise.
#pragma once

#include "models/ir/graph.h"

namespace systole::quantise {

/// Writes Conv, Gemm and MatMul of dequantised integers and constant weights whose result is wanted as floats
/// (the last layer of many networks; every layer, where only operands were quantised) as ConvInteger or
/// MatMulInteger -> DequantizeLinear [-> Add of the bias in float]. `count` grows by those that were written.
ir::Graph integer_products(const ir::Graph& graph, std::uint64_t& count);

}  // namespace systole::quantise
