// Post-training quantisation: a float network becomes an int8 one.
//
// Symmetric: every zero point is 0. Weights have one scale per output channel or per tensor, from their
// largest magnitude; feature maps one scale per tensor, from the largest magnitude seen in calibration;
// biases are int32 with scale x_scale x w_scale, so that they go into the accumulator. Operands that an
// operator brings together share the largest of their scales: both of an Add, all of a Concat. What only
// picks or moves elements (MaxPool, Relu, Clip, Reshape, ...) keeps the scale. The result is an ordinary
// network of QLinear operators with the inputs and outputs of the float one; every node keeps its name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/quantise/calibrate.h"
#include "models/quantise/options.h"

namespace systole::quantise {

/// What became of the network's nodes.
struct Report {
  std::vector<std::string> int8_nodes;   ///< computed in 8 bits, in order of execution
  std::vector<std::string> float_nodes;  ///< between Dequantize- and QuantizeLinear
  std::uint64_t conversions = 0;         ///< QuantizeLinear and DequantizeLinear nodes that were put in
  std::uint64_t weights = 0;             ///< int8 parameters (biases apart)
};

/// True if a Conv, Gemm or MatMul of the network multiplies floats.
bool is_float_network(const ir::Graph& graph);

/// Quantises a network that import_onnx() made and fold_batch_norms() has passed. `ranges` is of the same
/// graph; empty: every scale is 1 and no parameter is read, which gives a network of the same form and the
/// same cycles, for runs without data. Issues: a parameter that is not finite. With issues the graph must not
/// be used.
ir::Graph quantise_network(const ir::Graph& graph, const Ranges& ranges, const Options& options,
                           Issues& issues, Report* report = nullptr);

}  // namespace systole::quantise
