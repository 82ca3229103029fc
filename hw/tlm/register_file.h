// A device's registers: 32 bits wide, at offsets of the generated hw/abi/registers.h.
#pragma once

#include <cstdint>
#include <functional>
#include <systemc>
#include <vector>

#include "hw/tlm/target_port.h"

namespace systole::tl {

enum class RegisterAccess : std::uint8_t {
  kReadWrite,
  kReadOnly,
  kWriteOnly,
  kWriteOneToClear,  ///< reads as it is; a 1 that is written clears that bit
};

class RegisterFile;

/// A member of a device. It registers itself with the device's RegisterFile and must live as long.
///   tl::RegisterFile registers_{"registers", access_time};
///   tl::Register count_{registers_, SYS_CONTROLLER_COUNT_OFFSET, tl::RegisterAccess::kReadWrite, 0};
class Register {
public:
  Register(RegisterFile& file, std::uint32_t offset, RegisterAccess access, std::uint32_t reset);
  Register(const Register&) = delete;
  Register& operator=(const Register&) = delete;

  [[nodiscard]] std::uint32_t value() const { return provider_ ? provider_() : value_; }
  void set(std::uint32_t value) { value_ = value; }
  void reset() { value_ = reset_; }

  /// The value comes from here instead of the stored one (a timer's count). Free of side effects: debug reads
  /// use it too.
  void provide(std::function<std::uint32_t()> provider);
  /// Called after a bus write has been applied, with the word as it was written. `delay`: the write takes
  /// effect at sc_time_stamp() + delay.
  void on_write(std::function<void(std::uint32_t written, sc_core::sc_time delay)> callback);
  /// Called after a bus read has taken the value (never for a debug read).
  void on_read(std::function<void()> callback);

private:
  friend class RegisterFile;
  void apply(std::uint32_t written);

  std::uint32_t offset_;
  RegisterAccess access_;
  std::uint32_t reset_;
  std::uint32_t value_;
  std::function<std::uint32_t()> provider_;
  std::function<void(std::uint32_t, sc_core::sc_time)> on_write_;
  std::function<void()> on_read_;
};

/// The target socket in front of the registers. Addresses on the socket are offsets.
/// Responses: not a 4-byte access -> TLM_BURST_ERROR; unaligned or no register there -> TLM_ADDRESS_ERROR;
/// write to a read-only register or read of a write-only one -> TLM_COMMAND_ERROR. Errors have no effect.
/// Debug accesses see the same registers (4-byte aligned words), and write also read-only ones.
class RegisterFile : private Target {
public:
  /// access_time: what one access costs beside the way to it.
  RegisterFile(const char* name, sc_core::sc_time access_time);

  TargetPort port;
  [[nodiscard]] TargetSocket& socket() { return port.socket; }
  /// All registers to their reset values, without callbacks.
  void reset();

private:
  friend class Register;
  void add(Register& reg);
  [[nodiscard]] Register* find(std::uint64_t offset) const;

  tlm::tlm_response_status access(const Access& access, sc_core::sc_time& delay) override;
  unsigned debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) override;

  sc_core::sc_time access_time_;
  std::vector<Register*> registers_;  ///< index = offset / 4
};

}  // namespace systole::tl
