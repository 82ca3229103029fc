#include "hw/blocks/engine/matrix/product.h"

#include <cstring>
#include <vector>

#include "hw/numerics/block_gemm.h"
#include "hw/numerics/formats/bit_gemm.h"
#include "hw/numerics/formats/format_gemm.h"
#include "hw/numerics/formats/packed.h"
#include "hw/numerics/gemm.h"

namespace systole::engine::matrix {

namespace {

std::int64_t element_at(const std::byte* values, DType type, std::size_t i) {
  if (type == DType::kInt16) {
    std::int16_t value = 0;
    std::memcpy(&value, values + 2 * i, 2);
    return value;
  }
  return type == DType::kUInt8 ? std::to_integer<std::int64_t>(values[i])
                               : static_cast<std::int8_t>(values[i]);
}

/// The zero points come out of a product of the operands as they are:
///   sum (A - az)(B - bz) = sum A B  -  az sum B  -  bz sum A  +  K az bz
template <typename Acc>
void take_zeros_out(const Operation& op, const Product<Acc>& p, std::vector<std::int64_t>& sums) {
  const std::int64_t a_zero = op.d.a_zero;
  if (a_zero == 0 && op.d.b_zero == 0 && p.b_zeros == nullptr) return;
  std::vector<std::int64_t> of_rows(p.m);
  for (std::size_t m = 0; m < p.m; ++m) {
    for (std::size_t k = 0; k < op.kept; ++k) of_rows[m] += element_at(p.a, op.a_type, m * p.lda + k);
  }
  for (std::size_t n = 0; n < p.n; ++n) {
    const std::int64_t b_zero = p.b_zeros == nullptr ? op.d.b_zero : element_at(p.b_zeros, op.b_type, n);
    std::int64_t column = 0;
    for (std::size_t k = 0; a_zero != 0 && k < op.kept; ++k)
      column += element_at(p.b, op.b_type, k * p.n + n);
    for (std::size_t m = 0; m < p.m; ++m) {
      sums[m * p.n + n] += std::int64_t{op.kept} * a_zero * b_zero - a_zero * column - b_zero * of_rows[m];
    }
  }
}

/// By the elements' bits. Sums wrap.
template <typename Acc>
void multiply_bits(const Operation& op, const Product<Acc>& p) {
  std::vector<std::int64_t> sums(p.m * p.n);
  const numerics::BitGemm bits{.m = p.m,
                               .n = p.n,
                               .k = op.kept,
                               .a = p.a,
                               .a_format = op.a_format,
                               .lda = p.lda,
                               .b = p.b,
                               .b_format = op.b_format,
                               .ldb = p.n,
                               .c = sums.data(),
                               .ldc = p.n};
  if (op.arithmetic == MatrixArithmetic::kXnorPopcount) {
    numerics::gemm_xnor(bits);
  } else {
    numerics::gemm_bit_serial(bits);
  }
  take_zeros_out(op, p, sums);
  for (std::size_t m = 0; m < p.m; ++m) {
    for (std::size_t n = 0; n < p.n; ++n) {
      Acc& sum = p.sums[m * p.lds + n];
      const std::int64_t before = op.continues() ? std::int64_t{sum} : 0;
      sum =
          static_cast<Acc>(numerics::hold(before + sums[m * p.n + n], op.accumulator_bits, Overflow::kWrap));
    }
  }
}

template <typename Acc>
void multiply_integers(const Operation& op, const Product<Acc>& p) {
  const bool by_bits =
      op.arithmetic == MatrixArithmetic::kBitSerial || op.arithmetic == MatrixArithmetic::kXnorPopcount;
  // What saturates after every product goes product by product.
  if (by_bits && op.overflow == Overflow::kWrap) return multiply_bits(op, p);
  numerics::gemm(numerics::FormatGemm<Acc>{.m = p.m,
                                           .n = p.n,
                                           .k = op.kept,
                                           .a = p.a,
                                           .a_type = op.a_type,
                                           .lda = p.lda,
                                           .a_zero = op.d.a_zero,
                                           .b = p.b,
                                           .b_type = op.b_type,
                                           .ldb = p.n,
                                           .b_zero = op.d.b_zero,
                                           .b_zero_table = p.b_zeros,
                                           .c = p.sums,
                                           .ldc = p.lds,
                                           .accumulate = op.continues(),
                                           .bits = op.accumulator_bits,
                                           .overflow = op.overflow});
}

/// Whether the element of row k and column j counts.
bool is_in_block(const sgb_matrix& d, std::size_t k, std::size_t column) {
  return d.block_n == 0 || k % d.in_c / d.block_c == (d.block_at + column) / d.block_n;
}

/// Every sum rounded to the operands' format.
void multiply_rounding(const Operation& op, const Product<float>& p) {
  const auto* const a = reinterpret_cast<const float*>(p.a);
  const auto* const b = reinterpret_cast<const float*>(p.b);
  for (std::size_t m = 0; m < p.m; ++m) {
    for (std::size_t n = 0; n < p.n; ++n) {
      float sum = op.continues() ? p.sums[m * p.lds + n] : 0.0F;
      for (std::size_t k = 0; k < op.kept; ++k) {
        if (!is_in_block(op.d, k, p.column + n)) continue;
        const float product = a[m * p.lda + k] * b[k * p.n + n];
        sum = numerics::round_to_format(op.a_format, sum + product);
      }
      p.sums[m * p.lds + n] = sum;
    }
  }
}

}  // namespace

void multiply(const Operation& op, const Product<std::int32_t>& product) { multiply_integers(op, product); }
void multiply(const Operation& op, const Product<std::int64_t>& product) { multiply_integers(op, product); }

void multiply(const Operation& op, const Product<float>& p) {
  if (op.accumulator_bits == 16) return multiply_rounding(op, p);
  const numerics::FloatGemm product{.m = p.m,
                                    .n = p.n,
                                    .k = op.kept,
                                    .a = reinterpret_cast<const float*>(p.a),
                                    .lda = p.lda,
                                    .b = reinterpret_cast<const float*>(p.b),
                                    .b_layout = numerics::BLayout::row_major(p.n),
                                    .c = p.sums,
                                    .ldc = p.lds,
                                    .accumulate = op.continues()};
  const sgb_matrix& d = op.d;
  if (d.block_n == 0) return numerics::gemm(product);
  numerics::gemm(product, {.channels = d.in_c,
                           .channels_each = d.block_c,
                           .columns = d.block_n,
                           .at = std::size_t{d.block_at} + p.column});
}

}  // namespace systole::engine::matrix
