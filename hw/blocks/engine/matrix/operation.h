// A matrix command, decoded and checked: what the rest of the engine may rely on.
#pragma once

#include <bit>
#include <cstdint>
#include <variant>

#include "hw/abi/descriptor.h"
#include "hw/base/dtype.h"
#include "hw/base/number_format.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/config/soc_config.h"
#include "hw/timing/passes.h"
#include "hw/timing/systolic/array_shape.h"

namespace systole::engine::matrix {

/// The window matrix of one chunk (pixels x K) is bounded, so that the line buffer's expansion stays finite.
inline constexpr std::uint64_t kMaxWindowBytes = std::uint64_t{1} << 30U;

/// Every extent is at least 1, every product below fits, types agree.
struct Operation {
  sgb_matrix d{};  ///< the fields as they came
  NumberFormat a_format = NumberFormat::kInt8;
  NumberFormat b_format = NumberFormat::kInt8;
  DType a_type = DType::kInt8;  ///< of A's elements
  DType b_type = DType::kInt8;  ///< of B's elements when unpacked
  DType out_type = DType::kInt8;
  std::uint32_t element_bytes = 1;  ///< of an element of A
  std::uint32_t out_bytes = 1;      ///< of an element of the result
  std::uint32_t k = 1;              ///< kernel_h * kernel_w * in_c
  std::uint32_t kept = 1;           ///< k that take part: all, or those of the table
  std::uint32_t b_rows = 1;         ///< rows of B, and of the array's folds: kept, or compressed to n of m
  std::uint32_t pixels = 1;         ///< out_h * out_w
  std::uint32_t step_pixels = 1;    ///< output pixels of the largest step

  timing::ArrayShape array;  ///< with the passes of these formats
  std::uint64_t spill = 0;   ///< address of the sums that the accumulators do not hold
  MatrixArithmetic arithmetic = MatrixArithmetic::kParallel;
  std::uint32_t accumulator_bits = 32;
  Overflow overflow = Overflow::kWrap;

  [[nodiscard]] bool is_float() const { return a_type == DType::kFloat32; }
  /// Values of A are rounded or saturated on their way into the array.
  [[nodiscard]] bool narrows_a() const { return format_of(a_type) != a_format; }
  /// Sums that 32 bits do not hold.
  [[nodiscard]] bool has_wide_sums() const { return !is_float() && accumulator_bits > 32; }
  /// Bytes of a packed row of B.
  [[nodiscard]] std::uint64_t b_row_bytes(std::uint64_t columns) const {
    return (columns * traits_of(b_format).bits + 7) / 8;
  }
  /// Bytes of a row of N:M indices; 0 if B is not N:M.
  [[nodiscard]] std::uint64_t index_row_bytes(std::uint64_t columns) const {
    return is_sparse() ? (columns * index_bits() + 7) / 8 : 0;
  }
  /// Bytes of a tile of so many columns.
  [[nodiscard]] std::uint64_t b_tile_bytes(std::uint64_t columns) const {
    return (b_row_bytes(columns) + index_row_bytes(columns)) * b_rows;
  }
  /// Bytes of B before the tile whose first column is n: tiles before it are full.
  [[nodiscard]] std::uint64_t b_offset(std::uint64_t n) const {
    return n / d.b_tile_cols * b_tile_bytes(d.b_tile_cols);
  }
  /// Bytes of all of B.
  [[nodiscard]] std::uint64_t b_bytes() const { return b_offset(d.n) + b_tile_bytes(d.n % d.b_tile_cols); }
  [[nodiscard]] bool keeps() const { return (d.flags & SGB_MATRIX_KEEP) != 0; }
  [[nodiscard]] bool continues() const { return (d.flags & SGB_MATRIX_CONTINUE) != 0; }
  [[nodiscard]] bool has_table() const { return d.k_table != 0; }
  [[nodiscard]] bool is_sparse() const { return d.sparse_m != 0; }
  /// Of an index within an N:M group.
  [[nodiscard]] std::uint32_t index_bits() const {
    return static_cast<std::uint32_t>(std::bit_width(d.sparse_m - 1U));
  }
  [[nodiscard]] bool has_residual() const { return d.residual != 0; }
  /// int8/uint8/int16 results of a command that stores: the ones that the epilogue rescales and clips.
  [[nodiscard]] bool requantises() const { return !keeps() && out_bytes < 4; }
};

[[nodiscard]] timing::Multiplier multiplier_of(const MatrixConfig& config);

/// SGB_ERROR_BAD_OPCODE, _BAD_FIELD (a field out of range, or fields that disagree) or _UNSUPPORTED (formats
/// that the array cannot multiply, see timing::array_passes; a sparsity that it does not skip; KEEP or
/// CONTINUE of more pixels x columns than the accumulators hold). The content of tables and indices is not
/// known yet.
[[nodiscard]] std::variant<Operation, ErrorCode> decode(const sgb_descriptor& descriptor,
                                                        const MatrixConfig& config);

}  // namespace systole::engine::matrix
