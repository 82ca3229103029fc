#include "hw/timing/dram_simple.h"

#include <algorithm>

#include "hw/base/assert.h"

namespace systole::timing {

namespace {
// bytes x 1e15 does not fit 64 bits.
__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t kFemtosecondsPerSecond = 1'000'000'000'000'000;
constexpr std::uint64_t kFemtosecondsPerPicosecond = 1000;
}  // namespace

SimpleDram::SimpleDram(Picoseconds latency, BytesPerSecond bandwidth, std::uint32_t channels)
    : latency_(latency.count() * kFemtosecondsPerPicosecond),
      bandwidth_(bandwidth.count()),
      channels_(channels) {
  SYSTOLE_ASSERT(bandwidth_ > 0 && channels > 0, "a DRAM without bandwidth or channels");
}

Ticks SimpleDram::transfer_time(std::uint64_t bytes) const {
  const Wide scaled = static_cast<Wide>(bytes) * channels_.size() * kFemtosecondsPerSecond;
  return static_cast<Ticks>((scaled + bandwidth_ - 1) / bandwidth_);
}

Ticks SimpleDram::earliest(Ticks t, std::uint64_t address, bool /*is_write*/) const {
  return channels_[address / kInterleave % channels_.size()].earliest(t + latency_);
}

Beats SimpleDram::issue(Ticks t, std::uint64_t address, std::uint64_t bytes, bool /*is_write*/) {
  SYSTOLE_ASSERT(bytes > 0, "an access of no bytes");
  Beats result{};
  for (std::uint64_t done = 0; done < bytes;) {
    const std::uint64_t at = address + done;
    const std::uint64_t piece = std::min(bytes - done, kInterleave - at % kInterleave);
    const Ticks duration = transfer_time(piece);
    const Ticks start = channels_[at / kInterleave % channels_.size()].reserve(t + latency_, duration);
    if (done == 0) result.first = start;
    result.end = std::max(result.end, start + duration);
    done += piece;
  }
  return result;
}

}  // namespace systole::timing
