#include "hw/blocks/engine/shell/quiet_loads.h"

#include <algorithm>
#include <numeric>

namespace systole::engine {

namespace {
// Commands of one network have some hundreds of kinds of phases. What guests may do beyond is forgotten.
constexpr std::size_t kMostKnown = 16384;
}  // namespace

QuietLoads::QuietLoads(const timing::SramLane& lane, std::uint64_t base, std::uint32_t burst_bytes,
                       std::uint32_t outstanding)
    : read_channel_(lane.channel_shape()),
      write_channel_(lane.channel_shape()),
      banks_(lane.bank_shape()),
      lane_(read_channel_, write_channel_, banks_, lane.latency()),
      stream_(burst_bytes, outstanding),
      base_(base),
      period_(std::lcm(std::lcm(std::uint64_t{lane.bank_shape().banks} * lane.bank_shape().width,
                                std::uint64_t{lane.channel_shape().width}),
                       std::uint64_t{burst_bytes})) {}

std::size_t QuietLoads::Hash::operator()(const std::vector<std::uint64_t>& key) const {
  std::uint64_t hash = key.size();
  for (const std::uint64_t word : key) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29U;
  }
  return static_cast<std::size_t>(hash);
}

void QuietLoads::make_key(const std::vector<Access>& loads) {
  key_.clear();
  const bool power = (period_ & (period_ - 1)) == 0;
  for (const Access& access : loads) {
    const std::uint64_t offset = access.address - base_;
    const auto stride = static_cast<std::uint64_t>(access.count > 1 ? access.stride : 0);
    key_.push_back(power ? offset & (period_ - 1) : offset % period_);
    // Not reduced where 2^64 is no multiple of the period: a stride may stand for a negative one.
    key_.push_back(power ? stride & (period_ - 1) : stride);
    key_.push_back(std::uint64_t{access.run_bytes} << 32U | access.count);
  }
}

QuietLoads::Times QuietLoads::work_out(const std::vector<Access>& loads) {
  const timing::Ticks start = now_;
  Times times;
  std::uint64_t before = banks_.busy_beats();
  stream_.start(loads, start);
  while (stream_.pending()) {
    const Burst& burst = stream_.burst();
    times.last_issue = stream_.issue_at() - start;
    stream_.issued(lane_.access(stream_.issue_at(), burst.address - base_, burst.bytes, false));
  }
  times.end = stream_.end() - start;
  times.beats = banks_.busy_beats() - before;
  // The next one begins when all of this is over.
  now_ = std::max({stream_.end(), banks_.quiet_from(), read_channel_.quiet_from()}) + 1;
  return times;
}

const QuietLoads::Times& QuietLoads::of(const std::vector<Access>& loads) {
  make_key(loads);
  const auto known = known_.find(key_);
  if (known != known_.end()) return known->second;
  if (known_.size() >= kMostKnown) known_.clear();
  return known_.emplace(key_, work_out(loads)).first->second;
}

}  // namespace systole::engine
