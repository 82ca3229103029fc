// What stands in DRAM before the first inference: packed weights, biases, scales, tables.
#pragma once

#include <cstddef>
#include <vector>

#include "models/mapper/capability.h"
#include "models/mapper/memory/plan.h"

namespace systole::mapper {

/// plan.data_bytes bytes, every constant at its place. The graph and its plan must belong together.
std::vector<std::byte> static_data(const HwGraph& hw, const Plan& plan, const Capability& capability);

}  // namespace systole::mapper
