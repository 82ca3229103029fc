// Values of the narrow formats: their range, and how rows of them stand packed in memory (sgb_matrix).
#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/base/number_format.h"
#include "hw/numerics/formats/float16.h"

namespace systole::numerics {

/// Bytes of a packed row of `count` elements.
constexpr std::uint64_t packed_bytes(NumberFormat format, std::uint64_t count) {
  return (count * traits_of(format).bits + 7) / 8;
}

/// 0, +-1, +-2, ... +-64: the nearest, ties to the greater magnitude; what lies between 0 and 1 is 1 from
/// one half on. NaN is 0.
std::int8_t nearest_power_of_two(float value);

/// The nearest value of an integer format. Binary has no 0: what is not negative is 1.
constexpr std::int32_t saturate_to(NumberFormat format, std::int32_t value) {
  if (format == NumberFormat::kBinary) return value < 0 ? -1 : 1;
  const FormatTraits& traits = traits_of(format);
  return value < traits.min ? traits.min : value > traits.max ? traits.max : value;
}

/// The nearest value of fp16 or bf16, as a float; of fp32, the value itself.
constexpr float round_to_format(NumberFormat format, float value) {
  if (format == NumberFormat::kFloat16) return half_to_float(float_to_half(value));
  if (format == NumberFormat::kBFloat16) return bfloat_to_float(float_to_bfloat(value));
  return value;
}

/// The code of a value in `format`, in the low bits; integers saturate, powers of two are the nearest ones.
std::uint32_t encode(NumberFormat format, std::int32_t value);
/// The value of an integer format's code, whose upper bits are ignored. A power of two has no invalid code:
/// the negative zero is 0.
std::int32_t decode(NumberFormat format, std::uint32_t code);

/// Packs `count` elements, `stride` bytes from one to the next, into packed_bytes(format, count) bytes.
/// Elements are of traits_of(format).element: int8, uint8, int16, or float.
void pack_row(NumberFormat format, const std::byte* elements, std::size_t stride, std::size_t count,
              std::byte* packed);
/// The reverse: `elements` dense, of traits_of(format).element.
void unpack_row(NumberFormat format, const std::byte* packed, std::size_t count, std::byte* elements);

}  // namespace systole::numerics
