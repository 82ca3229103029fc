// Encoders for the few instructions that the tests use; registers are plain numbers.
#pragma once

#include <cstdint>

namespace systole::host::rv32 {

constexpr std::uint32_t i_type(std::uint32_t opcode, std::uint32_t f3, unsigned rd, unsigned rs1, int imm) {
  return (static_cast<std::uint32_t>(imm) << 20U) | (rs1 << 15U) | (f3 << 12U) | (rd << 7U) | opcode;
}
constexpr std::uint32_t addi(unsigned rd, unsigned rs1, int imm) { return i_type(0x13, 0, rd, rs1, imm); }
constexpr std::uint32_t lui(unsigned rd, std::uint32_t upper) { return (upper << 12U) | (rd << 7U) | 0x37U; }
constexpr std::uint32_t lw(unsigned rd, unsigned rs1, int imm) { return i_type(0x03, 2, rd, rs1, imm); }
constexpr std::uint32_t lb(unsigned rd, unsigned rs1, int imm) { return i_type(0x03, 0, rd, rs1, imm); }
constexpr std::uint32_t lhu(unsigned rd, unsigned rs1, int imm) { return i_type(0x03, 5, rd, rs1, imm); }
constexpr std::uint32_t store(std::uint32_t f3, unsigned rs2, unsigned rs1, int imm) {
  const auto u = static_cast<std::uint32_t>(imm);
  return (((u >> 5U) & 0x7fU) << 25U) | (rs2 << 20U) | (rs1 << 15U) | (f3 << 12U) | ((u & 0x1fU) << 7U) |
         0x23U;
}
constexpr std::uint32_t sb(unsigned rs2, unsigned rs1, int imm) { return store(0, rs2, rs1, imm); }
constexpr std::uint32_t sw(unsigned rs2, unsigned rs1, int imm) { return store(2, rs2, rs1, imm); }
constexpr std::uint32_t amoadd(unsigned rd, unsigned rs2, unsigned rs1) {
  return (rs2 << 20U) | (rs1 << 15U) | (2U << 12U) | (rd << 7U) | 0x2fU;
}
constexpr std::uint32_t lr(unsigned rd, unsigned rs1) { return (2U << 27U) | amoadd(rd, 0, rs1); }
constexpr std::uint32_t csrrw(unsigned rd, std::uint32_t csr, unsigned rs1) {
  return (csr << 20U) | (rs1 << 15U) | (1U << 12U) | (rd << 7U) | 0x73U;
}
constexpr std::uint32_t csrrs(unsigned rd, std::uint32_t csr, unsigned rs1) {
  return (csr << 20U) | (rs1 << 15U) | (2U << 12U) | (rd << 7U) | 0x73U;
}
constexpr std::uint32_t csrsi(std::uint32_t csr, unsigned imm) {
  return (csr << 20U) | (imm << 15U) | (6U << 12U) | 0x73U;
}
constexpr std::uint32_t csrci(std::uint32_t csr, unsigned imm) {
  return (csr << 20U) | (imm << 15U) | (7U << 12U) | 0x73U;
}
constexpr std::uint32_t jr(unsigned rs1) { return i_type(0x67, 0, 0, rs1, 0); }
/// jal x0, offset (even, +-1 MiB).
constexpr std::uint32_t j(int offset) {
  const auto u = static_cast<std::uint32_t>(offset);
  return (((u >> 20U) & 1U) << 31U) | (((u >> 1U) & 0x3ffU) << 21U) | (((u >> 11U) & 1U) << 20U) |
         (((u >> 12U) & 0xffU) << 12U) | 0x6fU;
}
inline constexpr std::uint32_t kWfi = 0x10500073;
inline constexpr std::uint32_t kMret = 0x30200073;
inline constexpr std::uint32_t kEcall = 0x00000073;
inline constexpr std::uint32_t kEbreak = 0x00100073;
inline constexpr std::uint32_t kNop = 0x00000013;

inline constexpr std::uint32_t kMstatus = 0x300, kMie = 0x304, kMtvec = 0x305, kMepc = 0x341, kMcause = 0x342,
                               kMtval = 0x343, kMip = 0x344, kMcycle = 0xb00, kMinstret = 0xb02;

}  // namespace systole::host::rv32
