// The little of the RV32IMAC encoding that the host block itself must know: which memory access an
// instruction makes, and what a SYSTEM instruction asks for (The RISC-V Instruction Set Manual, Volume I,
// 20191213, chapters 2, 8 and 16). Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace systole::host {

/// Length of the instruction that starts with this half-word.
constexpr unsigned instruction_bytes(std::uint32_t low_half) { return (low_half & 3U) == 3U ? 4U : 2U; }

/// A load or store: it accesses x[base] + offset.
struct MemoryAccess {
  enum class Kind : std::uint8_t { kLoad, kStore, kLoadReserved, kAtomic };
  Kind kind = Kind::kLoad;
  std::uint8_t bytes = 4;
  std::uint8_t base = 0;
  std::uint8_t destination = 0;  ///< register that the access writes; 0 = none
  std::int32_t offset = 0;
};
/// nullopt for an instruction that accesses no memory. A 2-byte instruction stands in the low half.
std::optional<MemoryAccess> decode_access(std::uint32_t instruction);

/// SYSTEM instructions (opcode 0x73).
struct SystemInstruction {
  enum class Kind : std::uint8_t {
    kIllegal,
    kEnvironmentCall,
    kBreakpoint,
    kReturn,
    kWait,
    kCsrWrite,
    kCsrSet,
    kCsrClear
  };
  Kind kind = Kind::kIllegal;
  std::uint32_t csr = 0;
  std::uint8_t destination = 0;
  std::uint8_t source = 0;  ///< a register, or the operand itself
  bool immediate = false;
};
constexpr bool is_system(std::uint32_t instruction) { return (instruction & 0x7fU) == 0x73U; }
SystemInstruction decode_system(std::uint32_t instruction);

}  // namespace systole::host
