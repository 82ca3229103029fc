#include "hw/blocks/host/machine_state.h"

namespace systole::host {
namespace {

// CSR numbers (Volume II, table 2.2 and following).
enum Csr : std::uint32_t {
  kMstatus = 0x300,
  kMisa = 0x301,
  kMie = 0x304,
  kMtvec = 0x305,
  kMstatush = 0x310,
  kMscratch = 0x340,
  kMepc = 0x341,
  kMcause = 0x342,
  kMtval = 0x343,
  kMip = 0x344,
  kMcycle = 0xb00,
  kMinstret = 0xb02,
  kMcycleh = 0xb80,
  kMinstreth = 0xb82,
  kCycle = 0xc00,
  kInstret = 0xc02,
  kCycleh = 0xc80,
  kInstreth = 0xc82,
  kMvendorid = 0xf11,
  kMarchid = 0xf12,
  kMimpid = 0xf13,
  kMhartid = 0xf14,
  kMconfigptr = 0xf15,
};

constexpr std::uint32_t kMieBit = 1U << 3;
constexpr std::uint32_t kMpieBit = 1U << 7;
constexpr std::uint32_t kMppMachine = 3U << 11;
// MXL = 1 (32 bits), extensions A, C, I, M.
constexpr std::uint32_t kMisaValue = (1U << 30) | (1U << 0) | (1U << 2) | (1U << 8) | (1U << 12);
constexpr std::uint32_t kInterruptFlag = 0x80000000U;

constexpr std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32U); }

}  // namespace

const char* name_of(Cause cause) {
  switch (cause) {
    case Cause::kFetchMisaligned:
      return "misaligned instruction address";
    case Cause::kFetchFault:
      return "instruction access fault";
    case Cause::kIllegalInstruction:
      return "illegal instruction";
    case Cause::kBreakpoint:
      return "breakpoint";
    case Cause::kLoadMisaligned:
      return "misaligned load";
    case Cause::kLoadFault:
      return "load access fault";
    case Cause::kStoreMisaligned:
      return "misaligned store";
    case Cause::kStoreFault:
      return "store access fault";
    case Cause::kEnvironmentCall:
      return "environment call";
    case Cause::kTimerInterrupt:
      return "timer interrupt";
    case Cause::kExternalInterrupt:
      return "external interrupt";
  }
  return "?";
}

std::optional<std::uint32_t> MachineState::read(std::uint32_t csr, const Counters& counters) const {
  switch (csr) {
    case kMstatus:
      return (interrupts_on_ ? kMieBit : 0U) | (interrupts_were_on_ ? kMpieBit : 0U) | kMppMachine;
    case kMisa:
      return kMisaValue;
    case kMie:
      return enable_;
    case kMtvec:
      return vector_;
    case kMscratch:
      return scratch_;
    case kMepc:
      return exception_pc_;
    case kMcause:
      return cause_;
    case kMtval:
      return trap_value_;
    case kMip:
      return pending_;
    case kMcycle:
    case kCycle:
      return low(counters.cycle);
    case kMcycleh:
    case kCycleh:
      return high(counters.cycle);
    case kMinstret:
    case kInstret:
      return low(counters.instructions);
    case kMinstreth:
    case kInstreth:
      return high(counters.instructions);
    case kMstatush:
    case kMvendorid:
    case kMarchid:
    case kMimpid:
    case kMhartid:
    case kMconfigptr:
      return 0;
    default:
      return std::nullopt;
  }
}

bool MachineState::write(std::uint32_t csr, std::uint32_t value) {
  switch (csr) {
    case kMstatus:
      interrupts_on_ = (value & kMieBit) != 0;
      interrupts_were_on_ = (value & kMpieBit) != 0;
      return true;
    case kMie:
      enable_ = value & (kTimerBit | kExternalBit);
      return true;
    case kMtvec:
      vector_ = value & ~2U;
      return true;
    case kMscratch:
      scratch_ = value;
      return true;
    case kMepc:
      exception_pc_ = value & ~1U;
      return true;
    case kMcause:
      cause_ = value;
      return true;
    case kMtval:
      trap_value_ = value;
      return true;
    case kMisa:
    case kMip:
    case kMstatush:
      return true;  // every bit is fixed (mip: the lines themselves)
    default:
      return false;  // also the counters: the run's account must not change under the observer
  }
}

void MachineState::set_pending(std::uint32_t bit, bool level) {
  pending_ = level ? pending_ | bit : pending_ & ~bit;
}

std::optional<Cause> MachineState::interrupt() const {
  const std::uint32_t active = pending_ & enable_;
  if (!interrupts_on_ || active == 0) return std::nullopt;
  return (active & kExternalBit) != 0 ? Cause::kExternalInterrupt : Cause::kTimerInterrupt;
}

std::uint32_t MachineState::handler(Cause cause) const {
  const std::uint32_t base = vector_ & ~3U;
  const auto code = static_cast<std::uint32_t>(cause);
  const bool vectored = (vector_ & 1U) != 0 && (code & kInterruptFlag) != 0;
  return vectored ? base + 4 * (code & ~kInterruptFlag) : base;
}

std::uint32_t MachineState::enter_trap(Cause cause, std::uint32_t value, std::uint32_t pc) {
  exception_pc_ = pc;
  cause_ = static_cast<std::uint32_t>(cause);
  trap_value_ = value;
  interrupts_were_on_ = interrupts_on_;
  interrupts_on_ = false;
  return handler(cause);
}

std::uint32_t MachineState::leave_trap() {
  interrupts_on_ = interrupts_were_on_;
  interrupts_were_on_ = true;
  return exception_pc_;
}

}  // namespace systole::host
