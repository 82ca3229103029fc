// What values a float network's tensors take on typical inputs.
#pragma once

#include <span>
#include <vector>

#include "hw/base/issues.h"
#include "models/ir/graph.h"

namespace systole::quantise {

/// Largest magnitude by TensorId: of network inputs and of all that is computed; 0 for the rest. Empty:
/// unknown.
using Ranges = std::vector<float>;

/// Runs the float network on every set of inputs (each: one value per network input, in order) and keeps the
/// largest magnitudes. Arithmetic is the reference executor's, bit for bit, on any machine. Products run on
/// `threads` threads. Issue: a tensor that becomes infinite or NaN, naming the node.
/// `outputs`: where given, the network's outputs for every set of inputs.
Ranges calibrate(const ir::Graph& graph, std::span<const std::vector<ir::TensorData>> inputs,
                 unsigned threads, Issues& issues, std::vector<std::vector<ir::Tensor>>* outputs = nullptr);

/// The float network's outputs as calibrate() computes them: the fast executor by itself.
std::vector<ir::Tensor> run_float(const ir::Graph& graph, std::span<const ir::TensorData> inputs,
                                  unsigned threads);

}  // namespace systole::quantise
