// Parts of one input line, and the runs of bytes that they make. Elements are counted as x * in_c + c.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/blocks/engine/matrix/activation_runs.h"
#include "hw/blocks/engine/matrix/operation.h"
#include "hw/blocks/engine/shell/access.h"

namespace systole::engine::matrix {

/// Ascending, apart from one another.
struct LineSegments {
  std::vector<Range> segments;
  /// Pixels from one segment to the next, if every segment is the same part of a pixel, at even distances;
  /// else 0.
  std::uint32_t pixel_step = 0;
};

/// Sets pixel_step.
void find_step(LineSegments& line, std::uint32_t in_c);

/// Adds one line's segments as runs; pixels that are not adjacent in memory make runs of their own.
void append_line(const Operation& op, std::uint32_t y, const LineSegments& line, RunBuilder& runs);

/// Whether neighbouring pixels are neighbours in memory.
[[nodiscard]] inline bool pixels_adjacent(const Operation& op) {
  return std::int64_t{op.d.a_pixel_stride} == std::int64_t{op.d.in_c} * op.element_bytes;
}

}  // namespace systole::engine::matrix
