#include "hw/timing/sram_lane.h"

#include <algorithm>

namespace systole::timing {

Path SramLane::cross(BankedPort& port, const Path& path, Ticks latency, std::uint64_t address,
                     std::uint64_t bytes) {
  const Beats beats = port.reserve(path.head, address, bytes);
  return path.through(
      {.latency = latency, .service = beats.end - beats.first, .wait = beats.first - path.head});
}

Ticks SramLane::access_beats(Ticks t, std::uint64_t address, std::uint64_t bytes, bool write) {
  Path path{t, t};
  if (write) path = cross(write_channel_, path, 0, address, bytes);
  path = {path.head + latency_.bus, path.tail + latency_.bus};
  path = cross(banks_, path, latency_.sram, address, bytes);
  path = {path.head + latency_.bus, path.tail + latency_.bus};
  if (!write) path = cross(read_channel_, path, 0, address, bytes);
  return path.tail;
}

bool SramLane::keeps_pace(Ticks t, bool write, Ticks latency) const {
  const Ticks lag = latency - word_latency();
  if (write) return write_channel_.quiet_from() <= t + lag && banks_.quiet_from() <= t + lag + latency_.bus;
  return banks_.quiet_from() <= t + latency_.bus &&
         read_channel_.quiet_from() <= t + 2 * latency_.bus + latency_.sram + lag;
}

void SramLane::pass(Ticks t, std::uint64_t count, Ticks latency) {
  banks_.count_beats(count);
  const Ticks lag = latency - word_latency();
  const Ticks first = t + 2 * latency_.bus + latency_.sram + lag;  // the first one's cycle on the channel
  for (std::uint64_t i = count - std::min(count, lag); i < count; ++i) read_channel_.reserve(first + i, 0, 1);
}

}  // namespace systole::timing
