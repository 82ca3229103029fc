// Networks through the whole simulated SoC, many in one test program.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "hw/base/number_format.h"
#include "models/ir/graph.h"
#include "models/ir/tensor.h"

namespace systole::conformance {

/// The format that the array must have for this network: fp32 if a convolution or matrix product is
/// of floats, else int8.
NumberFormat array_format_of(const ir::Graph& graph);

/// Maps the network onto a SoC with the array's format and otherwise default settings, and runs one inference
/// with the inference firmware in a child process, because SystemC's kernel cannot be restarted. One tensor
/// per network output; nullopt and `why` if the network cannot be mapped or the run does not end well.
std::optional<std::vector<ir::Tensor>> execute_on_soc(const ir::Graph& graph,
                                                      const std::vector<ir::TensorData>& inputs,
                                                      std::string& why);

}  // namespace systole::conformance
