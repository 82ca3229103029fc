#include "hw/blocks/engine/shell/access.h"

#include <algorithm>
#include <limits>

#include "hw/base/runs.h"

namespace systole::engine {

bool RunBuilder::continues(const Access& last, std::uint64_t address, std::uint32_t bytes,
                           std::uint64_t mirror_offset) const {
  return last.count == 1 && last.address + last.run_bytes == address &&
         offset_ + last.run_bytes == mirror_offset &&
         last.run_bytes <= std::numeric_limits<std::uint32_t>::max() - bytes;
}

// Makes `last` one run longer if the new run lies where the next one of its series would. Unsigned
// arithmetic: addresses come from the guest and may wrap.
bool RunBuilder::joins(Access& last, std::uint64_t address, std::uint32_t bytes,
                       std::uint64_t mirror_offset) const {
  if (last.run_bytes != bytes || last.count == std::numeric_limits<std::uint32_t>::max()) return false;
  const std::uint64_t gap = address - last.address;
  const std::uint64_t mirror_gap = mirror_offset - offset_;
  if (last.count == 1) {
    last.stride = static_cast<std::int64_t>(gap);
    last.data_stride = static_cast<std::int64_t>(mirror_gap);
  } else if (gap != static_cast<std::uint64_t>(last.stride) * last.count ||
             mirror_gap != static_cast<std::uint64_t>(last.data_stride) * last.count) {
    return false;
  }
  ++last.count;
  return true;
}

void RunBuilder::add(std::uint64_t address, std::uint32_t bytes, std::uint64_t mirror_offset) {
  if (bytes == 0) return;
  if (list_.size() > first_) {
    Access& last = list_.back();
    if (continues(last, address, bytes, mirror_offset)) {
      last.run_bytes += bytes;
      return;
    }
    if (joins(last, address, bytes, mirror_offset)) return;
  }
  offset_ = mirror_offset;
  list_.push_back({.address = address,
                   .run_bytes = bytes,
                   .stream = stream_,
                   .data = mirror_ == nullptr ? nullptr : mirror_ + mirror_offset});
}

std::uint64_t bytes_of(const std::vector<Access>& list) {
  std::uint64_t bytes = 0;
  for (const Access& access : list) bytes += std::uint64_t{access.run_bytes} * access.count;
  return bytes;
}

void BurstCursor::reset(const std::vector<Access>& list) {
  list_ = &list;
  access_ = 0;
  run_ = 0;
  offset_ = 0;
}

std::optional<Burst> BurstCursor::next() {
  while (list_ != nullptr && access_ < list_->size()) {
    const Access& access = (*list_)[access_];
    if (run_ < access.count && offset_ < access.run_bytes) {
      Burst burst;
      burst.address = access.address + static_cast<std::uint64_t>(access.stride) * run_ + offset_;
      burst.bytes =
          std::min(access.run_bytes - offset_, limit_ - static_cast<std::uint32_t>(burst.address % limit_));
      burst.stream = access.stream;
      if (access.data != nullptr) burst.data = access.data + access.data_stride * run_ + offset_;
      offset_ += burst.bytes;
      whole_run_ = burst.bytes == access.run_bytes;
      return burst;
    }
    offset_ = 0;
    if (++run_ >= access.count || access.run_bytes == 0) {
      run_ = 0;
      ++access_;
    }
  }
  return std::nullopt;
}

BurstCursor::Train BurstCursor::train() const {
  if (!whole_run_) return {};
  const Access& access = (*list_)[access_];
  const auto stride = static_cast<std::uint64_t>(access.stride);
  const std::uint64_t address = access.address + stride * run_;
  if (!runs_lie_in_blocks(address, access.run_bytes, stride, limit_)) return {};
  return {access.count - run_, access.stride, access.data_stride};
}

}  // namespace systole::engine
