#include "hw/blocks/engine/matrix/activation_runs.h"

#include <algorithm>

#include "hw/blocks/engine/shell/access.h"

namespace systole::engine::matrix {

namespace {

// What a fold within one ky needs of a pixel, by the kernel columns under which the pixel comes to lie.
constexpr std::uint8_t kTail = 1;   ///< first kernel column of the fold: channels [tail_begin, in_c)
constexpr std::uint8_t kWhole = 2;  ///< a column between: all channels
constexpr std::uint8_t kHead = 4;   ///< last column: channels [0, head_end)
constexpr std::uint8_t kOnly = 8;   ///< the fold lies within one column: [tail_begin, head_end)

// One input line under one row of windows. Elements are counted as x * in_c + c.
class Line {
public:
  // q: the fold's part of the kernel_w * in_c elements of one ky; columns: of the output.
  Line(const Operation& op, Range q, Range columns)
      : op_(op), q_(q), columns_(columns), first_kx_(q.begin / op.d.in_c), last_kx_((q.end - 1) / op.d.in_c) {
    mark();
    collect();
    pixel_step_ = find_step();
  }
  [[nodiscard]] bool is(Range q, Range columns) const { return q_ == q && columns_ == columns; }
  [[nodiscard]] const std::vector<Range>& segments() const { return segments_; }
  /// Pixels from one segment to the next, if every segment is the same part of a pixel, at even distances;
  /// else 0.
  [[nodiscard]] std::uint32_t pixel_step() const { return pixel_step_; }

private:
  void mark() {
    const sgb_matrix& d = op_.d;
    marks_.assign(d.in_w, 0);
    for (std::uint32_t column = columns_.begin; column < columns_.end; ++column) {
      const std::int64_t x0 = std::int64_t{column} * d.stride_w - d.pad_left;
      for (std::uint32_t kx = first_kx_; kx <= last_kx_; ++kx) {
        const std::int64_t x = x0 + std::int64_t{kx} * d.dilation_w;
        if (x >= d.in_w) break;
        if (x >= 0) marks_[static_cast<std::size_t>(x)] |= mark_of(kx);
      }
    }
  }

  [[nodiscard]] std::uint8_t mark_of(std::uint32_t kx) const {
    if (first_kx_ == last_kx_) return kOnly;
    if (kx == first_kx_) return kTail;
    return kx == last_kx_ ? kHead : kWhole;
  }

  void collect() {
    const std::uint32_t in_c = op_.d.in_c;
    const std::uint32_t tail_begin = q_.begin - first_kx_ * in_c;
    const std::uint32_t head_end = q_.end - last_kx_ * in_c;
    for (std::uint32_t x = 0; x < op_.d.in_w; ++x) {
      if ((marks_[x] & kOnly) != 0) add(x, tail_begin, head_end);
      if ((marks_[x] & kWhole) != 0) {
        add(x, 0, in_c);
      } else {
        if ((marks_[x] & kHead) != 0) add(x, 0, head_end);
        if ((marks_[x] & kTail) != 0) add(x, tail_begin, in_c);
      }
    }
  }

  // Pieces come in order; one that touches or overlaps the last one makes it longer.
  void add(std::uint32_t x, std::uint32_t c_begin, std::uint32_t c_end) {
    const Range piece{x * op_.d.in_c + c_begin, x * op_.d.in_c + c_end};
    if (!segments_.empty() && piece.begin <= segments_.back().end) {
      segments_.back().end = std::max(segments_.back().end, piece.end);
    } else {
      segments_.push_back(piece);
    }
  }

  [[nodiscard]] std::uint32_t find_step() const {
    const std::uint32_t in_c = op_.d.in_c;
    if (segments_.size() < 2) return 0;
    const Range first = segments_.front();
    const std::uint32_t step = segments_[1].begin - first.begin;
    const bool in_one_pixel = first.begin / in_c == (first.end - 1) / in_c;
    if (!in_one_pixel || step % in_c != 0) return 0;
    for (std::size_t i = 1; i < segments_.size(); ++i) {
      const Range& segment = segments_[i];
      if (segment.size() != first.size() || segment.begin - segments_[i - 1].begin != step) return 0;
    }
    return step / in_c;
  }

  const Operation& op_;
  Range q_;
  Range columns_;
  std::uint32_t first_kx_;
  std::uint32_t last_kx_;
  std::vector<std::uint8_t> marks_;  ///< per input pixel of the line
  std::vector<Range> segments_;
  std::uint32_t pixel_step_ = 0;
};

// Adds one line's segments as runs; pixels that are not adjacent in memory make runs of their own.
void append_line(const Operation& op, std::uint32_t y, const Line& line, RunBuilder& runs) {
  const sgb_matrix& d = op.d;
  const std::uint64_t size = op.element_bytes;
  const bool adjacent = std::int64_t{d.a_pixel_stride} == std::int64_t{d.in_c} * op.element_bytes;
  const std::uint64_t row = d.a + static_cast<std::uint64_t>(std::int64_t{d.a_row_stride} * y);
  const std::uint64_t mirror_row = std::uint64_t{y} * d.in_w * d.in_c * size;
  const auto add = [&](std::uint32_t begin, std::uint32_t end) {
    const std::uint32_t x = begin / d.in_c;
    const std::uint64_t address =
        row + static_cast<std::uint64_t>(std::int64_t{d.a_pixel_stride} * x) + (begin - x * d.in_c) * size;
    runs.add(address, static_cast<std::uint32_t>((end - begin) * size), mirror_row + begin * size);
  };
  if (line.pixel_step() > 0) {
    const Range first = line.segments().front();
    const std::uint32_t x = first.begin / d.in_c;
    const std::uint64_t address = row + static_cast<std::uint64_t>(std::int64_t{d.a_pixel_stride} * x) +
                                  (first.begin - x * d.in_c) * size;
    runs.add_series(address, static_cast<std::uint32_t>(first.size() * size), mirror_row + first.begin * size,
                    static_cast<std::uint32_t>(line.segments().size()),
                    std::int64_t{d.a_pixel_stride} * line.pixel_step(),
                    std::int64_t{d.in_c} * op.element_bytes * line.pixel_step());
    return;
  }
  for (const Range& segment : line.segments()) {
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

}  // namespace

void append_activation_runs(const Operation& op, Range pixels, Range k, std::byte* mirror,
                            std::vector<Access>& loads) {
  const sgb_matrix& d = op.d;
  const std::uint32_t ky_elements = d.kernel_w * d.in_c;
  RunBuilder runs(loads, Stream::kInput, mirror);
  std::vector<Line> lines;  // at most (first, middle, last row) x (first, middle, last ky)
  for (std::uint32_t pixel = pixels.begin; pixel < pixels.end;) {
    const std::uint32_t oy = pixel / d.out_w;
    const Range columns{pixel - oy * d.out_w, std::min(d.out_w, pixels.end - oy * d.out_w)};
    for (std::uint32_t ky = k.begin / ky_elements; ky <= (k.end - 1) / ky_elements; ++ky) {
      const std::int64_t y = std::int64_t{oy} * d.stride_h - d.pad_top + std::int64_t{ky} * d.dilation_h;
      if (y < 0 || y >= d.in_h) continue;
      const std::uint32_t base = ky * ky_elements;
      const Range q{std::max(k.begin, base) - base, std::min(k.end - base, ky_elements)};
      const auto line =
          std::find_if(lines.begin(), lines.end(), [&](const Line& l) { return l.is(q, columns); });
      const Line& pattern = line == lines.end() ? lines.emplace_back(op, q, columns) : *line;
      append_line(op, static_cast<std::uint32_t>(y), pattern, runs);
    }
    pixel += columns.size();
  }
}

}  // namespace systole::engine::matrix
