#include "models/mapper/schedule/hazards.h"

#include <algorithm>

namespace systole::mapper {

std::vector<std::uint32_t> HazardTracker::add(std::uint32_t command, const std::vector<Footprint>& accesses) {
  std::vector<std::uint32_t> found;
  for (const Footprint& access : accesses) {
    for (const Entry& entry : spaces_[access.space]) {
      if ((access.write || entry.access.write) && may_overlap(access, entry.access))
        found.push_back(entry.command);
    }
  }
  for (const Footprint& access : accesses) {
    if (!access.write) continue;
    std::erase_if(spaces_[access.space], [&](const Entry& entry) { return covers(access, entry.access); });
  }
  for (const Footprint& access : accesses) spaces_[access.space].push_back({command, access});
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
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
