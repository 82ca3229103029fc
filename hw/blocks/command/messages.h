// What travels between the graph controller and an engine: one command down, one completion up, each one TLM
// write.
#pragma once

#include <cstdint>

#include "hw/abi/descriptor.h"

namespace systole {

/// An engine holds at most this many commands: the one that runs and the next one, whose set-up may overlap.
inline constexpr unsigned kEngineSlots = 2;

struct EngineCommand {
  std::uint32_t index = 0;  ///< of the descriptor in its graph
  std::uint32_t queue = 0;
  sgb_descriptor descriptor{};
};
static_assert(sizeof(EngineCommand) == 8 + SGB_DESCRIPTOR_BYTES);

struct EngineCompletion {
  std::uint32_t index = 0;
  std::uint32_t queue = 0;
  std::uint32_t error = SGB_ERROR_NONE;  ///< SGB_ERROR_*
  std::uint32_t node = SGB_NO_NODE;
  std::uint64_t address = 0;  ///< of the failing transfer, if any
};
static_assert(sizeof(EngineCompletion) == 24);

}  // namespace systole
