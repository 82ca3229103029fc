// Which nodes compute in 8 bits, and which tensors share a scale. Private to models/quantise.
#pragma once

#include <vector>

#include "models/ir/graph.h"
#include "models/quantise/quantise.h"

namespace systole::quantise {

/// How a node is written in 8 bits.
enum class Form : std::uint8_t {
  kFloat,    ///< not at all
  kProduct,  ///< Conv, Gemm, MatMul with constant weights: QLinearConv, QGemm, QLinearMatMul
  kMatMul,   ///< of two computed operands
  kBinary,   ///< QLinearAdd, QLinearMul; one operand may be constant
  kKeep,     ///< the same operator on integers, scale kept: MaxPool, Relu, Concat, ...
  kRescale,  ///< QLinear form with a scale of its own for the result: pooling by averages, Sigmoid, LeakyRelu
  kIndex,    ///< reads integers, gives indices: ArgMax
};

struct Plan {
  std::vector<Form> form;    ///< by NodeIndex
  std::vector<float> scale;  ///< by TensorId: of its int8 form; 0 if it has none

  [[nodiscard]] bool is_int8(ir::TensorId id) const { return scale[id] != 0.0F; }
};

/// Products are always written in 8 bits; what follows or joins them as far as there is a form; the rest
/// stays in float.
Plan make_plan(const ir::Graph& graph, const Ranges& ranges, const Options& options);

/// Positions of a node's operands that are feature maps (scales, shapes, bounds and weights are not).
std::vector<std::size_t> data_operands(const ir::Graph& graph, const ir::Node& node, Form form);

}  // namespace systole::quantise
