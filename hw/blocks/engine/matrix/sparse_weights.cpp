#include "hw/blocks/engine/matrix/sparse_weights.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "hw/numerics/formats/packed.h"

namespace systole::engine::matrix {

namespace {

std::uint32_t index_at(const std::byte* row, std::size_t column, std::uint32_t bits) {
  std::uint32_t value = 0;
  for (std::uint32_t i = 0; i < bits; ++i) {
    const std::size_t at = column * bits + i;
    value |= (std::to_integer<std::uint32_t>(row[at / 8]) >> (at % 8) & 1U) << i;
  }
  return value;
}

bool is_zero(const std::byte* element, std::size_t size) {
  std::array<std::byte, 4> bytes{};
  std::memcpy(bytes.data(), element, size);
  float value = 0;
  if (size == sizeof value) {  // -0 is a zero too
    std::memcpy(&value, bytes.data(), sizeof value);
    return value == 0.0F;
  }
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

template <typename T>
void gather(std::span<const std::uint32_t> table, const std::byte* from, std::size_t row, std::size_t rows,
            std::byte* to) {
  for (std::size_t r = 0; r < rows; ++r, from += row * sizeof(T)) {
    for (const std::uint32_t k : table) {
      std::memcpy(to, from + std::size_t{k} * sizeof(T), sizeof(T));
      to += sizeof(T);
    }
  }
}

}  // namespace

bool is_sound(const Operation& op, std::span<const std::uint32_t> table) {
  if (table.size() != op.kept || table.back() >= op.k) return false;
  return std::adjacent_find(table.begin(), table.end(), std::greater_equal<>()) == table.end();
}

std::vector<std::uint32_t> spread_table(const Operation& op, Range positions) {
  std::vector<std::uint32_t> table;
  table.reserve(positions.size());
  for (std::uint64_t i = positions.begin; i < positions.end; ++i) {
    table.push_back(static_cast<std::uint32_t>(i * op.k / op.kept));
  }
  return table;
}

Range positions_of(const Operation& op, Range rows) {
  if (!op.is_sparse()) return rows;
  const std::uint32_t n = op.d.sparse_n;
  const std::uint32_t m = op.d.sparse_m;
  return {rows.begin / n * m, std::min(((rows.end - 1) / n + 1) * m, op.kept)};
}

bool expand_tile(const Operation& op, const std::byte* packed, std::size_t columns, std::byte* to,
                 std::size_t row) {
  const std::size_t size = size_of(op.b_type);
  const std::uint64_t value_row = op.b_row_bytes(columns);
  const std::byte* index_row = packed + value_row * op.b_rows;
  for (std::uint32_t k = 0; k < op.kept; ++k) std::memset(to + k * row * size, 0, columns * size);
  std::vector<std::byte> values(columns * size);
  for (std::uint32_t r = 0; r < op.b_rows; ++r, index_row += op.index_row_bytes(columns)) {
    const std::uint32_t first = r / op.d.sparse_n * op.d.sparse_m;
    const std::uint32_t length = std::min<std::uint32_t>(op.d.sparse_m, op.kept - first);
    numerics::unpack_row(op.b_format, packed + r * value_row, columns, values.data());
    for (std::size_t column = 0; column < columns; ++column) {
      const std::uint32_t index = index_at(index_row, column, op.index_bits());
      if (index >= length) return false;
      const std::byte* const value = values.data() + column * size;
      if (is_zero(value, size)) continue;  // an empty place
      std::byte* const element = to + ((first + index) * row + column) * size;
      if (!is_zero(element, size)) return false;
      std::memcpy(element, value, size);
    }
  }
  return true;
}

void gather_columns(const Operation& op, std::span<const std::uint32_t> table, const std::byte* from,
                    std::size_t row, std::size_t rows, std::byte* to) {
  switch (op.element_bytes) {
    case 1:
      return gather<std::uint8_t>(table, from, row, rows, to);
    case 2:
      return gather<std::uint16_t>(table, from, row, rows, to);
    default:
      return gather<std::uint32_t>(table, from, row, rows, to);
  }
}

}  // namespace systole::engine::matrix
