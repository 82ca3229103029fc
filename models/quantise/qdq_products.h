// Products of dequantised integers whose result nobody quantises. Private to models/quantise.
#pragma once

#include "models/quantise/qdq_match.h"
#include "models/quantise/rewriter.h"

namespace systole::quantise {

/// Writes a match_float_product() as ConvInteger or MatMulInteger -> DequantizeLinear [-> Add of the bias in
/// float].
void emit_float_product(const ir::Graph& graph, const QdqMatch& match, Rewriter& rewriter);

}  // namespace systole::quantise
