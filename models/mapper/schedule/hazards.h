// Which earlier commands a command conflicts with.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "models/mapper/schedule/clocks.h"
#include "models/mapper/schedule/footprint.h"

namespace systole::mapper {

/// Remembers what the commands of every queue have read and written, in the order in which they were added.
///
/// Commands of a queue complete in order, so of every queue only the latest command that conflicts matters,
/// and none that is known to be complete. Accesses are found by the pages that they touch, the latest first:
/// a command costs what is near it and still under way, not what came before it.
class HazardTracker {
public:
  explicit HazardTracker(std::size_t queues) : queues_(queues) {}

  /// By queue: the number of the latest command that writes what these accesses read or write, or reads what
  /// they write; 0 if there is none, or if `known` has it complete.
  [[nodiscard]] std::vector<std::uint32_t> latest(const std::vector<Footprint>& accesses,
                                                  const QueueClock& known) const;
  /// Remembers the accesses of the number-th command of a queue; numbers start at 1 and ascend.
  void add(std::size_t queue, std::uint32_t number, const std::vector<Footprint>& accesses);

private:
  /// One access of the number-th command of a queue.
  struct Entry {
    std::uint32_t number;
    std::uint32_t access;  ///< in accesses_
  };
  using Entries = std::vector<Entry>;  ///< of one queue, numbers ascend
  struct Page {
    std::vector<Entries> reads, writes;  ///< by queue
  };
  using Space = std::unordered_map<std::int64_t, Page>;  ///< pages by number

  void look(const Entries& entries, const Footprint& access, std::uint32_t& latest) const;

  std::size_t queues_;
  std::map<std::uint32_t, Space> spaces_;
  std::vector<Footprint> accesses_;
};

/// True if the two conflict in any access.
bool conflict(const std::vector<Footprint>& a, const std::vector<Footprint>& b);

}  // namespace systole::mapper
