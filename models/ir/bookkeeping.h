// Exact counts of what a network costs, whatever hardware runs it: `systole map --table`.
#pragma once

#include <cstdint>

#include "models/ir/graph.h"

namespace systole::ir {

/// Operations of one node by kind. Windows are counted in full, padding included, as the array performs them.
struct Operations {
  std::int64_t macs = 0;             ///< multiply-accumulates of Conv, Gemm, MatMul and their QLinear forms
  std::int64_t additions = 0;        ///< bias, Add, sums of pooling and softmax
  std::int64_t multiplications = 0;  ///< scaling: requantisation, dequantisation, alpha and beta
  std::int64_t divisions = 0;        ///< averages, softmax, quantisation
  std::int64_t comparisons = 0;      ///< clipping, max pooling, arg-max, selection of the k largest
  std::int64_t exponentials = 0;     ///< softmax
  std::int64_t conversions = 0;      ///< between integers and floats
  bool operator==(const Operations&) const = default;
};

struct NodeCost {
  Operations operations;
  /// Elements of the constant operands: weights, bias, constant addends. Scales, zero points, clip bounds and
  /// shapes are not parameters.
  std::int64_t parameters = 0;
  std::int64_t input_bytes = 0;   ///< of the operands that are computed or fed, each once
  std::int64_t output_bytes = 0;  ///< of the outputs that somebody wants
  bool operator==(const NodeCost&) const = default;
};

NodeCost cost_of(const Graph& graph, NodeIndex index);

/// Bytes of the tensor on an edge, whether it is constant or not.
std::int64_t edge_bytes(const Graph& graph, TensorId tensor);

}  // namespace systole::ir
