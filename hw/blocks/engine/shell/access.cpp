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

void RunBuilder::add_series(std::uint64_t address, std::uint32_t bytes, std::uint64_t mirror_offset,
                            std::uint32_t count, std::int64_t stride, std::int64_t mirror_stride) {
  if (bytes == 0) return;
  const auto step = static_cast<std::uint64_t>(stride);
  const auto mirror_step = static_cast<std::uint64_t>(mirror_stride);
  for (std::uint32_t i = 0; i < count; ++i) {
    add(address + step * i, bytes, mirror_offset + mirror_step * i);
    Access& last = list_.back();
    const std::uint32_t rest = count - 1 - i;
    // Once the last two runs of an access are two of this series, so are those that follow.
    const bool in_step = last.count > 1 && last.stride == stride && last.data_stride == mirror_stride &&
                         last.count <= std::numeric_limits<std::uint32_t>::max() - rest;
    if (!in_step) continue;
    last.count += rest;
    return;
  }
}

std::uint64_t bytes_of(const std::vector<Access>& list) {
  std::uint64_t bytes = 0;
  for (const Access& access : list) bytes += std::uint64_t{access.run_bytes} * access.count;
  return bytes;
}

void BurstCursor::reset(const std::vector<Access>& list) {
  list_ = &list;
  words_from_.clear();
  whole_run_ = steps_ = false;
  access_ = 0;
  run_ = 0;
  offset_ = 0;
}

bool BurstCursor::search() {
  while (list_ != nullptr && access_ < list_->size()) {
    const Access& access = (*list_)[access_];
    if (run_ < access.count && offset_ < access.run_bytes) {
      burst_.address = access.address + static_cast<std::uint64_t>(access.stride) * run_ + offset_;
      burst_.bytes =
          std::min(access.run_bytes - offset_, limit_ - static_cast<std::uint32_t>(burst_.address % limit_));
      burst_.stream = access.stream;
      burst_.data = access.data == nullptr ? nullptr : access.data + access.data_stride * run_ + offset_;
      offset_ += burst_.bytes;
      whole_run_ = burst_.bytes == access.run_bytes;
      steps_ =
          whole_run_ && access.count - run_ > 1 &&
          runs_lie_in_blocks(burst_.address, burst_.bytes, static_cast<std::uint64_t>(access.stride), limit_);
      return true;
    }
    offset_ = 0;
    if (++run_ >= access.count || access.run_bytes == 0) {
      run_ = 0;
      ++access_;
    }
  }
  return false;
}

void BurstCursor::set_words(std::uint64_t base, const std::vector<std::uint64_t>& blocks) {
  base_ = base;
  blocks_ = blocks;
}

bool BurstCursor::is_words(const Access& access) const {
  const auto stride = static_cast<std::uint64_t>(access.count > 1 ? access.stride : 0);
  if (access.run_bytes == 0 || blocks_.empty()) return false;
  if (!runs_lie_in_blocks(access.address, access.run_bytes, stride, limit_)) return false;
  return std::all_of(blocks_.begin(), blocks_.end(), [&](std::uint64_t block) {
    return runs_lie_in_blocks(access.address - base_, access.run_bytes, stride, block);
  });
}

std::uint64_t BurstCursor::words() {
  if (!whole_run_ || list_ == nullptr) return 0;
  if (words_from_.empty()) {
    words_from_.resize(list_->size() + 1);
    for (std::size_t i = list_->size(); i-- > 0;) {
      const Access& access = (*list_)[i];
      words_from_[i] = is_words(access) ? access.count + words_from_[i + 1] : 0;
    }
  }
  const std::uint64_t all = words_from_[access_];
  return all == 0 ? 0 : all - run_;
}

void BurstCursor::skip(std::uint64_t count) {
  std::uint64_t run = run_ + count;  // of the burst that now counts as given last
  while (run >= (*list_)[access_].count) run -= (*list_)[access_++].count;
  run_ = static_cast<std::uint32_t>(run);
  steps_ = false;  // the last burst that was written is another one
  offset_ = (*list_)[access_].run_bytes;
}

}  // namespace systole::engine
