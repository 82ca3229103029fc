// The seam behind which a DRAM's timing lives.
#pragma once

#include <cstdint>

#include "hw/timing/time.h"

namespace systole::timing {

/// Times are in femtoseconds. Requests are issued in the order of their time.
class DramTiming {
public:
  virtual ~DramTiming() = default;
  /// When the first data of a request made at `t` would move, if it were issued now.
  [[nodiscard]] virtual Ticks earliest(Ticks t, std::uint64_t address, bool is_write) const = 0;
  /// Serves a request of `bytes` > 0 bytes: when its data moves on the memory's pins.
  virtual Beats issue(Ticks t, std::uint64_t address, std::uint64_t bytes, bool is_write) = 0;
};

}  // namespace systole::timing
