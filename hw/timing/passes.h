// What a product of given formats costs an array: cycles for one step, and products of one row.
#pragma once

#include <cstdint>
#include <optional>

#include "hw/base/matrix_arithmetic.h"
#include "hw/base/number_format.h"

namespace systole::timing {

/// The multipliers of an array.
struct Multiplier {
  NumberFormat format = NumberFormat::kInt8;         ///< of the activations
  NumberFormat weight_format = NumberFormat::kInt8;  ///< of the weights; floats: as `format`
  MatrixArithmetic arithmetic = MatrixArithmetic::kParallel;
  std::uint32_t popcount_bits = 8;
};

struct ArrayPasses {
  std::uint32_t cycles_per_step = 1;  ///< every cycle of the array takes so many
  std::uint32_t k_per_row = 1;        ///< successive k that a row holds: K is ceil(K / k_per_row) deep
  bool operator==(const ArrayPasses&) const = default;
};

/// Activations `a` by weights `b`; nullopt where the array cannot multiply them.
///   kParallel       floats: `format` on both sides. Integers: ceil(width(a) / width(format)) *
///                   ceil(width(b) / width(weight_format)) cycles, a product of pieces in each; the width of
///                   a power of two is that of its value (8), the width of a binary value 2, its sign
///                   included. A ternary or binary side has no pieces: it takes ternary and binary values,
///                   or binary ones alone; a side of powers of two takes powers of two (and those).
///   kBitSerial      bits(a) * bits(b) cycles, for operands no wider than the array's (docs/formats.md);
///                   binary values have one bit
///   kXnorPopcount   binary x binary: one cycle for popcount_bits successive k
///   kShiftAdd       weights are powers of two (ternary and binary values are); activations as kParallel
[[nodiscard]] std::optional<ArrayPasses> array_passes(const Multiplier& array, NumberFormat a,
                                                      NumberFormat b);

}  // namespace systole::timing
