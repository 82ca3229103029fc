// First stage: from network operators to hardware operations on values in physical order.
#pragma once

#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/mapper/capability.h"
#include "models/mapper/hw_graph.h"

namespace systole::mapper {

/// Everything that the hardware cannot do becomes an issue that names the node; nullopt if there is any.
/// channels_last_io: see MapOptions.
std::optional<HwGraph> legalise(const ir::Graph& graph, const Capability& capability, Issues& issues,
                                bool channels_last_io = false);

}  // namespace systole::mapper
