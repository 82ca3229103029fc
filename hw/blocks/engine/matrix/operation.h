// A matrix command, decoded and checked: what the rest of the engine may rely on.
#pragma once

#include <cstdint>
#include <variant>

#include "hw/abi/descriptor.h"
#include "hw/base/dtype.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/config/soc_config.h"

namespace systole::engine::matrix {

/// The window matrix of one chunk (pixels x K) is bounded, so that the line buffer's expansion stays finite.
inline constexpr std::uint64_t kMaxWindowBytes = std::uint64_t{1} << 30U;

/// Every extent is at least 1, every product below fits, types agree.
struct Operation {
  sgb_matrix d{};  ///< the fields as they came
  DType a_type = DType::kInt8;
  DType b_type = DType::kInt8;
  DType out_type = DType::kInt8;
  std::uint32_t element_bytes = 1;  ///< of A and B: 1 or 4
  std::uint32_t out_bytes = 1;      ///< of an element of the result
  std::uint32_t k = 1;              ///< kernel_h * kernel_w * in_c
  std::uint32_t pixels = 1;         ///< out_h * out_w
  std::uint32_t chunk_pixels = 1;   ///< output pixels that the accumulators hold per column

  [[nodiscard]] bool is_float() const { return a_type == DType::kFloat32; }
  [[nodiscard]] bool keeps() const { return (d.flags & SGB_MATRIX_KEEP) != 0; }
  [[nodiscard]] bool continues() const { return (d.flags & SGB_MATRIX_CONTINUE) != 0; }
  [[nodiscard]] bool has_residual() const { return d.residual != 0; }
  /// int8/uint8 results of a command that stores: the ones that the epilogue rescales and clips.
  [[nodiscard]] bool requantises() const { return !keeps() && out_bytes == 1; }
};

/// Output pixels per column that `config`'s accumulators hold, at least 1.
[[nodiscard]] std::uint32_t accumulator_pixels(const MatrixConfig& config);

/// SGB_ERROR_BAD_OPCODE, _BAD_FIELD (a field out of range, or fields that disagree) or _UNSUPPORTED (an array
/// of the other format; KEEP or CONTINUE of more pixels x columns than the accumulators hold).
[[nodiscard]] std::variant<Operation, ErrorCode> decode(const sgb_descriptor& descriptor,
                                                        const MatrixConfig& config);

}  // namespace systole::engine::matrix
