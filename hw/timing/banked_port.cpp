#include "hw/timing/banked_port.h"

#include <algorithm>
#include <bit>

#include "hw/base/assert.h"
#include "hw/base/units.h"

namespace systole::timing {

BankedPort::BankedPort(const Shape& shape)
    : shape_(shape),
      width_shift_(std::has_single_bit(shape.width) ? std::countr_zero(shape.width) : -1),
      banks_are_power_(std::has_single_bit(shape.banks)),
      ports_(static_cast<std::size_t>(shape.banks) * shape.ports) {
  SYSTOLE_ASSERT(shape.banks > 0 && shape.ports > 0 && shape.width > 0 && shape.beats_per_cycle > 0,
                 "an SRAM without banks, ports or width");
}

std::uint64_t BankedPort::beats(std::uint64_t address, std::uint64_t bytes) const {
  return word_of(address + bytes - 1) - word_of(address) + 1;
}

Ticks BankedPort::earliest(Ticks t, std::uint64_t address) const {
  return best_port(t, word_of(address)).second;
}

// One port, and nothing taken from `t` on: beat after beat.
Beats BankedPort::reserve_row(Ticks t, std::uint64_t count) {
  ports_[0].reserve_row(t, count);
  quiet_from_ = t + count;
  busy_beats_ += count;
  conflict_cycles_ += count - ceil_div(count, shape_.beats_per_cycle);
  return {t, t + count};
}

Beats BankedPort::reserve(Ticks t, std::uint64_t address, std::uint64_t bytes) {
  SYSTOLE_ASSERT(bytes > 0, "an access of no bytes");
  const std::uint64_t first_word = word_of(address);
  const std::uint64_t count = word_of(address + bytes - 1) - first_word + 1;
  if (ports_.size() == 1 && t >= quiet_from_) return reserve_row(t, count);
  Beats result{};
  Ticks cycle = t;             // of the beat at hand
  std::uint32_t in_cycle = 0;  // beats of this burst in `cycle` so far
  for (std::uint64_t i = 0; i < count; ++i) {
    if (in_cycle == shape_.beats_per_cycle) {
      ++cycle;
      in_cycle = 0;
    }
    const Ticks when = take_beat(cycle, first_word + i);
    if (when != cycle) {
      cycle = when;
      in_cycle = 0;
    }
    ++in_cycle;
    if (i == 0) result.first = when;
  }
  result.end = cycle + 1;
  quiet_from_ = std::max(quiet_from_, result.end);
  busy_beats_ += count;
  conflict_cycles_ += result.end - (t + ceil_div(count, shape_.beats_per_cycle));
  return result;
}

}  // namespace systole::timing
