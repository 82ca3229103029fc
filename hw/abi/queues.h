// Numbering of the graph controller's engine queues: the one place that the mapper and the SoC agree on.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hw/abi/descriptor.h"

namespace systole {

/// Kinds of engine, in queue order: all DMA engines first, then matrix engines, and so on.
enum class EngineKind : std::uint8_t { kDma, kMatrix, kVector, kSort };
inline constexpr std::array<EngineKind, 4> kEngineKinds{EngineKind::kDma, EngineKind::kMatrix,
                                                        EngineKind::kVector, EngineKind::kSort};

constexpr std::string_view name_of(EngineKind kind) {
  switch (kind) {
    case EngineKind::kDma:
      return "dma";
    case EngineKind::kMatrix:
      return "matrix";
    case EngineKind::kVector:
      return "vector";
    case EngineKind::kSort:
      return "sort";
  }
  return "?";
}

/// The operation that runs on an engine of this kind (beside SGB_OP_NOP, which runs on all).
constexpr std::uint16_t opcode_of(EngineKind kind) {
  switch (kind) {
    case EngineKind::kDma:
      return SGB_OP_DMA;
    case EngineKind::kMatrix:
      return SGB_OP_MATRIX;
    case EngineKind::kVector:
      return SGB_OP_VECTOR;
    case EngineKind::kSort:
      return SGB_OP_SORT;
  }
  return SGB_OP_NOP;
}

struct Queue {
  EngineKind kind;
  unsigned instance;  ///< 0 .. count of that kind - 1
};

/// The queues of a SoC in their order, from the number of engines of each kind (indexed by EngineKind).
inline std::vector<Queue> queues_of(const std::array<unsigned, kEngineKinds.size()>& counts) {
  std::vector<Queue> queues;
  for (const EngineKind kind : kEngineKinds) {
    for (unsigned i = 0; i < counts[static_cast<std::size_t>(kind)]; ++i) queues.push_back({kind, i});
  }
  return queues;
}

/// "dma0", "matrix0": the name in counters, spans and layers.csv. A kind with one engine only: "matrix".
inline std::string name_of(const Queue& queue, unsigned count_of_kind) {
  const std::string kind(name_of(queue.kind));
  return count_of_kind == 1 ? kind : kind + std::to_string(queue.instance);
}

}  // namespace systole
