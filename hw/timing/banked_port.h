// Banked SRAM: `banks` banks that interleave at `width` bytes, each with `ports` ports of one beat per cycle.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "hw/timing/calendar.h"
#include "hw/timing/time.h"

namespace systole::timing {

/// Bank of a byte: (address / width) % banks. A burst touches the banks in address order, one beat for every
/// `width` bytes that it touches. Its beats are served in order, at most `beats_per_cycle` in one cycle (how
/// wide the way to the SRAM is, in banks), each as soon as a port of its bank is free. Bursts that were
/// issued earlier go first where they meet. Time is in cycles of the SRAM; no memory is allocated after
/// construction; a burst costs O(beats).
class BankedPort {
public:
  struct Shape {
    std::uint32_t banks = 1;
    std::uint32_t ports = 1;
    std::uint32_t width = 32;  ///< bytes
    std::uint32_t beats_per_cycle = 1;
  };

  explicit BankedPort(const Shape& shape);

  /// The cycle in which the first beat of a burst at `address`, issued in cycle `t`, would be served.
  [[nodiscard]] Ticks earliest(Ticks t, std::uint64_t address) const;

  /// Serves a burst of `bytes` > 0 bytes that is issued in cycle `t`: `first` is the cycle of its first beat,
  /// `end` the one after its last. Alone on the SRAM: {t, t + ceil(beats / beats_per_cycle)}.
  Beats reserve(Ticks t, std::uint64_t address, std::uint64_t bytes);

  /// The same for an access that lies within one word: the cycle of its beat.
  Ticks reserve_word(Ticks t, std::uint64_t address) {
    const Ticks cycle = take_beat(t, word_of(address));
    quiet_from_ = std::max(quiet_from_, cycle + 1);
    ++busy_beats_;
    conflict_cycles_ += cycle - t;
    return cycle;
  }
  [[nodiscard]] bool is_word(std::uint64_t address, std::uint64_t bytes) const {
    return word_of(address) == word_of(address + bytes - 1);
  }

  /// Beats that a burst needs: words of `width` bytes that it touches.
  [[nodiscard]] std::uint64_t beats(std::uint64_t address, std::uint64_t bytes) const;

  [[nodiscard]] std::uint32_t width() const { return shape_.width; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  /// No port is taken in this cycle or later.
  [[nodiscard]] Ticks quiet_from() const { return quiet_from_; }
  /// Counts beats that were served without a reservation, because nobody could have met them.
  void count_beats(std::uint64_t beats) { busy_beats_ += beats; }

  [[nodiscard]] std::uint64_t busy_beats() const { return busy_beats_; }    ///< beats served so far
  [[nodiscard]] Ticks conflict_cycles() const { return conflict_cycles_; }  ///< cycles that bursts lost

private:
  /// address / width: words of a power of two, as nearly all are, need no division.
  [[nodiscard]] std::uint64_t word_of(std::uint64_t address) const {
    return width_shift_ >= 0 ? address >> static_cast<unsigned>(width_shift_) : address / shape_.width;
  }
  [[nodiscard]] std::uint64_t bank_of(std::uint64_t word) const {
    return banks_are_power_ ? word & (shape_.banks - 1U) : word % shape_.banks;
  }
  Beats reserve_row(Ticks t, std::uint64_t count);
  /// The port of this word's bank that is free first, at or after `t`.
  [[nodiscard]] std::pair<std::size_t, Ticks> best_port(Ticks t, std::uint64_t word) const {
    const std::size_t first = static_cast<std::size_t>(bank_of(word)) * shape_.ports;
    std::size_t best = first;
    Ticks cycle = ports_[first].earliest(t);
    for (std::size_t port = first + 1; port < first + shape_.ports && cycle > t; ++port) {
      const Ticks candidate = ports_[port].earliest(t);
      if (candidate < cycle) {
        best = port;
        cycle = candidate;
      }
    }
    return {best, cycle};
  }

  /// Serves a beat at this word, issued in cycle `t`; returns its cycle.
  Ticks take_beat(Ticks t, std::uint64_t word) {
    if (shape_.ports == 1) return ports_[static_cast<std::size_t>(bank_of(word))].reserve(t);
    const auto [port, cycle] = best_port(t, word);
    ports_[port].take(cycle);
    return cycle;
  }

  Shape shape_;
  int width_shift_;  ///< log2 of the width, or -1
  bool banks_are_power_;
  std::vector<Calendar> ports_;  ///< [bank * ports + port]
  Ticks quiet_from_ = 0;
  std::uint64_t busy_beats_ = 0;
  Ticks conflict_cycles_ = 0;
};

}  // namespace systole::timing
