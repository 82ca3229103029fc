// How long instructions take. Pure.
#pragma once

#include <cstdint>

#include "hw/base/assert.h"

namespace systole::host {

/// Cycles per instruction are a ratio in thousandths. What does not fill a femtosecond is carried on, so that
/// the time of n instructions does not depend on how they were cut into pieces.
class InstructionTime {
public:
  /// period_fs: of the core's clock. largest: instructions that one call may be given.
  InstructionTime(std::uint64_t period_fs, std::uint32_t cpi_milli, std::uint64_t largest)
      : milli_fs_(period_fs * cpi_milli) {
    SYSTOLE_ASSERT(milli_fs_ / cpi_milli == period_fs && largest <= (UINT64_MAX - 1000) / milli_fs_,
                   "a quantum that does not fit into simulated time");
  }
  /// The time of the next `instructions`, in femtoseconds.
  std::uint64_t advance(std::uint64_t instructions) {
    const std::uint64_t total = instructions * milli_fs_ + carry_;
    carry_ = total % 1000;
    return total / 1000;
  }
  /// The same, without passing it.
  [[nodiscard]] std::uint64_t ahead(std::uint64_t instructions) const {
    return (instructions * milli_fs_ + carry_) / 1000;
  }

private:
  std::uint64_t milli_fs_;  ///< of one instruction
  std::uint64_t carry_ = 0;
};

}  // namespace systole::host
