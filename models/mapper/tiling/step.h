// One engine command (or a few on the same tile) and the pieces of values that it needs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "hw/abi/descriptor.h"
#include "models/mapper/hw_graph.h"

namespace systole::mapper {

/// A box of a value's elements, by its dims.
struct Region {
  Dims begin;
  Dims extent;
  bool operator==(const Region&) const = default;
};
/// All of a value.
Region whole(const Value& value);

/// How a computed B is brought into the packed form of sgb_matrix: group by group, column tile by column
/// tile.
struct ColumnPack {
  WeightRoles roles;
  std::int64_t groups = 1;  ///< groups in the region
  std::int64_t n = 1;       ///< columns per group
  std::int64_t tile_cols = 16;
};

/// A piece of a value that a step reads or writes.
struct Operand {
  std::uint32_t slot = 0;  ///< which operand of the operation: the same in all its steps
  ValueId value = kNoValue;
  Region region;
  bool write = false;
  /// Order of the dimensions in a staged copy (a list of dims, outermost first); empty = that of the value.
  std::vector<int> order;
  /// The engine takes strides for all dimensions but this one, whose elements must be adjacent. -1 = the
  /// region must lie dense. (-2: no such dimension; any strides do. -3: dense but for the outermost
  /// dimension, which takes any stride.)
  int adjacent = -1;
  std::optional<ColumnPack> pack;
  std::uint8_t stream = SGB_STREAM_INPUT;  ///< on whose account a transfer goes
};
inline constexpr int kDense = -1;
inline constexpr int kAnyStrides = -2;
inline constexpr int kPlanes = -3;

/// Where a step finds an operand: in place or in a staging buffer.
struct Placed {
  std::uint64_t address = 0;  ///< of the region's first element
  Dims strides;               ///< bytes, by the value's dims
};

using Emit = std::function<void(std::span<const Placed>, std::vector<sgb_descriptor>&)>;

/// emit() appends the engine's descriptors; `placed` has one entry per operand, in order.
struct Step {
  std::vector<Operand> operands;
  Emit emit;
};

/// Which values stay in SRAM (by root); everything else is reached through staging buffers.
struct Homes {
  std::vector<bool> in_sram;  ///< by ValueId of the root
  [[nodiscard]] bool has(const HwGraph& hw, ValueId id) const { return in_sram[hw.value(id).root]; }
};

/// True if the engine can use the operand where it is.
bool in_place(const HwGraph& hw, const Homes& homes, const Operand& operand);
/// Bytes of a staged copy.
std::int64_t staged_bytes(const HwGraph& hw, const Operand& operand);
/// Strides of a staged copy, by the value's dims.
Dims staged_strides(const HwGraph& hw, const Operand& operand);

}  // namespace systole::mapper
