#include "models/mapper/memory/usage.h"

#include <algorithm>

namespace systole::mapper {

std::vector<Usage> usage_of(const HwGraph& hw) {
  std::vector<Usage> list(hw.values.size());
  const auto note = [](std::vector<std::int64_t>& positions, std::int64_t position) {
    if (positions.empty() || positions.back() != position) positions.push_back(position);
  };
  for (std::size_t i = 0; i < hw.nodes.size(); ++i) {
    for (const ValueId id : reads_of(hw.nodes[i].op)) {
      note(list[hw.value(id).root].readers, static_cast<std::int64_t>(i));
      ++list[hw.value(id).root].reads;
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
      return {-1, end};  // loaded before, and needed again by the next inference
    case ValueKind::kInput:
      life.first = usage.readers.front() - (ping_pong ? 1 : 0);
      break;
    default:
      life.first = usage.writers.front();
  }
  // Slices of one value have a writer each.
  const std::int64_t written = usage.writers.empty() ? life.first : usage.writers.back();
  life.last = std::max({life.first, written, usage.readers.empty() ? life.first : usage.readers.back()});
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
      return false;
  }
  return false;
}

}  // namespace systole::mapper
