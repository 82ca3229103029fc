// Where everything stands: which values stay in SRAM, how each operation is tiled, and at which addresses.
#pragma once

#include <optional>
#include <vector>

#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/mapper/mapper.h"
#include "models/mapper/memory/allocator.h"
#include "models/mapper/memory/node_plan.h"

namespace systole::mapper {

struct Placement {
  std::string name;
  Lifetime life;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
};

struct Plan {
  Homes homes;
  std::vector<std::uint64_t> sram_address;  ///< by root, if homes.in_sram
  std::vector<std::uint64_t>
      dram_offset;                    ///< by root: in the workspace (activations) or the data (constants)
  std::vector<bool> used;             ///< by root: some operation reads or writes it
  std::vector<NodePlan> nodes;        ///< as HwGraph::nodes
  std::vector<ValueId> resident;      ///< constants in SRAM
  std::vector<Placement> placements;  ///< by address
  std::int64_t sram_bytes = 0;        ///< from the SRAM's base up to this
  std::int64_t workspace_bytes = 0;
  std::int64_t data_bytes = 0;
};

/// Sets the packs' sizes in `hw`. nullopt and issues (with numbers) if an operation does not fit the
/// scratchpad however it is tiled, or the weights do not fit although they must, or the DRAM is too small.
/// start: homes in an earlier plan; feature maps that had none stay in DRAM.
std::optional<Plan> make_plan(HwGraph& hw, const ir::Graph& graph, const Capability& capability,
                              const MapOptions& options, Issues& issues, const Homes* start = nullptr);

}  // namespace systole::mapper
