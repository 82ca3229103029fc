#include "models/mapper/schedule/hazards.h"

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

void HazardTracker::look(const Entries& entries, const Footprint& access, std::uint32_t& latest) const {
  for (auto entry = entries.rbegin(); entry != entries.rend() && entry->number > latest; ++entry) {
    if (may_overlap(access, accesses_[entry->access])) latest = entry->number;
  }
}

std::vector<std::uint32_t> HazardTracker::latest(const std::vector<Footprint>& accesses,
                                                 const QueueClock& known) const {
  std::vector<std::uint32_t> latest(queues_);
  for (std::size_t q = 0; q < queues_; ++q) latest[q] = known[q];
  for (const Footprint& access : accesses) {
    const auto space = spaces_.find(access.space);
    if (space == spaces_.end()) continue;
    for_each_page(access, [&](std::int64_t at) {
      const auto page = space->second.find(at);
      if (page == space->second.end()) return;
      for (std::size_t q = 0; q < queues_; ++q) {
        look(page->second.writes[q], access, latest[q]);
        if (access.write) look(page->second.reads[q], access, latest[q]);
      }
    });
  }
  for (std::size_t q = 0; q < queues_; ++q) {
    if (latest[q] == known[q]) latest[q] = 0;
  }
  return latest;
}

void HazardTracker::add(std::size_t queue, std::uint32_t number, const std::vector<Footprint>& accesses) {
  for (const Footprint& access : accesses) {
    const Entry entry{number, static_cast<std::uint32_t>(accesses_.size())};
    accesses_.push_back(access);
    Space& space = spaces_[access.space];
    for_each_page(access, [&](std::int64_t at) {
      Page& page = space[at];
      if (page.reads.empty()) {
        page.reads.resize(queues_);
        page.writes.resize(queues_);
      }
      (access.write ? page.writes : page.reads)[queue].push_back(entry);
    });
  }
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
