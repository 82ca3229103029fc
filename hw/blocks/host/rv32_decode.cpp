#include "hw/blocks/host/rv32_decode.h"

namespace systole::host {
namespace {

/// Bits [high:low] of the instruction.
constexpr std::uint32_t bits(std::uint32_t instruction, unsigned high, unsigned low) {
  return (instruction >> low) & ((1U << (high - low + 1)) - 1U);
}
constexpr std::uint8_t reg(std::uint32_t instruction, unsigned low) {
  return static_cast<std::uint8_t>(bits(instruction, low + 4, low));
}
/// The compressed formats' three-bit registers are x8 to x15.
constexpr std::uint8_t short_reg(std::uint32_t instruction, unsigned low) {
  return static_cast<std::uint8_t>(8 + bits(instruction, low + 2, low));
}
constexpr std::int32_t sign_extend(std::uint32_t value, unsigned width) {
  const std::uint32_t sign = 1U << (width - 1);
  return static_cast<std::int32_t>((value ^ sign) - sign);
}

constexpr std::uint8_t kStackPointer = 2;

std::optional<MemoryAccess> decode_compressed(std::uint32_t i) {
  using Kind = MemoryAccess::Kind;
  const std::uint32_t selector = (bits(i, 15, 13) << 2U) | bits(i, 1, 0);
  switch (selector) {
    case 0b01000:  // c.lw
    case 0b11000:  // c.sw
    {
      const std::uint32_t offset = (bits(i, 12, 10) << 3U) | (bits(i, 6, 6) << 2U) | (bits(i, 5, 5) << 6U);
      const bool load = selector == 0b01000;
      return MemoryAccess{load ? Kind::kLoad : Kind::kStore, 4, short_reg(i, 7),
                          load ? short_reg(i, 2) : std::uint8_t{0}, static_cast<std::int32_t>(offset)};
    }
    case 0b01010:  // c.lwsp
    {
      const std::uint32_t offset = (bits(i, 12, 12) << 5U) | (bits(i, 6, 4) << 2U) | (bits(i, 3, 2) << 6U);
      return MemoryAccess{Kind::kLoad, 4, kStackPointer, reg(i, 7), static_cast<std::int32_t>(offset)};
    }
    case 0b11010:  // c.swsp
    {
      const std::uint32_t offset = (bits(i, 12, 9) << 2U) | (bits(i, 8, 7) << 6U);
      return MemoryAccess{Kind::kStore, 4, kStackPointer, 0, static_cast<std::int32_t>(offset)};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<MemoryAccess> decode_access(std::uint32_t instruction) {
  using Kind = MemoryAccess::Kind;
  if (instruction_bytes(instruction) == 2) return decode_compressed(instruction & 0xffffU);
  const std::uint32_t width = bits(instruction, 14, 12);
  const auto bytes = static_cast<std::uint8_t>(1U << (width & 3U));
  switch (bits(instruction, 6, 0)) {
    case 0x03:  // lb, lh, lw, lbu, lhu
      if (width > 5 || width == 3) return std::nullopt;
      return MemoryAccess{Kind::kLoad, bytes, reg(instruction, 15), reg(instruction, 7),
                          sign_extend(bits(instruction, 31, 20), 12)};
    case 0x23:  // sb, sh, sw
      if (width > 2) return std::nullopt;
      return MemoryAccess{Kind::kStore, bytes, reg(instruction, 15), 0,
                          sign_extend((bits(instruction, 31, 25) << 5U) | bits(instruction, 11, 7), 12)};
    case 0x2f:  // lr.w, sc.w, amo*.w
      if (width != 2) return std::nullopt;
      return MemoryAccess{bits(instruction, 31, 27) == 2 ? Kind::kLoadReserved : Kind::kAtomic, 4,
                          reg(instruction, 15), reg(instruction, 7), 0};
    default:
      return std::nullopt;
  }
}

SystemInstruction decode_system(std::uint32_t instruction) {
  using Kind = SystemInstruction::Kind;
  SystemInstruction result;
  const std::uint32_t function = bits(instruction, 14, 12);
  if (function == 0) {
    switch (instruction) {
      case 0x00000073:
        result.kind = Kind::kEnvironmentCall;
        break;
      case 0x00100073:
        result.kind = Kind::kBreakpoint;
        break;
      case 0x30200073:
        result.kind = Kind::kReturn;
        break;
      case 0x10500073:
        result.kind = Kind::kWait;
        break;
      default:
        break;
    }
    return result;
  }
  constexpr Kind kKinds[4] = {Kind::kIllegal, Kind::kCsrWrite, Kind::kCsrSet, Kind::kCsrClear};
  result.kind = kKinds[function & 3U];
  result.immediate = (function & 4U) != 0;
  result.csr = bits(instruction, 31, 20);
  result.destination = reg(instruction, 7);
  result.source = reg(instruction, 15);
  return result;
}

}  // namespace systole::host
