#include "hw/blocks/dma/schedule.h"

#include <algorithm>

#include "hw/base/assert.h"

namespace systole::dma {

BurstSchedule::BurstSchedule(std::uint32_t outstanding, std::uint64_t start)
    : slots_(outstanding), read_port_free_(start), write_port_free_(start), end_(start) {
  SYSTOLE_ASSERT(outstanding >= 1, "a DMA engine needs a buffer slot");
}

bool BurstSchedule::wants_burst() const {
  return reading_ == added_ && (added_ < slots_.size() || writing_ > added_ - slots_.size());
}

void BurstSchedule::add_burst(std::uint32_t reads, std::uint32_t writes) {
  SYSTOLE_ASSERT(wants_burst() && writes > 0, "burst added out of turn");
  Slot& next = slot(added_++);
  const std::uint64_t free = next.write_end;
  next = {std::max<std::uint32_t>(reads, 1), writes, 0, 0};
  read_port_free_ = std::max(read_port_free_, free);
}

std::optional<std::uint64_t> BurstSchedule::next_read() const {
  if (reading_ == added_) return std::nullopt;
  return read_port_free_;
}

std::optional<std::uint64_t> BurstSchedule::next_write() const {
  if (writing_ == reading_) return std::nullopt;
  return std::max(write_port_free_, slot(writing_).read_end);
}

void BurstSchedule::issue_read(std::uint64_t at, std::uint64_t end) {
  SYSTOLE_ASSERT(reading_ < added_ && at >= read_port_free_ && end >= at, "read issued out of turn");
  Slot& burst = slot(reading_);
  read_port_free_ = at + 1;
  burst.read_end = std::max(burst.read_end, end);
  end_ = std::max(end_, end);
  if (--burst.reads_left == 0) ++reading_;
}

void BurstSchedule::issue_write(std::uint64_t at, std::uint64_t end) {
  SYSTOLE_ASSERT(writing_ < reading_ && at >= *next_write() && end >= at, "write issued out of turn");
  Slot& burst = slot(writing_);
  write_port_free_ = at + 1;
  burst.write_end = std::max(burst.write_end, end);
  end_ = std::max(end_, end);
  if (--burst.writes_left == 0) ++writing_;
}

}  // namespace systole::dma
