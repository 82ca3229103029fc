#include "models/mapper/memory/allocator.h"

#include <algorithm>

#include "hw/base/units.h"

namespace systole::mapper {

std::optional<std::int64_t> Allocator::place(const Lifetime& life, std::int64_t bytes) {
  const auto align = [&](std::int64_t value) {
    return static_cast<std::int64_t>(
        round_up(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(alignment_)));
  };
  std::int64_t begin = 0;
  for (const Block& block : blocks_) {
    if (!block.life.meets(life)) continue;
    if (block.begin >= begin + bytes) break;
    begin = std::max(begin, align(block.end));
  }
  if (bytes > capacity_ || begin > capacity_ - bytes) return std::nullopt;
  const Block block{life, begin, begin + bytes};
  const auto at = std::upper_bound(blocks_.begin(), blocks_.end(), block,
                                   [](const Block& a, const Block& b) { return a.begin < b.begin; });
  blocks_.insert(at, block);
  high_water_ = std::max(high_water_, block.end);
  return begin;
}

}  // namespace systole::mapper
