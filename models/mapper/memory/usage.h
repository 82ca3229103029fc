// Who uses which value when.
#pragma once

#include <vector>

#include "models/mapper/hw_graph.h"
#include "models/mapper/memory/allocator.h"

namespace systole::mapper {

/// Uses of a root value, by position in the node order; views count for their root.
struct Usage {
  std::vector<std::int64_t> readers;  ///< ascending, each once
  std::vector<std::int64_t> writers;
  std::size_t reads = 0;  ///< as operands: an operation may read a value twice; all stripes count as one
  [[nodiscard]] bool used() const { return !readers.empty() || !writers.empty(); }
};

std::vector<Usage> usage_of(const HwGraph& hw);

/// When the value must stand in SRAM if it has its home there.
Lifetime lifetime_of(const HwGraph& hw, const Usage& usage, ValueId root, bool ping_pong);

/// True if keeping the value in SRAM saves traffic: activations, network inputs that are several operands,
/// network outputs with readers, constants that several stripes use.
bool wants_home(const HwGraph& hw, const Usage& usage, ValueId root);

}  // namespace systole::mapper
