#include "hw/blocks/engine/matrix/line_segments.h"

#include <algorithm>

namespace systole::engine::matrix {

void find_step(LineSegments& line, std::uint32_t in_c) {
  line.pixel_step = 0;
  const std::vector<Range>& segments = line.segments;
  if (segments.size() < 2) return;
  const Range first = segments.front();
  const std::uint32_t step = segments[1].begin - first.begin;
  const bool in_one_pixel = first.begin / in_c == (first.end - 1) / in_c;
  if (!in_one_pixel || step % in_c != 0) return;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (segments[i].size() != first.size() || segments[i].begin - segments[i - 1].begin != step) return;
  }
  line.pixel_step = step / in_c;
}

void append_line(const Operation& op, std::uint32_t y, const LineSegments& line, RunBuilder& runs) {
  const sgb_matrix& d = op.d;
  const std::uint64_t size = op.element_bytes;
  const bool adjacent = pixels_adjacent(op);
  const std::uint64_t row = d.a + static_cast<std::uint64_t>(std::int64_t{d.a_row_stride} * y);
  const std::uint64_t mirror_row = std::uint64_t{y} * d.in_w * d.in_c * size;
  const auto add = [&](std::uint32_t begin, std::uint32_t end) {
    const std::uint32_t x = begin / d.in_c;
    const std::uint64_t address =
        row + static_cast<std::uint64_t>(std::int64_t{d.a_pixel_stride} * x) + (begin - x * d.in_c) * size;
    runs.add(address, static_cast<std::uint32_t>((end - begin) * size), mirror_row + begin * size);
  };
  if (line.pixel_step > 0) {
    const Range first = line.segments.front();
    const std::uint32_t x = first.begin / d.in_c;
    const std::uint64_t address = row + static_cast<std::uint64_t>(std::int64_t{d.a_pixel_stride} * x) +
                                  (first.begin - x * d.in_c) * size;
    runs.add_series(address, static_cast<std::uint32_t>(first.size() * size), mirror_row + first.begin * size,
                    static_cast<std::uint32_t>(line.segments.size()),
                    std::int64_t{d.a_pixel_stride} * line.pixel_step,
                    std::int64_t{d.in_c} * op.element_bytes * line.pixel_step);
    return;
  }
  for (const Range& segment : line.segments) {
    if (adjacent) {
      add(segment.begin, segment.end);
      continue;
    }
    for (std::uint32_t begin = segment.begin; begin < segment.end;) {
      const std::uint32_t end = std::min(segment.end, (begin / d.in_c + 1) * d.in_c);
      add(begin, end);
      begin = end;
    }
  }
}

}  // namespace systole::engine::matrix
