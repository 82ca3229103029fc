// A vector command, decoded and checked.
#pragma once

#include <cstdint>
#include <variant>

#include "hw/abi/descriptor.h"
#include "hw/base/dtype.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/timing/vector_unit.h"

namespace systole::engine::vector {

/// Shape of the work: which kind of job it is.
enum class Form : std::uint8_t { kElementwise, kAxis, kAveragePool, kWinogradInput, kWinogradOutput };

struct Operation {
  sgb_vector d{};  ///< the fields as they came; extents and products are sound
  Form form = Form::kElementwise;
  timing::LaneOp lane_op = timing::LaneOp::kAddFloat;  ///< of the element-wise form
  DType in_type = DType::kFloat32;
  DType out_type = DType::kFloat32;

  [[nodiscard]] std::uint32_t in_bytes() const { return static_cast<std::uint32_t>(size_of(in_type)); }
  [[nodiscard]] std::uint32_t out_bytes() const { return static_cast<std::uint32_t>(size_of(out_type)); }
  [[nodiscard]] bool per_axis() const { return (d.flags & SGB_VECTOR_PER_AXIS) != 0; }
  /// Whether a second operand is taken element by element.
  [[nodiscard]] bool is_binary() const {
    return d.op == SGB_VECTOR_ADD || d.op == SGB_VECTOR_MUL || d.op == SGB_VECTOR_SUB ||
           d.op == SGB_VECTOR_DIV;
  }
  [[nodiscard]] bool swapped() const { return (d.flags & SGB_VECTOR_SWAPPED) != 0; }
};

/// SGB_ERROR_BAD_OPCODE or _BAD_FIELD.
[[nodiscard]] std::variant<Operation, ErrorCode> decode(const sgb_descriptor& descriptor);

}  // namespace systole::engine::vector
