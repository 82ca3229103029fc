// How many engines of each kind a SoC has, in the form that queues_of() takes.
#pragma once

#include <array>

#include "hw/abi/queues.h"
#include "hw/config/soc_config.h"

namespace systole {

inline std::array<unsigned, kEngineKinds.size()> engine_counts(const SocConfig& config) {
  std::array<unsigned, kEngineKinds.size()> counts{};
  counts[static_cast<std::size_t>(EngineKind::kDma)] = config.dma.engines;
  counts[static_cast<std::size_t>(EngineKind::kMatrix)] = config.matrix.count;
  counts[static_cast<std::size_t>(EngineKind::kVector)] = config.vector.count;
  counts[static_cast<std::size_t>(EngineKind::kSort)] = config.sort.count;
  return counts;
}

}  // namespace systole
