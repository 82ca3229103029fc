// An initiator's direct way to the scratchpad: the bytes, the time and the accounts of a transaction, without
// its payload.
#pragma once

#include <cstdint>
#include <cstring>

#include "hw/observe/ledger.h"
#include "hw/timing/sram_lane.h"
#include "hw/tlm/memory.h"

namespace systole::tl {

/// Reads and writes give the same cycles, bytes and counts as InitiatorPort's. Accesses must come in the
/// order of their time: an initiator may run ahead of the kernel's time only as far as nobody else can act.
class SramLane {
public:
  /// What the scratchpad brings.
  struct Target {
    std::uint64_t base = 0;  ///< of its region in the address map
    Memory& memory;
    Ledger& ledger;
    ActionId read;
    ActionId write;
  };
  SramLane(const timing::SramLane& time, const Target& target) : time_(time), target_(target) {}

  [[nodiscard]] timing::SramLane& time() { return time_; }
  [[nodiscard]] std::uint64_t base() const { return target_.base; }
  /// All of the access lies in the scratchpad.
  [[nodiscard]] bool reaches(std::uint64_t address, std::uint64_t bytes) const {
    return target_.memory.holds(address - target_.base, bytes);  // wraps, and is too large, below the base
  }
  [[nodiscard]] std::uint64_t offset(std::uint64_t address) const { return address - target_.base; }

  /// Where the byte at a reached address stands.
  [[nodiscard]] std::byte* bytes(std::uint64_t address) const {
    return target_.memory.data() + offset(address);
  }

  /// Moves bytes and counts them, in no time. data: null = timing only.
  void move(std::uint64_t address, std::byte* data, std::uint32_t bytes, bool write) {
    if (data != nullptr) target_.memory.copy(write, offset(address), data, bytes);
  }
  void count(std::uint64_t bytes, bool write, NodeId node, Stream stream) {
    target_.ledger.add(write ? target_.write : target_.read, node, stream, bytes);
  }
  /// An access that is reached, issued in cycle `t`. Returns the cycle of its end.
  timing::Ticks access(timing::Ticks t, std::uint64_t address, std::byte* data, std::uint32_t bytes,
                       bool write, NodeId node, Stream stream) {
    move(address, data, bytes, write);
    count(bytes, write, node, stream);
    return time_.access(t, offset(address), bytes, write);
  }

private:
  timing::SramLane time_;
  Target target_;
};

}  // namespace systole::tl
