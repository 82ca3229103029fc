// The reference executor: runs a network in plain loops. It is the oracle for everything else, so it shares
// no code with the engines but the plain products of matrices (hw/numerics: their sums are defined to the
// bit, and have tests of their own against loops), which would take too long otherwise.
//
// Arithmetic (bit-exact; the engines promise the same):
//   requantise   saturate(round_half_even(float(acc) * m) + zero), m = (a_scale * b_scale[n]) / y_scale, all
//   float float sums   one float accumulator per output, from +0, k ascending in (ky, kx, c) order, every
//   product
//                rounded before it is added; padding takes part as 0; the bias is added after the sum
//   int sums     int32, wrapping
//   averages     float sum over the valid elements in (ky, kx) order / float(count)
//   softmax      e = exp(x - max), summed in ascending order, e / sum
//   Relu, Clip   v < min ? min : v, then v > max ? max : v: NaN stays NaN, -0 stays -0
//   NaN          wins a max pooling; counts as the largest value in ArgMax and TopK; quantises to the zero
//   point
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "models/ir/graph.h"

namespace systole {

struct ReferenceResult {
  std::vector<ir::Tensor> outputs;  ///< in the order of graph.outputs(), with data
  /// Data of every tensor by TensorId, when asked for; otherwise empty.
  std::vector<ir::TensorData> all;
};

namespace reference {
struct Call;
}

/// For those who use the executor as more than an oracle: calibration.
struct ReferenceHooks {
  /// Runs a node in place of the executor's own loops. False: it is left to them.
  std::function<bool(const reference::Call& call)> execute;
  /// Sees every tensor that a node has computed.
  std::function<void(ir::TensorId tensor, const ir::TensorData& data)> observe;
};

/// Runs a graph that import_onnx() made. `inputs`: data for every graph.inputs() in order, of its size in
/// bytes. keep_all keeps every intermediate tensor. Deterministic.
ReferenceResult run_reference(const ir::Graph& graph, std::span<const ir::TensorData> inputs,
                              bool keep_all = false, const ReferenceHooks& hooks = {});

}  // namespace systole
