#include "models/mapper/stripes/segment.h"

#include <algorithm>
#include <optional>

#include "hw/base/units.h"

namespace systole::mapper {

namespace {

constexpr std::size_t kRow = 1;

/// The operation of the segment that makes a value.
std::optional<std::size_t> maker(const HwGraph& hw, const Segment& segment, ValueId value) {
  for (std::size_t k = 0; k < segment.size(); ++k) {
    if (result_of(hw.nodes[segment.first + k].op) == value) return k;
  }
  return std::nullopt;
}

/// By operation: those of the segment that read its result.
std::vector<std::vector<std::size_t>> readers_of(const HwGraph& hw, const Segment& segment) {
  std::vector<std::vector<std::size_t>> readers(segment.size());
  for (std::size_t k = 0; k < segment.size(); ++k) {
    for (const RowsRead& read : rows_read(hw, hw.nodes[segment.first + k].op, {0, 1})) {
      if (const auto from = maker(hw, segment, read.value)) readers[*from].push_back(k);
    }
  }
  return readers;
}

}  // namespace

bool is_segment(const HwGraph& hw, const std::vector<Usage>& usage, const Segment& segment) {
  for (std::size_t i = segment.first; i <= segment.last; ++i) {
    if (!can_stripe(hw, hw.nodes[i].op)) return false;
    if (i == segment.last) break;
    const ValueId result = result_of(hw.nodes[i].op);
    const Value& value = hw.value(result);
    if (value.root != result || value.kind != ValueKind::kActivation) return false;
    const Usage& use = usage[result];
    if (use.writers.size() != 1 || use.readers.empty()) return false;
    if (use.readers.back() > static_cast<std::int64_t>(segment.last)) return false;
    // Every reader reads it by rows, as it is.
    std::size_t by_rows = 0;
    for (const std::int64_t reader : use.readers) {
      const HwOp& op = hw.nodes[static_cast<std::size_t>(reader)].op;
      if (!can_stripe(hw, op)) return false;
      for (const RowsRead& read : rows_read(hw, op, {0, 1})) by_rows += read.value == result ? 1U : 0U;
    }
    if (by_rows != use.reads) return false;
  }
  return true;
}

Stripes cut_stripes(const HwGraph& hw, const Segment& segment, std::int64_t rows) {
  const std::size_t n = segment.size();
  const auto height = [&](std::size_t k) {
    return hw.value(result_of(hw.nodes[segment.first + k].op)).dims[kRow];
  };
  const std::int64_t total = height(n - 1);
  std::vector<std::int64_t> made(n, 0);   // rows so far
  std::vector<std::int64_t> first(n, 0);  // of those, the first one that is still held
  Stripes stripes;
  for (std::int64_t row = 0; row < total; row += rows) {
    const std::int64_t end = std::min(row + rows, total);
    std::vector<StripeRows> stripe(n);
    std::vector<Rows> need(n, Rows{0, 0});
    need[n - 1] = {row, end};
    for (std::size_t k = n; k-- > 0;) {
      StripeRows& part = stripe[k];
      // Rows that no window reaches are made too: every row once.
      if (end == total) {
        need[k] = {need[k].empty() ? made[k] : need[k].begin, height(k)};
      }
      if (need[k].empty()) {
        part = {{made[k], made[k]}, {made[k], made[k]}};
        continue;
      }
      part.made = {made[k], std::max(made[k], need[k].end)};
      part.held = {std::min(need[k].begin, made[k]), part.made.end};
      if (part.held.begin < first[k]) return {};
      first[k] = part.held.begin;
      made[k] = part.made.end;
      if (part.made.empty()) continue;
      for (const RowsRead& read : rows_read(hw, hw.nodes[segment.first + k].op, part.made)) {
        const auto from = maker(hw, segment, read.value);
        if (!from) continue;
        Rows& wanted = need[*from];
        wanted = wanted.empty()
                     ? read.rows
                     : Rows{std::min(wanted.begin, read.rows.begin), std::max(wanted.end, read.rows.end)};
      }
    }
    stripes.push_back(std::move(stripe));
  }
  return stripes;
}

std::int64_t row_bytes(const Value& value) { return value.bytes() / value.dims[kRow]; }

std::vector<bool> lingering(const HwGraph& hw, const Segment& segment) {
  std::vector<bool> list(segment.size(), false);
  const auto readers = readers_of(hw, segment);
  for (std::size_t k = 0; k + 1 < segment.size(); ++k) {
    const EngineKind own = engine_of(hw.nodes[segment.first + k].op);
    list[k] = std::any_of(readers[k].begin(), readers[k].end(), [&](std::size_t reader) {
      return engine_of(hw.nodes[segment.first + reader].op) != own;
    });
  }
  return list;
}

std::vector<std::int64_t> stripe_bytes(const HwGraph& hw, const Segment& segment, const Stripes& stripes,
                                       const std::vector<bool>& lingers, std::int64_t alignment) {
  const std::size_t n = segment.size();
  const auto readers = readers_of(hw, segment);
  std::vector<std::int64_t> bytes(stripes.size() * n, 0);
  for (std::size_t k = 0; k + 1 < n; ++k) {
    const std::int64_t row = row_bytes(hw.value(result_of(hw.nodes[segment.first + k].op)));
    for (std::size_t s = 0; s < stripes.size(); ++s) {
      const StripeRows& part = stripes[s][k];
      if (part.held.empty()) continue;
      std::size_t last = s * n + k;
      for (const std::size_t reader : readers[k]) {
        if (!stripes[s][reader].made.empty()) last = std::max(last, s * n + reader);
      }
      for (std::size_t next = s + 1; next < stripes.size(); ++next) {
        if (stripes[next][k].held.empty()) continue;
        if (stripes[next][k].kept() > 0) last = next * n + k;
        break;
      }
      if (lingers[k]) ++last;
      const auto size = static_cast<std::int64_t>(round_up(
          static_cast<std::uint64_t>(row * part.held.count()), static_cast<std::uint64_t>(alignment)));
      for (std::size_t p = s * n + k; p <= std::min(last, bytes.size() - 1); ++p) bytes[p] += size;
    }
  }
  return bytes;
}

}  // namespace systole::mapper
