// Which earlier commands a command conflicts with.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "models/mapper/schedule/footprint.h"

namespace systole::mapper {

/// Remembers what commands have read and written, in the order in which they were added. An access that a
/// later write covers is forgotten: whoever meets it meets the write, which is ordered behind it.
/// Accesses are found by the pages that they touch, so that a command costs what is near it, not what came
/// before it.
class HazardTracker {
public:
  /// The numbers of the earlier commands that write what this one reads or writes, or read what it writes;
  /// ascending, each once. Then remembers this one.
  std::vector<std::uint32_t> add(std::uint32_t command, const std::vector<Footprint>& accesses);

private:
  struct Entry {
    std::uint32_t command;
    Footprint access;
    bool forgotten = false;
    std::uint64_t asked = 0;  ///< the last question that met it: an access meets an entry on many pages
  };
  using Page = std::vector<std::uint32_t>;  ///< entries that touch it
  struct Space {
    std::vector<Entry> entries;
    std::unordered_map<std::int64_t, Page> reads, writes;
  };

  void find(Space& space, Page& page, const Footprint& access, std::vector<std::uint32_t>& found);
  static void forget(Space& space, Page& page, const Footprint& access);

  std::map<std::uint32_t, Space> spaces_;
  std::uint64_t question_ = 0;             ///< number of the access that is looked up
  std::uint64_t asker_ = 0;                ///< number of the command that is looked up, from 1
  std::vector<std::uint64_t> found_last_;  ///< by command: the last asker that found it
};

/// True if the two conflict in any access.
bool conflict(const std::vector<Footprint>& a, const std::vector<Footprint>& b);

}  // namespace systole::mapper
