#include "hw/timing/calendar.h"

#include <algorithm>
#include <bit>

namespace systole::timing {

Ticks Calendar::search(Ticks t) const {
  Ticks cycle = std::max(t, base_);
  while (cycle < free_from_) {
    const std::uint64_t word = taken_[(cycle / kWordBits) % kWords];
    const std::uint64_t free_ahead = ~word >> (cycle % kWordBits);  // bit 0: this cycle
    if (free_ahead != 0) return cycle + static_cast<Ticks>(std::countr_zero(free_ahead));
    cycle = (cycle / kWordBits + 1) * kWordBits;
  }
  return cycle;
}

// Word by word.
void Calendar::reserve_row(Ticks t, Ticks count) {
  SYSTOLE_ASSERT(t >= free_from_ && count > 0, "a row of cycles that are not all free");
  for (const Ticks end = t + count; t < end;) {
    const Ticks next = std::min(end, (t / kWordBits + 1) * kWordBits);
    if (next - 1 >= base_ + kWindow) move_window(next - 1);
    const std::uint64_t ones = ~std::uint64_t{0} >> (kWordBits - (next - t));
    taken_[(t / kWordBits) % kWords] |= ones << (t % kWordBits);
    t = next;
  }
  free_from_ = t;
}

void Calendar::move_window(Ticks cycle) {
  const Ticks new_base = (cycle - kWindow) / kWordBits * kWordBits + kWordBits;
  const Ticks passed = std::min((new_base - base_) / kWordBits, kWords);
  for (Ticks i = 0; i < passed; ++i) taken_[(base_ / kWordBits + i) % kWords] = 0;
  base_ = new_base;
}

}  // namespace systole::timing
