// Quantised networks of well-known shapes with random weights: what the benchmarks of whole runs work on.
#pragma once

#include "models/ir/graph.h"

namespace systole::bench {

/// A network in QLinear form: int8, symmetric, one scale per layer, residual sums by QLinearAdd, activations
/// as Relu. Names and shapes as torchvision's; weights are uniform noise from a fixed seed.
ir::Graph resnet50(std::int64_t pixels = 224);
ir::Graph vgg16(std::int64_t pixels = 224);

}  // namespace systole::bench
