// Ideal DRAM: a fixed latency and the bandwidth of its channels; no banks, rows, refresh or turn-around.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/base/units.h"
#include "hw/timing/dram.h"
#include "hw/timing/port.h"

namespace systole::timing {

/// Channel of a byte: (address / 256) % channels. Each channel moves bandwidth / channels. A request is cut
/// at channel boundaries; a piece's data moves from max(t + latency, channel free), in
/// ceil(bytes x channels x 1e15 / bandwidth) femtoseconds. Latency is pipelined: it hides behind the data of
/// earlier requests. Reads and writes cost the same.
class SimpleDram final : public DramTiming {
public:
  static constexpr std::uint64_t kInterleave = 256;  ///< bytes

  /// bandwidth: of all channels together, > 0.
  SimpleDram(Picoseconds latency, BytesPerSecond bandwidth, std::uint32_t channels);

  [[nodiscard]] Ticks earliest(Ticks t, std::uint64_t address, bool is_write) const override;
  Beats issue(Ticks t, std::uint64_t address, std::uint64_t bytes, bool is_write) override;

  [[nodiscard]] Ticks busy(std::uint32_t channel) const { return channels_[channel].busy(); }

private:
  [[nodiscard]] Ticks transfer_time(std::uint64_t bytes) const;

  Ticks latency_;
  std::uint64_t bandwidth_;
  std::vector<Port> channels_;
};

}  // namespace systole::timing
