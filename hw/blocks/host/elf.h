// Reads a firmware: a statically linked 32-bit little-endian RISC-V ELF executable. Pure; safe on hostile
// bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hw/base/issues.h"

namespace systole::host {

/// What is to stand in memory from `address` on: `bytes`, then zeros up to memory_size (>= bytes.size()).
struct ElfSegment {
  std::uint32_t address = 0;
  std::span<const std::byte> bytes;  ///< into the file's bytes
  std::uint32_t memory_size = 0;
};

struct ElfImage {
  std::uint32_t entry = 0;
  std::vector<ElfSegment> segments;
};

/// Where the firmware may be loaded.
struct ElfTarget {
  std::uint32_t base = 0;
  std::uint64_t size = 0;
};

/// nullopt and issues (all that can be told) for anything but an executable for RV32 whose segments and entry
/// lie inside `target`. `name` is the file that the issues name. The result refers to `file`.
std::optional<ElfImage> read_elf(std::span<const std::byte> file, const ElfTarget& target,
                                 const std::string& name, Issues& issues);

}  // namespace systole::host
