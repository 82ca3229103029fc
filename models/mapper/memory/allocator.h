// Memory in which blocks that live at different times share addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace systole::mapper {

/// A block lives in the positions first ... last of the node order.
struct Lifetime {
  std::int64_t first = 0;
  std::int64_t last = 0;
  [[nodiscard]] bool meets(const Lifetime& other) const { return first <= other.last && other.first <= last; }
};

/// First fit: the lowest offset at which nothing that lives at the same time lies.
class Allocator {
public:
  /// capacity: offsets 0 ... capacity - 1. Blocks start at multiples of `alignment`.
  Allocator(std::int64_t capacity, std::int64_t alignment) : capacity_(capacity), alignment_(alignment) {}

  /// nullopt if there is no room.
  std::optional<std::int64_t> place(const Lifetime& life, std::int64_t bytes);
  /// The end of the highest block.
  [[nodiscard]] std::int64_t high_water() const { return high_water_; }

private:
  struct Block {
    Lifetime life;
    std::int64_t begin;
    std::int64_t end;
  };
  std::int64_t capacity_;
  std::int64_t alignment_;
  std::int64_t high_water_ = 0;
  std::vector<Block> blocks_;  ///< by begin
};

}  // namespace systole::mapper
