#include "hw/blocks/engine/matrix/operands.h"

#include <array>
#include <cstring>

#include "hw/blocks/engine/matrix/sparse_weights.h"
#include "hw/numerics/formats/packed.h"

namespace systole::engine::matrix {

namespace {

/// What every int8 becomes, by its bits.
std::array<std::byte, 256> saturation_table(NumberFormat format) {
  std::array<std::byte, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::byte>(numerics::saturate_to(format, static_cast<std::int8_t>(i)));
  }
  return table;
}

}  // namespace

void narrow_activations(const Operation& op, const std::byte* from, std::size_t count, std::byte* to) {
  if (!op.is_float()) {
    const auto table = saturation_table(op.a_format);
    for (std::size_t i = 0; i < count; ++i) to[i] = table[std::to_integer<std::size_t>(from[i])];
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    float value = 0;
    std::memcpy(&value, from + i * sizeof(float), sizeof(float));
    value = numerics::round_to_format(op.a_format, value);
    std::memcpy(to + i * sizeof(float), &value, sizeof(float));
  }
}

bool unpack_weights(const Operation& op, const std::byte* packed, std::size_t columns, std::byte* to,
                    std::size_t row) {
  if (op.is_sparse()) return expand_tile(op, packed, columns, to, row);
  const std::size_t from_step = op.b_row_bytes(columns);
  const std::size_t to_step = row * size_of(op.b_type);
  for (std::size_t k = 0; k < op.b_rows; ++k, packed += from_step, to += to_step) {
    numerics::unpack_row(op.b_format, packed, columns, to);
  }
  return true;
}

}  // namespace systole::engine::matrix
