// One operation within a budget: its tile, its steps and the staging buffers that they need.
#pragma once

#include <optional>
#include <vector>

#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

/// Staging memory of one operand of an operation: one buffer, or two that alternate.
struct Buffer {
  std::uint32_t slot = 0;
  std::int64_t bytes = 0;
  std::vector<std::uint64_t> addresses;
};

struct NodePlan {
  std::optional<Tile> tile;         ///< none: a copy
  std::vector<Step> steps;          ///< none: a copy
  std::optional<BoxTile> copy_box;  ///< of a copy that goes through SRAM
  std::vector<Buffer> buffers;
  std::int64_t staging_bytes = 0;
};

/// nullopt if nothing fits the budget. Sets the size of the operation's pack in `hw`. The buffers have no
/// addresses yet.
std::optional<NodePlan> plan_node(HwGraph& hw, const HwOp& op, const Homes& homes, const Budget& budget,
                                  const Capability& capability);

/// True if a copy needs no staging: one of its ends is in SRAM.
bool is_direct(const HwGraph& hw, const Homes& homes, const CopyOp& copy);

}  // namespace systole::mapper
