// Descriptors on their way into a graph: with their links, before queues and waits are known.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/abi/descriptor.h"
#include "hw/abi/queues.h"
#include "models/mapper/schedule/footprint.h"

namespace systole::mapper {

struct Operation {
  sgb_descriptor descriptor{};
  EngineKind engine = EngineKind::kDma;
  std::vector<Link> links;
  /// Operations of one step (the transfers and commands of one tile) share a number; they ascend.
  std::uint32_t step = 0;
  bool is_load = false;  ///< may go ahead of the step before
};

/// A place in memory: an address, or a symbol and an offset.
struct Location {
  static constexpr std::uint32_t kAbsolute = 0xffffffffU;
  std::uint32_t symbol = kAbsolute;
  std::uint64_t offset = 0;  ///< or the address
  [[nodiscard]] bool in_dram() const { return symbol != kAbsolute; }
  [[nodiscard]] Location plus(std::int64_t bytes) const {
    return {symbol, offset + static_cast<std::uint64_t>(bytes)};
  }
};

}  // namespace systole::mapper
