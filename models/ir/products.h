// The matrix products that a network's convolutions and multiplications are, whatever hardware runs them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/ir/graph.h"

namespace systole::ir {

/// `groups` products activations[m, k] x weights[k, n], all of one shape, each with operands of its own.
struct MatrixProduct {
  std::string name;  ///< the node's
  std::string op;
  std::int64_t m = 1;  ///< convolution: output pixels of all images
  std::int64_t n = 1;  ///< convolution: output channels of one group
  std::int64_t k = 1;  ///< convolution: input channels of one group times the window
  std::int64_t groups = 1;
  /// Groups of a convolution: neighbours may be multiplied as one block-diagonal product.
  bool joinable = false;
  [[nodiscard]] std::int64_t macs() const { return groups * m * n * k; }
};

/// Of Conv, Gemm, MatMul and their integer and QLinear forms, in execution order. The sum of macs() is
/// figures_of(graph).macs. A product of many matrices with one (MatMul with one right side) is one with many
/// rows. Nodes that have nothing to multiply are left out. The graph must have no cycle.
std::vector<MatrixProduct> products_of(const Graph& graph);

}  // namespace systole::ir
