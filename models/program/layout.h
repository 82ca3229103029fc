// The one layout that encode() writes and decode() accepts: where every section of an .sgb file begins.
#pragma once

#include <bit>
#include <cstdint>

#include "hw/abi/descriptor.h"

namespace systole {

static_assert(std::endian::native == std::endian::little, "the ABI structs are copied as they are");

/// Descriptors and data start at multiples of this: a descriptor then lies in one DRAM burst of 256 bytes.
inline constexpr std::uint64_t kSectionAlign = 256;
/// The tables between them hold 64-bit fields.
inline constexpr std::uint64_t kTableAlign = 8;
/// encode() cuts longer names. Without a limit a small hostile file could name one long string many times
/// over.
inline constexpr std::size_t kMaxNameBytes = 4095;

}  // namespace systole
