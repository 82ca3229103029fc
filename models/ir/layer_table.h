// What a network asks for as its file has it, layer by layer, before any tool changes it: the figures by
// which papers describe networks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/ir/graph.h"

namespace systole::ir {

struct LayerFigures {
  std::string name;
  std::string op;
  Shape output;  ///< of the first output that is wanted
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
  /// The outputs, if they must stand somewhere. Functions of single elements (activations, normalisation,
  /// conversions) are taken to work in place, and views hold nothing: 0.
  std::int64_t feature_map_elements = 0;
  std::int64_t feature_map_bytes = 0;
};

struct NetworkFigures {
  std::vector<LayerFigures> layers;  ///< in execution order
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
  /// Of the inputs and all layers, without reuse of memory.
  std::int64_t feature_map_elements = 0;
  std::int64_t feature_map_bytes = 0;
};

/// The graph must have no cycle.
NetworkFigures figures_of(const Graph& graph);

}  // namespace systole::ir
