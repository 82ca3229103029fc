// A sort command, decoded and checked.
#pragma once

#include <cstdint>
#include <variant>

#include "hw/abi/descriptor.h"
#include "hw/base/dtype.h"
#include "hw/blocks/engine/shell/job.h"

namespace systole::engine::sort {

struct Operation {
  sgb_sort d{};  ///< the fields as they came, but k = axis for SGB_SORT_FULL; extents and products are sound
  DType type = DType::kFloat32;

  [[nodiscard]] std::uint32_t element_bytes() const { return static_cast<std::uint32_t>(size_of(type)); }
  [[nodiscard]] bool is_pool() const { return d.op == SGB_SORT_MAX_POOL; }
  [[nodiscard]] bool is_arg_max() const { return d.op == SGB_SORT_ARG_MAX; }
  [[nodiscard]] bool smallest() const { return (d.flags & SGB_SORT_SMALLEST) != 0; }
};

/// SGB_ERROR_BAD_OPCODE or _BAD_FIELD.
[[nodiscard]] std::variant<Operation, ErrorCode> decode(const sgb_descriptor& descriptor);

}  // namespace systole::engine::sort
