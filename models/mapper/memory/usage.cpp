#include "models/mapper/memory/usage.h"

#include <algorithm>

namespace systole::mapper {

std::vector<Usage> usage_of(const HwGraph& hw) {
  std::vector<Usage> list(hw.values.size());
  const auto note = [](std::vector<std::int64_t>& positions, std::int64_t position) {
    if (positions.empty() || positions.back() != position) positions.push_back(position);
  };
  std::vector<bool> striped(hw.values.size(), false);
  for (std::size_t i = 0; i < hw.nodes.size(); ++i) {
    for (const ValueId id : reads_of(hw.nodes[i].op)) {
      const ValueId root = hw.value(id).root;
      note(list[root].readers, static_cast<std::int64_t>(i));
      if (!hw.value(id).is_stripe || !striped[root]) ++list[root].reads;
      if (hw.value(id).is_stripe) striped[root] = true;
    }
    for (const ValueId id : writes_of(hw.nodes[i].op)) {
      note(list[hw.value(id).root].writers, static_cast<std::int64_t>(i));
    }
  }
  return list;
}

Lifetime lifetime_of(const HwGraph& hw, const Usage& usage, ValueId root, bool ping_pong) {
  const auto end = static_cast<std::int64_t>(hw.nodes.size());
  Lifetime life;
  switch (hw.value(root).kind) {
    case ValueKind::kConstant:
      if (!hw.value(root).spans_stripes)
        return {-1, end};  // loaded before, and needed again by the next inference
      return {usage.readers.front() - (ping_pong ? 1 : 0), usage.readers.back()};
    case ValueKind::kInput:
      life.first = usage.readers.front() - (ping_pong ? 1 : 0);
      break;
    default:
      life.first = usage.writers.front();
  }
  // Slices of one value have a writer each.
  const std::int64_t written = usage.writers.empty() ? life.first : usage.writers.back();
  life.last = std::max({life.first, written, usage.readers.empty() ? life.first : usage.readers.back()});
  if (hw.value(root).lingers && ping_pong) life.last += 2;
  // The copy to DRAM goes on while the next operation runs.
  if (hw.value(root).kind == ValueKind::kOutput) life.last = std::max(life.last, written + 1);
  return life;
}

bool wants_home(const HwGraph& hw, const Usage& usage, ValueId root) {
  switch (hw.value(root).kind) {
    case ValueKind::kActivation:
      return !usage.writers.empty();
    case ValueKind::kInput:
      return usage.reads > 1;
    case ValueKind::kOutput:
      return !usage.writers.empty() && !usage.readers.empty();
    case ValueKind::kConstant:
      return hw.value(root).spans_stripes && !usage.readers.empty();
  }
  return false;
}

}  // namespace systole::mapper
