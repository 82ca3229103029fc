#include "hw/numerics/formats/packed.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace systole::numerics {

namespace {

template <typename T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <typename T>
void store(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof(T));
}

template <typename T, typename Convert>
void convert_each(const std::byte* from, std::size_t stride, std::size_t count, std::byte* to,
                  Convert&& convert) {
  for (std::size_t i = 0; i < count; ++i, from += stride) {
    const auto result = convert(load<T>(from));
    store(to + i * sizeof(result), result);
  }
}

constexpr unsigned mask_of(unsigned bits) { return (1U << bits) - 1U; }

}  // namespace

std::int8_t nearest_power_of_two(float value) {
  const float magnitude = std::fabs(value);
  if (!(magnitude >= 0.5F)) return 0;  // NaN too
  int power = 1;
  while (power < 64 && magnitude >= 1.5F * static_cast<float>(power)) power *= 2;
  return static_cast<std::int8_t>(std::signbit(value) ? -power : power);
}

std::uint32_t encode(NumberFormat format, std::int32_t value) {
  if (format == NumberFormat::kBinary) return value < 0 ? 0 : 1;
  if (format == NumberFormat::kPowerOfTwo) {
    const int power = +nearest_power_of_two(static_cast<float>(value));
    const unsigned magnitude = power < 0 ? static_cast<unsigned>(-power) : static_cast<unsigned>(power);
    return static_cast<std::uint32_t>(std::bit_width(magnitude)) | (power < 0 ? 8U : 0U);
  }
  return static_cast<std::uint32_t>(saturate_to(format, value)) & mask_of(traits_of(format).bits);
}

std::int32_t decode(NumberFormat format, std::uint32_t code) {
  if (format == NumberFormat::kBinary) return (code & 1U) != 0 ? 1 : -1;
  if (format == NumberFormat::kPowerOfTwo) {
    const std::int32_t magnitude = static_cast<std::int32_t>((1U << (code & 7U)) >> 1U);
    return (code & 8U) != 0 ? -magnitude : magnitude;
  }
  const unsigned bits = traits_of(format).bits;
  code &= mask_of(bits);
  if (format == NumberFormat::kUInt8) return static_cast<std::int32_t>(code);
  const std::uint32_t sign = 1U << (bits - 1);
  const auto value = static_cast<std::int32_t>(code ^ sign) - static_cast<std::int32_t>(sign);
  // The fourth code of a ternary value stands for none.
  return format == NumberFormat::kTernary ? std::max(value, -1) : value;
}

void pack_row(NumberFormat format, const std::byte* elements, std::size_t stride, std::size_t count,
              std::byte* packed) {
  const auto same = [](auto value) { return value; };
  switch (format) {
    case NumberFormat::kFloat32:
      return convert_each<std::uint32_t>(elements, stride, count, packed, same);
    case NumberFormat::kFloat16:
      return convert_each<float>(elements, stride, count, packed, float_to_half);
    case NumberFormat::kBFloat16:
      return convert_each<float>(elements, stride, count, packed, float_to_bfloat);
    case NumberFormat::kInt16:
      return convert_each<std::uint16_t>(elements, stride, count, packed, same);
    case NumberFormat::kInt8:
    case NumberFormat::kUInt8:
      return convert_each<std::uint8_t>(elements, stride, count, packed, same);
    default:
      break;
  }
  const unsigned bits = traits_of(format).bits;
  const unsigned per_byte = bits == 1 ? 8 : bits == 2 ? 4 : 2;  // wider ones are dealt with
  for (std::size_t i = 0; i < count; i += per_byte) {
    std::uint32_t byte = 0;
    for (unsigned j = 0; j < per_byte && i + j < count; ++j) {
      byte |= encode(format, load<std::int8_t>(elements + (i + j) * stride)) << (j * bits);
    }
    packed[i / per_byte] = static_cast<std::byte>(byte);
  }
}

void unpack_row(NumberFormat format, const std::byte* packed, std::size_t count, std::byte* elements) {
  switch (format) {
    case NumberFormat::kFloat16:
      return convert_each<std::uint16_t>(packed, 2, count, elements, half_to_float);
    case NumberFormat::kBFloat16:
      return convert_each<std::uint16_t>(packed, 2, count, elements, bfloat_to_float);
    case NumberFormat::kFloat32:
    case NumberFormat::kInt16:
    case NumberFormat::kInt8:
    case NumberFormat::kUInt8:
      if (count > 0) std::memcpy(elements, packed, packed_bytes(format, count));
      return;
    default:
      break;
  }
  const unsigned bits = traits_of(format).bits;
  const unsigned per_byte = bits == 1 ? 8 : bits == 2 ? 4 : 2;  // wider ones are dealt with
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t code = std::to_integer<std::uint32_t>(packed[i / per_byte]) >> (i % per_byte * bits);
    elements[i] = static_cast<std::byte>(decode(format, code));
  }
}

}  // namespace systole::numerics
