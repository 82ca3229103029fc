#include "hw/blocks/engine/matrix/operation.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "hw/blocks/engine/matrix/array.h"
#include "hw/blocks/engine/shell/fields.h"

namespace systole::engine::matrix {

namespace {

constexpr unsigned kKnownFlags = SGB_MATRIX_KEEP | SGB_MATRIX_CONTINUE | SGB_MATRIX_CLIP;

// Output pixels that a step has at most.
std::uint32_t largest_step(const timing::ArrayShape& array, std::uint32_t pixels) {
  switch (array.dataflow) {
    case Dataflow::kWeightStationary:
      if (array.accumulator_depth == 0) return pixels;
      return static_cast<std::uint32_t>(std::min<std::uint64_t>(pixels, array.accumulator_depth));
    case Dataflow::kInputStationary:
      return std::min(pixels, array.cols);
    case Dataflow::kOutputStationary:
      break;
  }
  if (array.rules != timing::FoldRules::kDotProduct) return std::min(pixels, array.rows);
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(pixels, std::max<std::uint64_t>(array.accumulator_depth, array.rows)));
}

// Extents and their products.
bool shape_is_sound(const sgb_matrix& d, Operation& op) {
  for (const unsigned value : {d.kernel_h, d.kernel_w, d.stride_h, d.stride_w, d.dilation_h, d.dilation_w}) {
    if (value == 0) return false;
  }
  const auto input = product({d.in_h, d.in_w, d.in_c, op.element_bytes}, kMaxOperandBytes);
  const auto depth = product({d.kernel_h, d.kernel_w, d.in_c}, kMaxOperandBytes);
  const auto output = product({d.out_h, d.out_w, d.n, op.out_bytes}, kMaxOperandBytes);
  if (!input || !depth || !output) return false;
  op.k = static_cast<std::uint32_t>(*depth);
  op.pixels = d.out_h * d.out_w;
  if (!product({op.k, d.n, size_of(op.b_type)}, kMaxOperandBytes)) return false;
  return product({std::min(op.pixels, op.step_pixels), op.k, op.element_bytes}, kMaxWindowBytes).has_value();
}

bool is_byte_format(NumberFormat format) {
  return format == NumberFormat::kInt8 || format == NumberFormat::kUInt8;
}

// A zero point is a value of its format. Formats that are symmetric by nature have none.
bool zero_fits(NumberFormat format, std::int32_t zero) {
  const bool may = is_byte_format(format) || format == NumberFormat::kInt4 || format == NumberFormat::kInt2;
  const FormatTraits& traits = traits_of(format);
  return may ? zero >= traits.min && zero <= traits.max : zero == 0;
}

// Tables and N:M groups, and what of K and of B's rows they leave.
bool parts_are_sound(const sgb_matrix& d, Operation& op) {
  op.kept = op.k;
  if (op.has_table() ? d.k_count == 0 || d.k_count > op.k : d.k_count != 0) return false;
  if (op.has_table()) op.kept = d.k_count;
  if (op.has_table() && !product({op.kept, 4}, kMaxOperandBytes)) return false;
  op.b_rows = op.kept;
  const bool parts = op.has_table() || op.is_sparse() || d.sparse_n != 0;
  if (parts && d.block_n != 0) return false;  // blocks go by all channels
  if (!op.is_sparse()) return d.sparse_n == 0;
  if (d.sparse_n == 0 || d.sparse_n >= d.sparse_m || d.sparse_m > 16) return false;
  op.b_rows = (op.kept + d.sparse_m - 1) / d.sparse_m * d.sparse_n;
  // An empty place holds 0, which binary weights do not have.
  return d.b_zero == 0 && d.b_zero_table == 0 && op.b_format != NumberFormat::kBinary;
}

bool integer_fields_are_sound(const sgb_matrix& d, const Operation& op) {
  if (d.block_n != 0 || d.block_c != 0 || d.block_at != 0) return false;
  if (!zero_fits(op.a_format, d.a_zero)) return false;
  if (d.b_zero_table == 0 && !zero_fits(op.b_format, d.b_zero)) return false;
  if (d.b_zero_table != 0 && !is_byte_format(op.b_format)) return false;
  if ((d.flags & SGB_MATRIX_CLIP) != 0) return false;
  if (op.out_type == DType::kInt32) return d.scale == 0;
  return is_quantised(op.out_type) && fits(op.out_type, d.out_zero) && d.clip_min <= d.clip_max;
}

// A second summand goes with results that are stored. Written so that a NaN scale is refused too.
bool residual_is_sound(const sgb_matrix& d, const Operation& op) {
  if (!op.has_residual()) return true;
  if (op.keeps() || op.out_type == DType::kInt32) return false;
  if (op.is_float()) return true;
  return fits(op.out_type, d.residual_zero) && fits(op.out_type, d.sum_zero) && d.sum_scale > 0.0F;
}

// The last column's block has its channels.
bool blocks_are_sound(const sgb_matrix& d) {
  if (d.block_n == 0) return d.block_c == 0 && d.block_at == 0;
  const std::uint64_t last = (std::uint64_t{d.block_at} + d.n - 1) / d.block_n;
  return d.n > 0 && d.block_c > 0 && (last + 1) * d.block_c <= d.in_c;
}

bool float_fields_are_sound(const sgb_matrix& d, const Operation& op) {
  if (!blocks_are_sound(d)) return false;
  if (op.out_type != DType::kFloat32 || d.scale != 0) return false;
  if (d.a_zero != 0 || d.b_zero != 0 || d.b_zero_table != 0 || d.out_zero != 0) return false;
  // Written so that a NaN bound is refused too.
  return (d.flags & SGB_MATRIX_CLIP) == 0 || d.clip_min_f <= d.clip_max_f;
}

}  // namespace

timing::Multiplier multiplier_of(const MatrixConfig& config) {
  return {config.format, config.weight_format, config.arithmetic, config.popcount_bits};
}

std::variant<Operation, ErrorCode> decode(const sgb_descriptor& descriptor, const MatrixConfig& config) {
  if (descriptor.opcode != SGB_OP_MATRIX) return SGB_ERROR_BAD_OPCODE;
  Operation op;
  op.d = descriptor.u.matrix;
  const std::optional<NumberFormat> a = format_from_abi(op.d.a_type);
  const std::optional<NumberFormat> b = format_from_abi(op.d.b_type);
  const std::optional<DType> out = dtype_from_abi(op.d.out_type);
  if (!a || !b || !out) return SGB_ERROR_BAD_FIELD;
  const bool floats = systole::is_float(*a);
  // Only weights are stored as exponents.
  if (floats != systole::is_float(*b) || *a == NumberFormat::kPowerOfTwo) return SGB_ERROR_BAD_FIELD;
  const auto passes = timing::array_passes(multiplier_of(config), *a, *b);
  if (!passes) return SGB_ERROR_UNSUPPORTED;
  op.array = array_of(config);
  op.array.passes = passes->cycles_per_step;
  op.array.k_per_row = passes->k_per_row;
  op.a_format = *a;
  op.b_format = *b;
  op.a_type = traits_of(*a).element;
  op.b_type = traits_of(*b).element;
  op.out_type = *out;
  op.arithmetic = config.arithmetic;
  op.accumulator_bits = config.accumulator_bits;
  op.overflow = config.overflow;
  op.element_bytes = static_cast<std::uint32_t>(size_of(op.a_type));
  op.out_bytes = static_cast<std::uint32_t>(size_of(*out));
  op.step_pixels = largest_step(op.array, op.d.out_h * op.d.out_w);

  if ((op.d.flags & ~kKnownFlags) != 0 || op.d.b_tile_cols != config.cols) return SGB_ERROR_BAD_FIELD;
  if (!shape_is_sound(op.d, op)) return SGB_ERROR_BAD_FIELD;
  if (!(floats ? float_fields_are_sound(op.d, op) : integer_fields_are_sound(op.d, op))) {
    return SGB_ERROR_BAD_FIELD;
  }
  if (!residual_is_sound(op.d, op) || !parts_are_sound(op.d, op)) return SGB_ERROR_BAD_FIELD;
  const StructuredSparsity sparsity{op.d.sparse_n, op.d.sparse_m};
  if (sparsity.any() && sparsity != config.sparsity) return SGB_ERROR_UNSUPPORTED;
  if (op.keeps() || op.continues()) {
    // What stays between commands must be there as a whole.
    if (!timing::accumulators_hold(op.array, op.pixels, op.d.n)) return SGB_ERROR_UNSUPPORTED;
  }
  return op;
}

}  // namespace systole::engine::matrix
