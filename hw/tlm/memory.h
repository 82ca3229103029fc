// The bytes behind a memory block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/base/units.h"

namespace systole::tl {

/// Zero-filled memory that costs the simulator's machine nothing until it is touched, so that a DRAM may be
/// as large as the address map allows.
class Memory {
public:
  /// size >= 1. Throws std::bad_alloc if the machine refuses the address space.
  explicit Memory(Bytes size);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  [[nodiscard]] std::byte* data() { return data_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// All of address .. address + bytes - 1 exists.
  [[nodiscard]] bool holds(std::uint64_t address, std::uint64_t bytes) const {
    return address < size_ && bytes <= size_ - address;
  }
  /// Copies into (write) or out of the memory. The range must be held.
  void copy(bool write, std::uint64_t address, std::byte* bytes, std::uint64_t count);

private:
  std::byte* data_;
  std::uint64_t size_;
};

}  // namespace systole::tl
