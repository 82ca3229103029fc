// One initiator's way to the banked scratchpad over the crossbar, in cycles: what the bus and the SRAM charge
// together.
#pragma once

#include <cstdint>

#include "hw/timing/banked_port.h"
#include "hw/timing/path.h"
#include "hw/timing/time.h"

namespace systole::timing {

/// The same hops in the same order as a transaction takes through the bus (docs/blocks/bus.md) and the SRAM:
///   write   initiator's write channel, bus latency, banks and SRAM latency, bus latency
///   read    bus latency, banks and SRAM latency, bus latency, initiator's read channel
/// It works on the bus's and the SRAM's own objects, so that accesses by this way and by transactions meet.
class SramLane {
public:
  struct Latency {
    Ticks bus = 1;   ///< of one crossing
    Ticks sram = 1;  ///< from a beat to its data
  };
  /// The channels and the banks must outlive the lane.
  SramLane(BankedPort& read_channel, BankedPort& write_channel, BankedPort& banks, const Latency& latency)
      : read_channel_(read_channel), write_channel_(write_channel), banks_(banks), latency_(latency) {}

  /// Serves an access of `bytes` > 0 at offset `address` in the scratchpad, issued in cycle `t`; returns when
  /// its last byte is there (write: when its response is).
  Ticks access(Ticks t, std::uint64_t address, std::uint64_t bytes, bool write) {
    const BankedPort& channel = write ? write_channel_ : read_channel_;
    if (!banks_.is_word(address, bytes) || !channel.is_word(address, bytes)) {
      return access_beats(t, address, bytes, write);
    }
    if (write) t = write_channel_.reserve_word(t, address);
    t = banks_.reserve_word(t + latency_.bus, address) + latency_.sram + latency_.bus;
    if (!write) t = read_channel_.reserve_word(t, address);
    return t + 1;
  }

  /// From issue to end of an access of one word that meets nobody.
  [[nodiscard]] Ticks word_latency() const { return 2 * latency_.bus + latency_.sram + 1; }

  /// No cycle is taken, of the banks or of the read channel, that a read issued at `t` or later could get.
  [[nodiscard]] bool is_quiet(Ticks t) const { return keeps_pace(t, false, word_latency()); }
  /// Counts beats that were served without a reservation, because nobody could have met them.
  void count_beats(std::uint64_t beats) { banks_.count_beats(beats); }
  [[nodiscard]] std::uint64_t beats(std::uint64_t address, std::uint64_t bytes) const {
    return banks_.beats(address, bytes);
  }

  [[nodiscard]] const BankedPort::Shape& channel_shape() const { return read_channel_.shape(); }
  [[nodiscard]] const BankedPort::Shape& bank_shape() const { return banks_.shape(); }
  [[nodiscard]] const Latency& latency() const { return latency_; }

  /// Whether accesses of one word each, one issued every cycle from `t` on, would all end `latency` after
  /// their issue. They use different cycles of every resource, so that they cannot meet one another; they
  /// stand behind whatever is reserved already. latency: that of an access alone; or a longer one, that of
  /// the accesses just before `t`, which were issued in the latency - word_latency() cycles before it and
  /// ended one after another: the channel has a queue that neither grows nor shrinks.
  [[nodiscard]] bool keeps_pace(Ticks t, bool write, Ticks latency) const;
  /// Serves `count` such accesses. Of their cycles only those that stand in the channel's queue behind `t` +
  /// `count` are reserved. Right if nobody, this initiator included, will ask for a cycle of a bank in which
  /// one of them is served.
  void pass(Ticks t, std::uint64_t count, Ticks latency);

private:
  Ticks access_beats(Ticks t, std::uint64_t address, std::uint64_t bytes, bool write);
  [[nodiscard]] static Path cross(BankedPort& port, const Path& path, Ticks latency, std::uint64_t address,
                                  std::uint64_t bytes);

  BankedPort& read_channel_;
  BankedPort& write_channel_;
  BankedPort& banks_;
  Latency latency_;
};

}  // namespace systole::timing
