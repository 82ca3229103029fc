// How long the loads of a phase take when nobody else uses the scratchpad. Pure.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "hw/blocks/engine/shell/burst_stream.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/timing/sram_lane.h"

namespace systole::engine {

/// Times of a stream of loads from its start on, found by working it out once on a scratchpad of its own. A
/// stream that starts on a quiet scratchpad takes the same time wherever its runs lie modulo the period of
/// banks, channel words and bursts, so that the phases of a command share a few answers.
class QuietLoads {
public:
  struct Times {
    timing::Ticks last_issue = 0;  ///< of the last burst, from the stream's start
    timing::Ticks end = 0;         ///< of all bursts, from the stream's start
    std::uint64_t beats = 0;       ///< of the banks
  };

  /// A scratchpad and a way to it as the lane's. base: address of the scratchpad, which decides the bank.
  QuietLoads(const timing::SramLane& lane, std::uint64_t base, std::uint32_t burst_bytes,
             std::uint32_t outstanding);

  /// Of these loads, all of which lie in the scratchpad. Valid until the next call.
  const Times& of(const std::vector<Access>& loads);

private:
  struct Hash {
    std::size_t operator()(const std::vector<std::uint64_t>& key) const;
  };
  void make_key(const std::vector<Access>& loads);
  [[nodiscard]] Times work_out(const std::vector<Access>& loads);

  timing::BankedPort read_channel_;
  timing::BankedPort write_channel_;
  timing::BankedPort banks_;
  timing::SramLane lane_;
  BurstStream stream_;
  std::uint64_t base_;
  std::uint64_t period_;  ///< bytes; addresses that differ by it are alike
  timing::Ticks now_ = 0;
  std::vector<std::uint64_t> key_;
  std::unordered_map<std::vector<std::uint64_t>, Times, Hash> known_;
};

}  // namespace systole::engine
