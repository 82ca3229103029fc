// A RISC-V RV32IMAC core as the host block sees it. Pure: no SystemC, no time; it executes and counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace systole::host {

/// What the core's loads and stores outside its RAM reach, and where its cycle counter comes from. Addresses
/// are naturally aligned, bytes is 1, 2 or 4.
class CpuEnvironment {
public:
  CpuEnvironment() = default;
  CpuEnvironment(const CpuEnvironment&) = delete;
  CpuEnvironment& operator=(const CpuEnvironment&) = delete;
  virtual ~CpuEnvironment() = default;
  /// The value in the low `bytes` bytes; nullopt gives the program a load access fault. May block (simulated
  /// time passes); an exception leaves Cpu::run().
  virtual std::optional<std::uint32_t> load(std::uint32_t address, unsigned bytes) = 0;
  /// false gives the program a store access fault. May block.
  virtual bool store(std::uint32_t address, unsigned bytes, std::uint32_t value) = 0;
  /// The core's clock cycles since reset, for the mcycle register.
  virtual std::uint64_t cycle() = 0;
};

enum class InterruptLine : std::uint8_t { kTimer, kExternal };

enum class Stop : std::uint8_t {
  kQuantum,  ///< the instructions that were asked for, or a few less after a device access
  kWfi,      ///< the core sleeps until wake_pending()
  kLockup,   ///< a trap that no handler can take: lockup_report() says which; the core cannot go on
};

struct RunResult {
  Stop reason = Stop::kQuantum;
  std::uint64_t instructions = 0;  ///< of this call; see Cpu::executed()
};

/// Machine mode only. Traps as the RISC-V privileged specification has them: an exception enters mtvec, and
/// so does an enabled interrupt, at the start of run(), after a device access and after a CSR instruction.
class Cpu {
public:
  Cpu() = default;
  Cpu(const Cpu&) = delete;
  Cpu& operator=(const Cpu&) = delete;
  virtual ~Cpu() = default;

  virtual void set_pc(std::uint32_t pc) = 0;
  [[nodiscard]] virtual std::uint32_t pc() const = 0;
  /// x0 to x31.
  [[nodiscard]] virtual std::uint32_t reg(unsigned index) const = 0;
  virtual void set_reg(unsigned index, std::uint32_t value) = 0;

  /// Executes up to `instructions` (> 0) instructions.
  virtual RunResult run(std::uint64_t instructions) = 0;

  /// Instructions begun since reset. An instruction that traps counts, so that a program that only traps
  /// still takes time. Inside a CpuEnvironment call the accessing instruction is included.
  [[nodiscard]] virtual std::uint64_t executed() const = 0;

  /// The level of an interrupt line. May be called at any time, also inside a CpuEnvironment call.
  virtual void set_line(InterruptLine line, bool level) = 0;
  /// A raised line is enabled in mie: ends a wfi whether or not mstatus.MIE lets the core take it.
  [[nodiscard]] virtual bool wake_pending() const = 0;

  /// After Stop::kLockup: what happened, in one line. Empty before.
  [[nodiscard]] virtual std::string lockup_report() const = 0;
};

/// A core on Unicorn. `ram` is the only memory that it can execute from and must outlive it; base and size
/// are multiples of 4 KiB. Everything else goes to `environment`.
std::unique_ptr<Cpu> make_unicorn_cpu(CpuEnvironment& environment, std::uint32_t ram_base,
                                      std::span<std::byte> ram);

}  // namespace systole::host
