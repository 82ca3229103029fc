// The data that a network is run on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
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

/// Which inputs are wanted, and where the scenario says so.
struct InputRequest {
  const Inputs& inputs;
  const Provenance& provenance;
  std::string key = "inputs";
  /// Where no number is asked for: as many as there are, but at most this; 1 of random inputs.
  std::uint32_t at_most = std::numeric_limits<std::uint32_t>::max();
  std::string count_key = key + ".count";
  /// The inputs that every inference has files for, in order, where that is more than the network's inputs
  /// (Compiled::fed).
  std::vector<std::string> fed{};
  bool is_used = true;  ///< false: nobody looks at the data, so random inputs stay empty

  /// Where the key stands that has this name in the map; "" is the map itself.
  [[nodiscard]] SourceLocation place(const std::string& name) const;
  [[nodiscard]] SourceLocation place_of_count() const;
};

/// Reads or makes the inputs and holds them against the network: a wrong type or shape is an issue that names
/// the one that is expected and the one that was found.
std::optional<InputSet> read_inputs(const InputRequest& request, const ir::Graph& network, Issues& issues);

/// What run_reference() takes: the data of one inference.
std::vector<ir::TensorData> inputs_of(const ir::Graph& network, const InputSet& inputs,
                                      std::uint32_t inference);

/// "float32[1, 1, 8, 8]".
std::string type_text(DType type, const ir::Shape& shape);

}  // namespace systole::app
