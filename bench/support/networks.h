// The project's own networks, in int8: what the benchmarks of mapping and of whole runs work on.
#pragma once

#include <string>

#include "models/ir/graph.h"

namespace systole::bench {

/// scenarios/networks/NAME.onnx, batch normalisations folded, quantised with all scales 1: the form of a
/// calibrated network, and so its program and its cycles. Weights are uniform noise from a fixed seed; all
/// constants stand in memory. Throws std::runtime_error with what went wrong.
ir::Graph network(const std::string& name);

}  // namespace systole::bench
