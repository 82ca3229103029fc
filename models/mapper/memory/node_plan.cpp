#include "models/mapper/memory/node_plan.h"

#include <algorithm>

#include "hw/base/units.h"
#include "models/mapper/tiling/pack.h"
#include "models/mapper/tiling/share.h"

namespace systole::mapper {

namespace {

std::int64_t align(std::int64_t value, std::int64_t step) {
  return static_cast<std::int64_t>(
      round_up(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(step)));
}

/// Sizes and numbers of the staging buffers that the steps need.
void set_buffers(const HwGraph& hw, const Homes& homes, std::int64_t most, std::int64_t alignment,
                 NodePlan& node) {
  struct Need {
    std::int64_t bytes = 0;
    std::int64_t changes = 0;
    const Region* last = nullptr;
  };
  std::vector<Need> needs;
  for (const Step& step : node.steps) {
    for (const Operand& operand : step.operands) {
      if (in_place(hw, homes, operand)) continue;
      if (operand.slot >= needs.size()) needs.resize(operand.slot + 1);
      Need& need = needs[operand.slot];
      need.bytes = std::max(need.bytes, align(staged_bytes(hw, operand), alignment));
      if (need.last == nullptr || !(*need.last == operand.region)) ++need.changes;
      need.last = &operand.region;
    }
  }
  for (std::uint32_t slot = 0; slot < needs.size(); ++slot) {
    if (needs[slot].changes == 0) continue;
    const auto copies = static_cast<std::size_t>(std::min(most, needs[slot].changes));
    node.buffers.push_back({slot, needs[slot].bytes, std::vector<std::uint64_t>(copies)});
    node.staging_bytes += needs[slot].bytes * static_cast<std::int64_t>(copies);
  }
}

/// A copy between two places in DRAM goes through a buffer, box by box.
std::optional<NodePlan> plan_copy(const HwGraph& hw, const CopyOp& copy, const Homes& homes,
                                  const Budget& budget, std::int64_t alignment) {
  NodePlan node;
  if (is_direct(hw, homes, copy)) return node;
  const auto size = static_cast<std::int64_t>(size_of(hw.value(copy.src).type));
  BoxTile box{copy.extent};
  for (;;) {
    const std::int64_t bytes = align(ir::elements_of(box.extent) * size, alignment);
    const std::int64_t copies = budget.ping_pong && box.extent != copy.extent ? 2 : 1;
    if (bytes * copies <= budget.bytes) {
      node.copy_box = box;
      node.buffers = {{0, bytes, std::vector<std::uint64_t>(static_cast<std::size_t>(copies))}};
      node.staging_bytes = bytes * copies;
      return node;
    }
    const auto cut = std::find_if(box.extent.begin(), box.extent.end(), [](auto e) { return e > 1; });
    if (cut == box.extent.end()) return std::nullopt;
    *cut = (*cut + 1) / 2;
  }
}

}  // namespace

std::optional<NodePlan> plan_node(HwGraph& hw, const HwOp& op, const Homes& homes, const Budget& budget,
                                  const Capability& capability) {
  const std::int64_t alignment = staging_alignment(capability);
  if (const auto* copy = std::get_if<CopyOp>(&op)) return plan_copy(hw, *copy, homes, budget, alignment);
  const auto tile = choose_tile(hw, op, homes, budget, capability);
  if (!tile) return std::nullopt;
  const auto plan_tile = [&](const Tile& with) -> std::optional<NodePlan> {
    NodePlan node;
    node.tile = with;
    if (const auto* matrix = std::get_if<MatrixOp>(&op); matrix != nullptr && matrix->pack != kNoValue) {
      hw.values[matrix->pack].dims = {
          PackLayout(*matrix, std::get<MatrixTile>(*node.tile), capability).bytes()};
    }
    node.steps = make_steps(hw, op, *node.tile, capability);
    const auto* cut = std::get_if<MatrixTile>(&*node.tile);
    set_buffers(hw, homes, cut != nullptr ? cut->copies : budget.copies(), alignment, node);
    if (node.staging_bytes > budget.bytes) return std::nullopt;
    return node;
  };
  const std::int64_t engines = capability.engines[static_cast<std::size_t>(engine_of(op))];
  if (engines > 1) {
    auto shared = plan_tile(shared_tile(hw, op, homes, *tile, engines, budget.shares_pack, capability));
    if (shared) return shared;  // else one engine does most of it, but it fits
  }
  return plan_tile(*tile);
}

bool is_direct(const HwGraph& hw, const Homes& homes, const CopyOp& copy) {
  return copy.src == kNoValue || homes.has(hw, copy.src) || homes.has(hw, copy.dst);
}

}  // namespace systole::mapper
