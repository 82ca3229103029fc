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

void HazardTracker::find(Space& space, const Page& page, std::size_t queue, const Footprint& access) {
  for (std::size_t other = 0; other < page.size(); ++other) {
    if (other == queue) continue;
    const std::vector<std::uint32_t>& entries = page[other];
    Last& last = last_[other];
    for (auto index = entries.rbegin(); index != entries.rend(); ++index) {
      Entry& entry = space.entries[*index];
      if (last.found && entry.command <= last.command) break;
      if (entry.asked == question_) continue;
      entry.asked = question_;
      if (!may_overlap(access, entry.access)) continue;
      last = {true, entry.command};
      break;
    }
  }
}

void HazardTracker::forget(const Space& space, Page& page, const Footprint& access) {
  for (std::vector<std::uint32_t>& entries : page) {
    std::erase_if(entries, [&](std::uint32_t index) { return covers(access, space.entries[index].access); });
  }
}

void HazardTracker::remember(Space& space, Page& page, std::size_t queue, std::uint32_t index) const {
  page.resize(queues_);
  const Footprint& access = space.entries[index].access;
  std::erase_if(page[queue], [&](std::uint32_t before) { return space.entries[before].access == access; });
  page[queue].push_back(index);
}

std::vector<std::uint32_t> HazardTracker::add(std::uint32_t command, std::size_t queue,
                                              const std::vector<Footprint>& accesses) {
  std::fill(last_.begin(), last_.end(), Last{});
  for (const Footprint& access : accesses) {
    ++question_;
    Space& space = spaces_[access.space];
    for_each_page(access, [&](std::int64_t number) {
      const auto written = space.writes.find(number);
      if (written != space.writes.end()) find(space, written->second, queue, access);
      if (!access.write) return;
      const auto read = space.reads.find(number);
      if (read != space.reads.end()) find(space, read->second, queue, access);
    });
  }
  for (const Footprint& access : accesses) {
    if (!access.write || !access.contiguous()) continue;
    Space& space = spaces_[access.space];
    for_each_page(access, [&](std::int64_t number) {
      for (auto* pages : {&space.writes, &space.reads}) {
        const auto page = pages->find(number);
        if (page != pages->end()) forget(space, page->second, access);
      }
    });
  }
  for (const Footprint& access : accesses) {
    Space& space = spaces_[access.space];
    const auto index = static_cast<std::uint32_t>(space.entries.size());
    space.entries.push_back({command, access});
    for_each_page(access, [&](std::int64_t number) {
      remember(space, (access.write ? space.writes : space.reads)[number], queue, index);
    });
  }
  std::vector<std::uint32_t> found;
  found.reserve(queues_);
  for (const Last& last : last_) {
    if (last.found) found.push_back(last.command);
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
