// Which bytes a descriptor reads and writes: the meaning of hw/abi/descriptor.h as ranges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/abi/descriptor.h"

namespace systole::mapper {

/// Runs of `run` contiguous bytes whose starts differ by multiples of `period` (0 = one run), within
/// [low, high). space: 0 = absolute addresses, else 1 + row of the symbol table.
struct Footprint {
  std::uint32_t space = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t run = 0;
  std::int64_t period = 0;
  bool write = false;

  [[nodiscard]] bool contiguous() const { return period == 0; }
};

/// False only if no byte can be in both.
bool may_overlap(const Footprint& a, const Footprint& b);

/// An address field that the firmware fills in: base of the symbol + addend.
struct Link {
  std::uint32_t field = 0;   ///< byte offset in the descriptor
  std::uint32_t symbol = 0;  ///< row of the symbol table
  std::uint64_t addend = 0;
};

/// The ranges that the descriptor touches; sizes saturate, so that any field values are safe. Fields that are
/// linked lie in their symbol's space.
std::vector<Footprint> footprints(const sgb_descriptor& descriptor, std::span<const Link> links);

}  // namespace systole::mapper
