// A list of layers as a network.
#pragma once

#include <span>
#include <string>

#include "hw/base/dtype.h"
#include "models/ir/graph.h"
#include "models/ir/synthesis.h"
#include "models/topology/layers.h"

namespace systole::topology {

struct NetworkOptions {
  DType format = DType::kInt8;  ///< int8, or float32: of activations and weights
  ir::Synthesis synthesis;      ///< of the weights; a GEMM's density thins them further
};

/// Every layer is an operation of its own: one network input ("NAME.input"), made-up weights, one network
/// output ("NAME"). int8: QLinearConv and QLinearMatMul with unit input scales, zero points of 0, and the
/// smallest power of two as the output's scale that keeps sums of K products of uniform activations and
/// normal weights from saturating within three deviations. float32: Conv and MatMul. Of several layers with
/// one name the later ones get a number behind it. The layers must have no problem_of().
ir::Graph network_of(std::span<const Layer> layers, const std::string& name, const NetworkOptions& options);

}  // namespace systole::topology
