// The privileged state of a machine-mode-only RISC-V hart: control and status registers, trap entry and
// return, interrupt priority (The RISC-V Instruction Set Manual, Volume II, 20211203, chapter 3). Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace systole::host {

/// mcause values. Interrupts have the top bit set.
enum class Cause : std::uint32_t {
  kFetchMisaligned = 0,
  kFetchFault = 1,
  kIllegalInstruction = 2,
  kBreakpoint = 3,
  kLoadMisaligned = 4,
  kLoadFault = 5,
  kStoreMisaligned = 6,
  kStoreFault = 7,
  kEnvironmentCall = 11,
  kTimerInterrupt = 0x80000007U,
  kExternalInterrupt = 0x8000000bU,
};
const char* name_of(Cause cause);

/// What the counter registers show at the moment of an access.
struct Counters {
  std::uint64_t cycle = 0;
  std::uint64_t instructions = 0;
};

class MachineState {
public:
  static constexpr std::uint32_t kTimerBit = 1U << 7;
  static constexpr std::uint32_t kExternalBit = 1U << 11;

  /// The register's value; nullopt for a register that this hart does not have (illegal instruction).
  [[nodiscard]] std::optional<std::uint32_t> read(std::uint32_t csr, const Counters& counters) const;
  /// false for a register that does not exist or is read-only (illegal instruction). Bits that are not
  /// implemented keep their value, as WARL fields do.
  bool write(std::uint32_t csr, std::uint32_t value);

  void set_pending(std::uint32_t bit, bool level);
  /// A pending interrupt is enabled in mie, whatever mstatus.MIE says.
  [[nodiscard]] bool wake_pending() const { return (pending_ & enable_) != 0; }
  /// The interrupt to take now: external before timer; nullopt when none or MIE is clear.
  [[nodiscard]] std::optional<Cause> interrupt() const;

  /// mtvec is set: there is somewhere to trap to.
  [[nodiscard]] bool has_handler() const { return (vector_ & ~1U) != 0; }
  /// Where this cause is handled.
  [[nodiscard]] std::uint32_t handler(Cause cause) const;
  /// Saves pc and state, disables interrupts; returns the handler's address.
  std::uint32_t enter_trap(Cause cause, std::uint32_t value, std::uint32_t pc);
  /// Restores mstatus.MIE; returns the address to go on at.
  std::uint32_t leave_trap();

private:
  bool interrupts_on_ = false;       // mstatus.MIE
  bool interrupts_were_on_ = false;  // mstatus.MPIE
  std::uint32_t enable_ = 0;         // mie
  std::uint32_t pending_ = 0;        // mip
  std::uint32_t vector_ = 0;         // mtvec
  std::uint32_t scratch_ = 0;        // mscratch
  std::uint32_t exception_pc_ = 0;   // mepc
  std::uint32_t cause_ = 0;          // mcause
  std::uint32_t trap_value_ = 0;     // mtval
};

}  // namespace systole::host
