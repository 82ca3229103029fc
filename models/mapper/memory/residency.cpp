#include "models/mapper/memory/residency.h"

#include <algorithm>
#include <tuple>

#include "hw/base/units.h"

namespace systole::mapper {

namespace {

/// Bytes of a constant that an operation loads.
std::int64_t loads_of(const HwGraph& hw, ValueId id, const NodePlan& node) {
  std::int64_t bytes = 0;
  const Region* last = nullptr;
  for (const Step& step : node.steps) {
    for (const Operand& operand : step.operands) {
      if (hw.value(operand.value).root != id) continue;
      if (last == nullptr || !(*last == operand.region)) bytes += staged_bytes(hw, operand);
      last = &operand.region;
    }
  }
  return bytes;
}

}  // namespace

std::vector<ValueId> choose_resident(const HwGraph& hw, const std::vector<Usage>& usage,
                                     const std::vector<NodePlan>& nodes, const ResidencyInput& input) {
  struct Candidate {
    std::int64_t loads;
    std::int64_t bytes;
    ValueId id;
  };
  std::vector<Candidate> candidates;
  candidates.reserve(input.constants.size());
  for (const ValueId id : input.constants) {
    std::int64_t loaded = 0;
    for (const std::int64_t reader : usage[id].readers) {
      loaded += loads_of(hw, id, nodes[static_cast<std::size_t>(reader)]);
    }
    // How often it is loaded, at least once.
    const std::int64_t loads =
        std::max<std::int64_t>(1, loaded / std::max<std::int64_t>(1, hw.value(id).bytes()));
    const std::uint64_t bytes = round_up(static_cast<std::uint64_t>(hw.value(id).bytes()),
                                         static_cast<std::uint64_t>(input.alignment));
    candidates.push_back({loads, static_cast<std::int64_t>(bytes), id});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(-a.loads, -a.bytes, a.id) < std::tuple(-b.loads, -b.bytes, b.id);
  });

  std::vector<std::int64_t> staging;
  staging.reserve(nodes.size());
  for (const NodePlan& node : nodes) staging.push_back(node.staging_bytes);
  std::vector<ValueId> chosen;
  std::int64_t resident = 0;
  for (const Candidate& candidate : candidates) {
    // A resident constant leaves the staging memory of its readers.
    std::vector<std::int64_t> rest = staging;
    for (const std::int64_t reader : usage[candidate.id].readers) {
      auto& bytes = rest[static_cast<std::size_t>(reader)];
      bytes = std::max<std::int64_t>(0, bytes - candidate.bytes);
    }
    bool fits = true;
    for (std::size_t i = 0; i < rest.size() && fits; ++i) {
      const std::int64_t needed = std::min(rest[i], input.capacity / 4);
      fits = input.live[i] + resident + candidate.bytes + needed <= input.capacity;
    }
    if (!fits) continue;
    chosen.push_back(candidate.id);
    resident += candidate.bytes;
    staging = std::move(rest);
  }
  return chosen;
}

}  // namespace systole::mapper
