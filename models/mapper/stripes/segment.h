// A run of operations made stripe by stripe: which rows each of them makes in each stripe, and the scratchpad
// that this takes.
#pragma once

#include <cstdint>
#include <vector>

#include "models/mapper/memory/usage.h"
#include "models/mapper/stripes/rows.h"

namespace systole::mapper {

/// Operations [first, last] of the graph. The result of every one but the last is read by others of them
/// only.
struct Segment {
  std::size_t first = 0;
  std::size_t last = 0;
  [[nodiscard]] std::size_t size() const { return last - first + 1; }
};

/// What one operation does in one stripe.
struct StripeRows {
  Rows held;  ///< rows of its result that are there in this stripe; empty: nobody needs any
  Rows made;  ///< of them, those that it makes. The others stay from an earlier stripe.
  [[nodiscard]] std::int64_t kept() const { return made.begin - held.begin; }
};

/// By stripe, then by operation of the segment.
using Stripes = std::vector<std::vector<StripeRows>>;

/// True if the operations can_stripe() and only the last one's result leaves them.
bool is_segment(const HwGraph& hw, const std::vector<Usage>& usage, const Segment& segment);

/// Cuts the last result into stripes of `rows` rows. Each operation makes the rows that the others need,
/// every row once. Empty if an operation would need rows that are gone.
Stripes cut_stripes(const HwGraph& hw, const Segment& segment, std::int64_t rows);

/// Bytes of one row of a value, over all images.
std::int64_t row_bytes(const Value& value);

/// Scratchpad that the results between the operations take, by stripe and operation.
/// lingers: by operation, if its result stays while the next operation runs.
std::vector<std::int64_t> stripe_bytes(const HwGraph& hw, const Segment& segment, const Stripes& stripes,
                                       const std::vector<bool>& lingers, std::int64_t alignment);

/// By operation: its reader is another engine, so that it can make the next stripe meanwhile.
std::vector<bool> lingering(const HwGraph& hw, const Segment& segment);

}  // namespace systole::mapper
