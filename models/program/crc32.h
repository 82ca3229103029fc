// CRC-32 as in IEEE 802.3 (reflected, polynomial 0xEDB88320): the checksum of .sgb files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace systole {

/// The checksum of `bytes`; to go on with a longer message, pass the checksum so far as `before`.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace systole
