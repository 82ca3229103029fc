// When a DMA engine may issue its transactions: the timing rule of outstanding bursts. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace systole::dma {

/// The engine has `outstanding` buffer slots and two address ports, one for reads and one for writes, each of
/// which issues one transaction (a piece of a burst) per cycle, in order.
///   the first read of burst i   at max(last read issue + 1, end of the last write of burst i - outstanding)
///   the first write of burst i  at max(last write issue + 1, end of the last read of burst i)
///   further pieces of a burst   one cycle after the piece before
/// The end of a transaction is given back at its issue. All times are absolute cycles. The caller issues
/// whichever of next_read() and next_write() is earlier; the write, if they are equal.
class BurstSchedule {
public:
  /// outstanding >= 1. Nothing is issued before `start`.
  BurstSchedule(std::uint32_t outstanding, std::uint64_t start);

  /// A burst's data side: reads == 0 for pure fill, which passes the read port in one cycle all the same.
  /// Bursts are added in order, one when wants_burst().
  void add_burst(std::uint32_t reads, std::uint32_t writes);
  /// All reads of the bursts that were added have been issued, and a slot is free or will be at a known time.
  [[nodiscard]] bool wants_burst() const;

  /// When the next read may be issued; nullopt: no burst has reads left.
  [[nodiscard]] std::optional<std::uint64_t> next_read() const;
  [[nodiscard]] std::optional<std::uint64_t> next_write() const;
  /// Issues it at `at`; its last byte is there at `end` >= at.
  void issue_read(std::uint64_t at, std::uint64_t end);
  void issue_write(std::uint64_t at, std::uint64_t end);

  /// When the last byte of all that was issued is in its place.
  [[nodiscard]] std::uint64_t end() const { return end_; }
  /// The number of the burst that is next to read or to write: its buffer is slot (number % outstanding).
  [[nodiscard]] std::uint64_t reading() const { return reading_; }
  [[nodiscard]] std::uint64_t writing() const { return writing_; }

private:
  struct Slot {
    std::uint32_t reads_left = 0;
    std::uint32_t writes_left = 0;
    std::uint64_t read_end = 0;   ///< of the reads that were issued
    std::uint64_t write_end = 0;  ///< also: when the slot is free again
  };
  [[nodiscard]] Slot& slot(std::uint64_t burst) { return slots_[burst % slots_.size()]; }
  [[nodiscard]] const Slot& slot(std::uint64_t burst) const { return slots_[burst % slots_.size()]; }

  std::vector<Slot> slots_;
  std::uint64_t added_ = 0;
  std::uint64_t reading_ = 0;
  std::uint64_t writing_ = 0;
  std::uint64_t read_port_free_;
  std::uint64_t write_port_free_;
  std::uint64_t end_;
};

}  // namespace systole::dma
