// Which earlier commands a command conflicts with.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "models/mapper/schedule/footprint.h"

namespace systole::mapper {

/// Remembers what commands have read and written, in the order in which they were added. Commands of one
/// queue are executed one after another, so that the last one of a queue speaks for those before it. An
/// access that a later write covers is forgotten: whoever meets it meets the write, which is ordered behind
/// it; and so is one that a later command of its queue repeats. Accesses are found by the pages that they
/// touch, so that a command costs what is near it, not what came before it.
class HazardTracker {
public:
  explicit HazardTracker(std::size_t queues) : queues_(queues), last_(queues) {}

  /// Of every other queue the last command that writes what this one reads or writes, or reads what it
  /// writes: numbers in ascending order. Then remembers this one. Numbers ascend from call to call.
  std::vector<std::uint32_t> add(std::uint32_t command, std::size_t queue,
                                 const std::vector<Footprint>& accesses);

private:
  struct Entry {
    std::uint32_t command;
    Footprint access;
    std::uint64_t asked = 0;  ///< the last question that met it: an access meets an entry on many pages
  };
  using Page = std::vector<std::vector<std::uint32_t>>;  ///< by queue: entries that touch it, in order
  struct Space {
    std::vector<Entry> entries;
    std::unordered_map<std::int64_t, Page> reads, writes;
  };
  /// The last command of a queue that was found.
  struct Last {
    bool found = false;
    std::uint32_t command = 0;
  };

  void find(Space& space, const Page& page, std::size_t queue, const Footprint& access);
  static void forget(const Space& space, Page& page, const Footprint& access);
  void remember(Space& space, Page& page, std::size_t queue, std::uint32_t index) const;

  std::size_t queues_;
  std::map<std::uint32_t, Space> spaces_;
  std::vector<Last> last_;      ///< by queue: of the command that is looked up
  std::uint64_t question_ = 0;  ///< number of the access that is looked up
};

/// True if the two conflict in any access.
bool conflict(const std::vector<Footprint>& a, const std::vector<Footprint>& b);

}  // namespace systole::mapper
