#include "models/mapper/schedule/hazards.h"

#include <algorithm>

namespace systole::mapper {

namespace {

/// Pages of the scratchpad are small; what lies in DRAM is larger and farther apart.
int page_bits(std::uint32_t space) { return space == 0 ? 12 : 16; }

template <typename Visit>
void for_each_page(const Footprint& access, const Visit& visit) {
  const int bits = page_bits(access.space);
  for (std::int64_t page = access.low >> bits; page <= (access.high - 1) >> bits; ++page) visit(page);
}

}  // namespace

void HazardTracker::find(Space& space, Page& page, const Footprint& access,
                         std::vector<std::uint32_t>& found) {
  std::erase_if(page, [&](std::uint32_t index) { return space.entries[index].forgotten; });
  for (const std::uint32_t index : page) {
    Entry& entry = space.entries[index];
    if (entry.asked == question_) continue;
    entry.asked = question_;
    std::uint64_t& last = found_last_[entry.command];
    if (last == asker_ || !may_overlap(access, entry.access)) continue;
    last = asker_;
    found.push_back(entry.command);
  }
}

void HazardTracker::forget(Space& space, Page& page, const Footprint& access) {
  for (const std::uint32_t index : page) {
    Entry& entry = space.entries[index];
    if (covers(access, entry.access)) entry.forgotten = true;
  }
}

std::vector<std::uint32_t> HazardTracker::add(std::uint32_t command, const std::vector<Footprint>& accesses) {
  std::vector<std::uint32_t> found;
  ++asker_;
  if (found_last_.size() <= command) found_last_.resize(command + std::size_t{1}, 0);
  for (const Footprint& access : accesses) {
    ++question_;
    Space& space = spaces_[access.space];
    for_each_page(access, [&](std::int64_t number) {
      const auto written = space.writes.find(number);
      if (written != space.writes.end()) find(space, written->second, access, found);
      if (!access.write) return;
      const auto read = space.reads.find(number);
      if (read != space.reads.end()) find(space, read->second, access, found);
    });
  }
  for (const Footprint& access : accesses) {
    if (!access.write || !access.contiguous()) continue;
    Space& space = spaces_[access.space];
    for_each_page(access, [&](std::int64_t number) {
      forget(space, space.writes[number], access);
      forget(space, space.reads[number], access);
    });
  }
  for (const Footprint& access : accesses) {
    Space& space = spaces_[access.space];
    const auto index = static_cast<std::uint32_t>(space.entries.size());
    space.entries.push_back({command, access});
    for_each_page(access, [&](std::int64_t number) {
      (access.write ? space.writes : space.reads)[number].push_back(index);
    });
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool conflict(const std::vector<Footprint>& a, const std::vector<Footprint>& b) {
  for (const Footprint& x : a) {
    for (const Footprint& y : b) {
      if ((x.write || y.write) && may_overlap(x, y)) return true;
    }
  }
  return false;
}

}  // namespace systole::mapper
