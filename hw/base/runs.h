// Equal runs of bytes at an even distance.
#pragma once

#include <cstdint>

namespace systole {

/// Whether runs of `bytes` at address, address + stride, address + 2 stride, ... (modulo 2^64) each lie
/// within one block of `block` > 0 bytes, blocks beginning at multiples of it. May say no where it is true:
/// it looks at the largest part of a block (block / 2^i) that divides the stride, in which all runs stand
/// alike.
constexpr bool runs_lie_in_blocks(std::uint64_t address, std::uint64_t bytes, std::uint64_t stride,
                                  std::uint64_t block) {
  std::uint64_t part = block;
  while (part > 1 && stride % part != 0) part /= 2;
  // Halves of an odd number are no parts of it.
  return block % part == 0 && stride % part == 0 && address % part + bytes <= part;
}

}  // namespace systole
