// The data that a network is run on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "app/config/scenario.h"
#include "hw/base/issues.h"
#include "models/ir/graph.h"

namespace systole::app {

struct InputSet {
  std::uint32_t inferences = 0;
  /// One per network input: all inferences' data one after another.
  std::vector<std::vector<std::byte>> data;
  /// Classes of the dataset, one per row; empty if it has none. An inference has as many rows as the
  /// network's batch.
  std::vector<std::int64_t> labels;
};

/// Reads or makes the inputs and holds them against the network: a wrong type or shape is an issue that names
/// the one that is expected and the one that was found.
std::optional<InputSet> read_inputs(const Scenario& scenario, const Provenance& provenance,
                                    const ir::Graph& network, Issues& issues);

/// "float32[1, 1, 8, 8]".
std::string type_text(DType type, const ir::Shape& shape);

}  // namespace systole::app
