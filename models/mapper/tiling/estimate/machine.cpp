#include "models/mapper/tiling/estimate/machine.h"

#include <algorithm>
#include <cmath>

namespace systole::mapper {

Machine::Machine(const Capability& capability) {
  const TimingCapability& t = capability.timing;
  const auto clock = static_cast<double>(t.clock.count());
  link_rate = static_cast<double>(t.bus_width.count());
  dram_rate = std::min(static_cast<double>(t.dram_bandwidth.count()) / clock, link_rate);
  constexpr double kPicosecond = 1e-12;
  dram_latency = std::ceil(static_cast<double>(t.dram_latency.count()) * kPicosecond * clock);
  bus = t.bus_latency;
  sram_path = 2.0 * t.bus_latency + t.sram_latency;
  sram_width = static_cast<double>(capability.sram_width.count());
  sram_banks = static_cast<double>(t.sram_banks) * t.sram_ports;
}

double mean_words(double bytes, double width, double granularity) {
  // A start at offset o within a word touches floor((o + bytes - 1) / width) + 1 words; over all offsets that
  // are multiples of g, and sizes that are, that is 1 + (bytes - g) / width on average.
  const double g = std::min(granularity, width);
  return std::max(1.0, 1.0 + (bytes - g) / width);
}

}  // namespace systole::mapper
