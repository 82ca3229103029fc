#include "hw/blocks/engine/sort/operation.h"

#include <optional>

#include "hw/blocks/engine/shell/fields.h"
#include "hw/blocks/engine/shell/pool_rows.h"

namespace systole::engine::sort {

namespace {

constexpr std::uint32_t kIndexBytes = 8;

bool check_axis(const sgb_sort& d) {
  // Values have at most 8 bytes, and indices have 8.
  return product({d.outer, d.axis, d.inner, kIndexBytes}, kMaxOperandBytes).has_value();
}

bool check(Operation& op) {
  sgb_sort& d = op.d;
  switch (d.op) {
    case SGB_SORT_MAX_POOL:
      return d.flags == 0 && decode_pool(d, op.element_bytes()).has_value();
    case SGB_SORT_ARG_MAX:
      return (d.flags & ~(SGB_SORT_LAST_INDEX | SGB_SORT_SMALLEST)) == 0 && check_axis(d);
    case SGB_SORT_TOP_K:
      return (d.flags & ~SGB_SORT_SMALLEST) == 0 && check_axis(d) && d.k >= 1 && d.k <= d.axis;
    case SGB_SORT_FULL:
      d.k = d.axis;
      return (d.flags & ~SGB_SORT_SMALLEST) == 0 && check_axis(d);
    default:
      return false;
  }
}

}  // namespace

std::variant<Operation, ErrorCode> decode(const sgb_descriptor& descriptor) {
  if (descriptor.opcode != SGB_OP_SORT) return SGB_ERROR_BAD_OPCODE;
  Operation op;
  op.d = descriptor.u.sort;
  const std::optional<DType> type = dtype_from_abi(op.d.type);
  if (!type) return SGB_ERROR_BAD_FIELD;
  op.type = *type;
  if (!check(op)) return SGB_ERROR_BAD_FIELD;
  return op;
}

}  // namespace systole::engine::sort
