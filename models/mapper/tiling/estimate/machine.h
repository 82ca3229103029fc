// Rates and latencies of the SoC in cycles of its clock, from the capability.
#pragma once

#include <cstdint>

#include "models/mapper/capability.h"

namespace systole::mapper {

struct Machine {
  explicit Machine(const Capability& capability);

  double dram_rate;     ///< bytes per cycle
  double dram_latency;  ///< cycles, whole
  double link_rate;     ///< bytes per cycle of one link of the bus
  double bus;           ///< cycles of one crossing
  double sram_path;     ///< latency of an SRAM access beside its beats: there, access, back
  double sram_width;    ///< bytes of a beat
  double sram_banks;    ///< bank accesses per cycle, all banks together
};

/// Words of `width` bytes that a run of `bytes` touches on average, if runs start at multiples of
/// `granularity` (a divisor of the width, or a multiple of it). All > 0.
double mean_words(double bytes, double width, double granularity);

}  // namespace systole::mapper
