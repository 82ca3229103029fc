// Which bytes of the input one row fold of the array needs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/blocks/engine/matrix/operation.h"
#include "hw/blocks/engine/shell/job.h"

namespace systole::engine::matrix {

/// A half-open range.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] std::uint32_t size() const { return end - begin; }
  bool operator==(const Range&) const = default;
};

/// Appends to `loads` what output pixels `pixels` need of rows `k` of the packed weights' K axis. For every
/// output row and ky: the bytes of one input line, each once, in runs as long as the windows touch or overlap
/// in (kx, c); the line buffer expands them into windows. Padding is not loaded.
/// mirror: a dense channels-last copy (in_h x in_w x in_c) of the input, or null.
void append_activation_runs(const Operation& op, Range pixels, Range k, std::byte* mirror,
                            std::vector<Access>& loads);

/// Elements that nobody needs are read along where they leave fewer bytes than this between two that are
/// needed: a word of the scratchpad comes as a whole.
inline constexpr std::uint64_t kReadAlongBytes = 32;

/// The same for a list of k, ascending and not empty.
void append_activation_runs(const Operation& op, Range pixels, std::span<const std::uint32_t> kept,
                            std::byte* mirror, std::vector<Access>& loads);

}  // namespace systole::engine::matrix
