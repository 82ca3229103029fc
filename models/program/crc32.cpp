#include "models/program/crc32.h"

#include <array>
#include <cstring>

namespace systole {

namespace {

// [0] is the table of one byte; [i] that of a byte with i bytes of zeros behind it, so that eight bytes are
// looked up at once.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
    tables[0][i] = value;
  }
  for (std::size_t t = 1; t < tables.size(); ++t) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[t - 1][i];
      tables[t][i] = (before >> 8U) ^ tables[0][before & 0xffU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t value = ~before;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);  // little-endian, as the file is
    word ^= value;
    value = 0;
    for (std::size_t b = 0; b < 8; ++b) value ^= kTables[7 - b][(word >> (8 * b)) & 0xffU];
  }
  for (; i < bytes.size(); ++i) {
    value = (value >> 8U) ^ kTables[0][(value ^ std::to_integer<std::uint32_t>(bytes[i])) & 0xffU];
  }
  return ~value;
}

}  // namespace systole
