// RV32IMAC on Unicorn. Unicorn executes the unprivileged instructions; SYSTEM instructions (traps, wfi, CSRs)
// are executed here on a MachineState, because Unicorn enters no traps by itself and its cycle counter is
// that of the machine that simulates. A hook before every instruction counts: the count is exact wherever a
// run ends.
#include <unicorn/unicorn.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>
#include <utility>

#include "hw/base/assert.h"
#include "hw/blocks/host/cpu.h"
#include "hw/blocks/host/machine_state.h"
#include "hw/blocks/host/rv32_decode.h"
#include "hw/blocks/host/text.h"

namespace systole::host {
namespace {

constexpr std::uint64_t kAddressSpace = 1ULL << 32U;
constexpr std::uint64_t kNoEnd = 1ULL << 40U;  // an address at which emulation never arrives
constexpr std::uint64_t kPage = 4096;

void check(uc_err error, const char* what) {
  SYSTOLE_ASSERT(error == UC_ERR_OK, std::string(what) + ": " + uc_strerror(error));
}

class UnicornCpu final : public Cpu {
public:
  UnicornCpu(CpuEnvironment& environment, std::uint32_t ram_base, std::span<std::byte> ram)
      : environment_(environment), ram_base_(ram_base), ram_(ram) {
    SYSTOLE_ASSERT(ram_base % kPage == 0 && ram.size() % kPage == 0 && !ram.empty() &&
                       ram_base + ram.size() <= kAddressSpace,
                   "the core's RAM must be whole pages of the 32-bit address space");
    check(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &engine_), "uc_open");
    // The model with exactly IMAC: the default one would execute floating-point instructions.
    check(uc_ctl_set_cpu_model(engine_, UC_CPU_RISCV32_SIFIVE_E31), "uc_ctl_set_cpu_model");
    check(uc_mem_map_ptr(engine_, ram_base, ram.size(), UC_PROT_ALL, ram.data()), "uc_mem_map_ptr");
    map_devices(below_, 0, ram_base);
    map_devices(above_, ram_base + ram.size(), kAddressSpace);
    check(
        uc_hook_add(engine_, &code_hook_, UC_HOOK_CODE, reinterpret_cast<void*>(&on_instruction), this, 1, 0),
        "uc_hook_add");
    check(uc_hook_add(engine_, &trap_hook_, UC_HOOK_INTR, reinterpret_cast<void*>(&on_exception), this, 1, 0),
          "uc_hook_add");
  }
  UnicornCpu(const UnicornCpu&) = delete;
  UnicornCpu& operator=(const UnicornCpu&) = delete;
  ~UnicornCpu() override { uc_close(engine_); }

  void set_pc(std::uint32_t pc) override { pc_ = pc; }
  [[nodiscard]] std::uint32_t pc() const override { return pc_; }
  [[nodiscard]] std::uint32_t reg(unsigned index) const override {
    std::uint32_t value = 0;
    uc_reg_read(engine_, UC_RISCV_REG_X0 + static_cast<int>(index), &value);
    return value;
  }
  void set_reg(unsigned index, std::uint32_t value) override {
    if (index != 0) uc_reg_write(engine_, UC_RISCV_REG_X0 + static_cast<int>(index), &value);
  }
  [[nodiscard]] std::uint64_t executed() const override { return executed_; }
  void set_line(InterruptLine line, bool level) override {
    state_.set_pending(line == InterruptLine::kTimer ? MachineState::kTimerBit : MachineState::kExternalBit,
                       level);
  }
  [[nodiscard]] bool wake_pending() const override { return state_.wake_pending(); }
  [[nodiscard]] std::string lockup_report() const override { return lockup_report_; }

  RunResult run(std::uint64_t instructions) override {
    const std::uint64_t start = executed_;
    limit_ = start + instructions;
    Stop reason = Stop::kQuantum;
    while (lockup_report_.empty() && reason == Stop::kQuantum && executed_ < limit_) {
      if (const auto cause = state_.interrupt()) trap(*cause, 0, pc_);
      if (lockup_report_.empty()) reason = execute();
    }
    return {lockup_report_.empty() ? reason : Stop::kLockup, executed_ - start};
  }

private:
  struct Window {
    UnicornCpu* cpu = nullptr;
    std::uint32_t base = 0;
  };
  struct Fault {
    Cause cause;
    std::uint32_t value;
  };

  void map_devices(Window& window, std::uint64_t begin, std::uint64_t end) {
    if (begin == end) return;
    window = {this, static_cast<std::uint32_t>(begin)};
    check(uc_mmio_map(engine_, begin, end - begin, &on_load, &window, &on_store, &window), "uc_mmio_map");
  }

  /// The instruction at an address in RAM; the missing half of one that crosses RAM's end is 0.
  [[nodiscard]] std::uint32_t instruction_at(std::uint32_t address) const {
    const std::size_t offset = address - ram_base_;
    std::uint32_t instruction = 0;
    if (offset < ram_.size()) {
      std::memcpy(&instruction, &ram_[offset], std::min<std::size_t>(4, ram_.size() - offset));
    }
    return instruction_bytes(instruction) == 2 ? instruction & 0xffffU : instruction;
  }

  /// Runs Unicorn until something is to be done here, and does it.
  Stop execute() {
    stop_ = system_ = false;
    exception_.reset();
    fault_.reset();
    const uc_err error = uc_emu_start(engine_, pc_, kNoEnd, 0, 0);
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    if (fault_) {
      // Unicorn has finished the access with a dummy value: undo it.
      set_reg(fault_register_, fault_register_value_);
      trap(fault_->cause, fault_->value, current_pc_);
    } else if (error == UC_ERR_FETCH_PROT || error == UC_ERR_FETCH_UNMAPPED) {
      uc_reg_read(engine_, UC_RISCV_REG_PC, &pc_);
      ++executed_;
      trap(Cause::kFetchFault, pc_, pc_);
    } else if (error != UC_ERR_OK || exception_) {
      trap_instruction();
    } else if (system_) {
      return execute_system();
    } else {
      SYSTOLE_ASSERT(stop_, "Unicorn stopped without being told to");
      pc_ = stop_pc_;
    }
    return Stop::kQuantum;
  }

  /// The instruction at current_pc_ cannot be executed.
  void trap_instruction() {
    constexpr std::uint32_t kCompressedBreakpoint = 0x9002;
    const std::uint32_t instruction = instruction_at(current_pc_);
    if (instruction == kCompressedBreakpoint) {
      trap(Cause::kBreakpoint, current_pc_, current_pc_);
      return;
    }
    // Unicorn lets plain accesses to RAM be misaligned; atomic ones trap.
    const auto access = decode_access(instruction);
    const bool misaligned = exception_ == static_cast<std::uint32_t>(Cause::kLoadMisaligned) ||
                            exception_ == static_cast<std::uint32_t>(Cause::kStoreMisaligned);
    if (access && misaligned) {
      trap(misaligned_cause(*access), reg(access->base) + access->offset, current_pc_);
    } else {
      trap(Cause::kIllegalInstruction, instruction, current_pc_);
    }
  }

  static Cause misaligned_cause(const MemoryAccess& access) {
    using Kind = MemoryAccess::Kind;
    return access.kind == Kind::kLoad || access.kind == Kind::kLoadReserved ? Cause::kLoadMisaligned
                                                                            : Cause::kStoreMisaligned;
  }

  Stop execute_system() {
    using Kind = SystemInstruction::Kind;
    const std::uint32_t encoding = instruction_at(current_pc_);
    const SystemInstruction instruction = decode_system(encoding);
    ++executed_;
    pc_ = current_pc_ + 4;
    switch (instruction.kind) {
      case Kind::kEnvironmentCall:
        trap(Cause::kEnvironmentCall, 0, current_pc_);
        break;
      case Kind::kBreakpoint:
        trap(Cause::kBreakpoint, current_pc_, current_pc_);
        break;
      case Kind::kReturn:
        pc_ = state_.leave_trap();
        break;
      case Kind::kWait:
        return state_.wake_pending() ? Stop::kQuantum : Stop::kWfi;
      case Kind::kIllegal:
        trap(Cause::kIllegalInstruction, encoding, current_pc_);
        break;
      case Kind::kCsrWrite:
      case Kind::kCsrSet:
      case Kind::kCsrClear:
        if (!access_csr(instruction)) trap(Cause::kIllegalInstruction, encoding, current_pc_);
        break;
    }
    return Stop::kQuantum;
  }

  bool access_csr(const SystemInstruction& instruction) {
    using Kind = SystemInstruction::Kind;
    const auto old = state_.read(instruction.csr, {environment_.cycle(), executed_});
    if (!old) return false;
    const std::uint32_t operand = instruction.immediate ? instruction.source : reg(instruction.source);
    // csrrs and csrrc with x0 (or 0) only read.
    if (instruction.kind == Kind::kCsrWrite || instruction.source != 0) {
      std::uint32_t value = operand;
      if (instruction.kind == Kind::kCsrSet) value = *old | operand;
      if (instruction.kind == Kind::kCsrClear) value = *old & ~operand;
      if (!state_.write(instruction.csr, value)) return false;
    }
    set_reg(instruction.destination, *old);
    return true;
  }

  /// Enters the handler; without one the core locks up. An exception of the handler's own first instruction
  /// would repeat for ever: that is a lock-up too.
  void trap(Cause cause, std::uint32_t value, std::uint32_t pc) {
    if (!state_.has_handler() || pc == state_.handler(cause)) {
      lockup_report_ = std::string(name_of(cause)) + " at pc " + hex(pc) + ", value " + hex(value) + ": " +
                       (state_.has_handler() ? "the trap handler itself traps" : "there is no trap handler");
      pc_ = pc;
      return;
    }
    pc_ = state_.enter_trap(cause, value, pc);
  }

  /// Before every instruction.
  static void on_instruction(uc_engine* engine, std::uint64_t address, std::uint32_t /*size*/, void* data) {
    UnicornCpu& cpu = *static_cast<UnicornCpu*>(data);
    const auto pc = static_cast<std::uint32_t>(address);
    if (cpu.stop_ || cpu.executed_ >= cpu.limit_) {
      cpu.stop_ = true;
      cpu.stop_pc_ = pc;
      uc_emu_stop(engine);
      return;
    }
    cpu.current_pc_ = pc;
    if (is_system(std::to_integer<std::uint32_t>(cpu.ram_[pc - cpu.ram_base_]))) {
      cpu.system_ = cpu.stop_ = true;
      uc_emu_stop(engine);
      return;
    }
    ++cpu.executed_;
  }

  static void on_exception(uc_engine* engine, std::uint32_t number, void* data) {
    static_cast<UnicornCpu*>(data)->exception_ = number;
    uc_emu_stop(engine);
  }

  static std::uint64_t on_load(uc_engine* /*engine*/, std::uint64_t offset, unsigned bytes, void* data) {
    const Window& window = *static_cast<const Window*>(data);
    return window.cpu->access(window.base + static_cast<std::uint32_t>(offset), bytes, false, 0);
  }
  static void on_store(uc_engine* /*engine*/, std::uint64_t offset, unsigned bytes, std::uint64_t value,
                       void* data) {
    const Window& window = *static_cast<const Window*>(data);
    window.cpu->access(window.base + static_cast<std::uint32_t>(offset), bytes, true,
                       static_cast<std::uint32_t>(value));
  }

  /// An access outside RAM. Nothing may be thrown through Unicorn's generated code: it is kept for execute().
  std::uint32_t access(std::uint32_t address, unsigned bytes, bool store, std::uint32_t value) noexcept {
    if (fault_ || thrown_) return 0;  // the rest of an access that has been refused already
    try {
      const auto cause = refuse(address, bytes, store, value);
      if (cause) {
        fault_ = cause;
        stop_ = true;
      } else if (state_.interrupt()) {
        stop_ = true;  // time has passed in the access: take the interrupt now
      }
    } catch (...) {
      thrown_ = std::current_exception();
      stop_ = true;
    }
    return loaded_;
  }

  /// Makes the access; the fault if it cannot be made.
  std::optional<Fault> refuse(std::uint32_t address, unsigned bytes, bool store, std::uint32_t value) {
    using Kind = MemoryAccess::Kind;
    loaded_ = 0;
    const auto decoded = decode_access(instruction_at(current_pc_));
    SYSTOLE_ASSERT(decoded, "an access outside RAM by an instruction that accesses no memory");
    fault_register_ = decoded->destination;
    fault_register_value_ = reg(decoded->destination);
    // Unicorn splits misaligned accesses into aligned ones: the program's own address is in the instruction.
    const std::uint32_t wanted = reg(decoded->base) + static_cast<std::uint32_t>(decoded->offset);
    if (wanted % decoded->bytes != 0) return Fault{misaligned_cause(*decoded), wanted};
    // Devices and memories on the bus have no atomic operations.
    if (decoded->kind == Kind::kLoadReserved) return Fault{Cause::kLoadFault, wanted};
    if (decoded->kind == Kind::kAtomic) return Fault{Cause::kStoreFault, wanted};
    if (store) {
      if (!environment_.store(address, bytes, value)) return Fault{Cause::kStoreFault, address};
      return std::nullopt;
    }
    const auto result = environment_.load(address, bytes);
    if (!result) return Fault{Cause::kLoadFault, address};
    loaded_ = *result;
    return std::nullopt;
  }

  CpuEnvironment& environment_;
  std::uint32_t ram_base_;
  std::span<std::byte> ram_;
  uc_engine* engine_ = nullptr;
  uc_hook code_hook_ = 0;
  uc_hook trap_hook_ = 0;
  Window below_;
  Window above_;
  MachineState state_;

  std::uint32_t pc_ = 0;          // where the next execute() starts
  std::uint32_t current_pc_ = 0;  // the instruction being executed
  std::uint32_t stop_pc_ = 0;     // the instruction before which the hook has stopped Unicorn
  std::uint64_t executed_ = 0;
  std::uint64_t limit_ = 0;
  bool stop_ = false;    // stop before the next instruction
  bool system_ = false;  // stopped before a SYSTEM instruction, at current_pc_
  std::optional<std::uint32_t> exception_;
  std::optional<Fault> fault_;
  std::uint32_t loaded_ = 0;
  unsigned fault_register_ = 0;
  std::uint32_t fault_register_value_ = 0;
  std::exception_ptr thrown_;
  std::string lockup_report_;
};

}  // namespace

std::unique_ptr<Cpu> make_unicorn_cpu(CpuEnvironment& environment, std::uint32_t ram_base,
                                      std::span<std::byte> ram) {
  return std::make_unique<UnicornCpu>(environment, ram_base, ram);
}

}  // namespace systole::host
