#include "hw/timing/passes.h"

#include <algorithm>

namespace systole::timing {

namespace {

/// Bits of the two's complement of every value.
unsigned width_of(NumberFormat format) {
  switch (format) {
    case NumberFormat::kBinary:
      return 2;
    case NumberFormat::kPowerOfTwo:
      return 8;
    default:
      return traits_of(format).bits;
  }
}

bool is_power_of_two(NumberFormat format) {
  return format == NumberFormat::kPowerOfTwo || format == NumberFormat::kTernary ||
         format == NumberFormat::kBinary;
}

/// Pieces in which one side of a multiplier of format `side` takes a value; nullopt: it cannot.
std::optional<std::uint32_t> pieces(NumberFormat side, NumberFormat value) {
  switch (side) {
    case NumberFormat::kBinary:
      return value == NumberFormat::kBinary ? std::optional{1U} : std::nullopt;
    case NumberFormat::kTernary:
      return value == NumberFormat::kBinary || value == NumberFormat::kTernary ? std::optional{1U}
                                                                               : std::nullopt;
    case NumberFormat::kPowerOfTwo:
      return is_power_of_two(value) ? std::optional{1U} : std::nullopt;
    default:
      return (width_of(value) + width_of(side) - 1) / width_of(side);
  }
}

std::optional<ArrayPasses> in_pieces(const Multiplier& array, NumberFormat a, NumberFormat b) {
  const auto of_a = pieces(array.format, a);
  const auto of_b = pieces(array.weight_format, b);
  if (!of_a || !of_b) return std::nullopt;
  return ArrayPasses{*of_a * *of_b, 1};
}

std::optional<ArrayPasses> bit_serial(const Multiplier& array, NumberFormat a, NumberFormat b) {
  // The value of a power of two goes in bit by bit, its code does not.
  const auto bits = [](NumberFormat format) {
    return format == NumberFormat::kBinary ? 1U : width_of(format);
  };
  if (bits(a) > bits(array.format) || bits(b) > bits(array.weight_format)) return std::nullopt;
  return ArrayPasses{bits(a) * bits(b), 1};
}

}  // namespace

std::optional<ArrayPasses> array_passes(const Multiplier& array, NumberFormat a, NumberFormat b) {
  if (is_float(array.format) || is_float(a) || is_float(b)) {
    const bool native = is_float(array.format) && a == array.format && b == array.format;
    return native && array.arithmetic == MatrixArithmetic::kParallel ? std::optional{ArrayPasses{}}
                                                                     : std::nullopt;
  }
  switch (array.arithmetic) {
    case MatrixArithmetic::kParallel:
      return in_pieces(array, a, b);
    case MatrixArithmetic::kBitSerial:
      return bit_serial(array, a, b);
    case MatrixArithmetic::kXnorPopcount: {
      const bool binary = a == NumberFormat::kBinary && b == NumberFormat::kBinary;
      return binary ? std::optional{ArrayPasses{1, std::max(array.popcount_bits, 1U)}} : std::nullopt;
    }
    case MatrixArithmetic::kShiftAdd: {
      const auto of_a = pieces(array.format, a);
      if (!of_a || !is_power_of_two(b)) return std::nullopt;
      return ArrayPasses{*of_a, 1};
    }
  }
  return std::nullopt;
}

}  // namespace systole::timing
