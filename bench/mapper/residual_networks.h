// The bottleneck networks of "Deep Residual Learning for Image Recognition" (He et al. 2016, table 1) as int8
// graphs, weights all zero: what the mapper's benchmarks map.
#pragma once

#include <array>
#include <cstdint>

#include "models/ir/graph.h"

namespace systole::bench {

/// blocks: bottlenecks per stage: {3, 4, 6, 3} is ResNet-50, {3, 8, 36, 3} ResNet-152.
ir::Graph residual_network(const std::array<int, 4>& blocks, std::int64_t pixels = 224);

}  // namespace systole::bench
