// Which operators an engine does along with the one before: bias, Relu, Clip.
#pragma once

#include "models/ir/graph.h"
#include "models/mapper/hw_graph.h"

namespace systole::mapper {

struct Fusion {
  std::vector<ir::NodeIndex> absorbed;  ///< in order
  Bounds clip;                          ///< of all absorbed Relu and Clip together
  ir::TensorId bias = ir::kNoTensor;    ///< constant addend of an absorbed Add
  ir::TensorId output = ir::kNoTensor;  ///< what the last of them makes
};

/// The bounds of a Relu or Clip with constant bounds; nullopt for anything else.
std::optional<Bounds> bounds_of(const ir::Graph& graph, const ir::Node& node);
/// x clipped by `first`, then by `then`.
Bounds combine(const Bounds& first, const Bounds& then);

/// What can be absorbed behind `node`: nothing unless it ends in a clip. A tensor is absorbed only if nobody
/// else reads it and it is no network output.
Fusion fuse(const ir::Graph& graph, ir::NodeIndex node);

/// The elements of a constant as doubles; empty for one that is not known.
std::vector<double> constant_values(const ir::Graph& graph, ir::TensorId id);

}  // namespace systole::mapper
