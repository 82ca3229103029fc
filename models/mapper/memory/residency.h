// Which constants stay in SRAM when not all fit.
#pragma once

#include <vector>

#include "models/mapper/memory/node_plan.h"
#include "models/mapper/memory/usage.h"

namespace systole::mapper {

struct ResidencyInput {
  std::int64_t capacity = 0;       ///< SRAM bytes
  std::int64_t alignment = 1;      ///< of blocks
  std::vector<std::int64_t> live;  ///< by position: bytes of feature maps in SRAM
  std::vector<ValueId> constants;  ///< that are read
};

/// By what it saves to keep them (times loaded per inference, then size), as long as a quarter of the
/// scratchpad, or as much as they need, stays for the other operands of every operation. `nodes`: plans in
/// which no constant is resident.
std::vector<ValueId> choose_resident(const HwGraph& hw, const std::vector<Usage>& usage,
                                     const std::vector<NodePlan>& nodes, const ResidencyInput& input);

}  // namespace systole::mapper
