#include "hw/blocks/engine/matrix/activation_runs.h"

#include <algorithm>
#include <bit>

#include "hw/blocks/engine/matrix/line_segments.h"
#include "hw/blocks/engine/shell/access.h"

namespace systole::engine::matrix {

namespace {

// What a fold within one ky needs of a pixel, by the kernel columns under which the pixel comes to lie.
constexpr std::uint8_t kTail = 1;   ///< first kernel column of the fold: channels [tail_begin, in_c)
constexpr std::uint8_t kWhole = 2;  ///< a column between: all channels
constexpr std::uint8_t kHead = 4;   ///< last column: channels [0, head_end)
constexpr std::uint8_t kOnly = 8;   ///< the fold lies within one column: [tail_begin, head_end)

// One input line under one row of windows.
class Line {
public:
  // q: the fold's part of the kernel_w * in_c elements of one ky; columns: of the output.
  Line(const Operation& op, Range q, Range columns)
      : op_(op), q_(q), columns_(columns), first_kx_(q.begin / op.d.in_c), last_kx_((q.end - 1) / op.d.in_c) {
    mark();
    collect();
    find_step(line_, op.d.in_c);
  }
  [[nodiscard]] bool is(Range q, Range columns) const { return q_ == q && columns_ == columns; }
  [[nodiscard]] const LineSegments& line() const { return line_; }

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
    std::vector<Range>& segments = line_.segments;
    if (!segments.empty() && piece.begin <= segments.back().end) {
      segments.back().end = std::max(segments.back().end, piece.end);
    } else {
      segments.push_back(piece);
    }
  }

  const Operation& op_;
  Range q_;
  Range columns_;
  std::uint32_t first_kx_;
  std::uint32_t last_kx_;
  std::vector<std::uint8_t> marks_;  ///< per input pixel of the line
  LineSegments line_;
};

// The same for single k: a whole line's elements, and those that some window needs. `ks`: within one ky.
class KeptLine {
public:
  KeptLine(const Operation& op, std::span<const std::uint32_t> ks, Range columns)
      : first_(ks.front()), count_(ks.size()), columns_(columns) {
    const sgb_matrix& d = op.d;
    needed_.assign((std::size_t{d.in_w} * d.in_c + 63) / 64, 0);
    for (const std::uint32_t k : ks) {
      const std::uint32_t kx = k / d.in_c % d.kernel_w;
      for (std::uint32_t column = columns.begin; column < columns.end; ++column) {
        const std::int64_t x =
            std::int64_t{column} * d.stride_w - d.pad_left + std::int64_t{kx} * d.dilation_w;
        if (x >= d.in_w) break;
        if (x >= 0) need(static_cast<std::size_t>(x) * d.in_c + k % d.in_c);
      }
    }
    collect(op);
    find_step(line_, d.in_c);
  }
  // Lists of different k of one command do not begin alike and end apart, but for a list that goes on.
  [[nodiscard]] bool is(std::span<const std::uint32_t> ks, Range columns) const {
    return first_ == ks.front() && count_ == ks.size() && columns_ == columns;
  }
  [[nodiscard]] const LineSegments& line() const { return line_; }

private:
  void need(std::size_t element) { needed_[element / 64] |= std::uint64_t{1} << (element % 64); }

  void collect(const Operation& op) {
    for (std::size_t word = 0; word < needed_.size(); ++word) {
      for (std::uint64_t left = needed_[word]; left != 0; left &= left - 1) {
        add(op, static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(std::countr_zero(left))));
      }
    }
  }

  void add(const Operation& op, std::uint32_t at) {
    std::vector<Range>& segments = line_.segments;
    const bool joins = !segments.empty() &&
                       std::uint64_t{at - segments.back().end} * op.element_bytes < kReadAlongBytes &&
                       (pixels_adjacent(op) || (segments.back().end - 1) / op.d.in_c == at / op.d.in_c);
    if (joins) {
      segments.back().end = at + 1;
    } else {
      segments.push_back({at, at + 1});
    }
  }

  std::uint32_t first_;
  std::size_t count_;
  Range columns_;
  std::vector<std::uint64_t> needed_;  ///< a bit for every element of the line
  LineSegments line_;
};

// Calls visit(oy, columns of the output row) for the rows of a chunk.
template <typename Visit>
void for_rows(const Operation& op, Range pixels, const Visit& visit) {
  const std::uint32_t width = op.d.out_w;
  for (std::uint32_t pixel = pixels.begin; pixel < pixels.end;) {
    const std::uint32_t oy = pixel / width;
    const Range columns{pixel - oy * width, std::min(width, pixels.end - oy * width)};
    visit(oy, columns);
    pixel += columns.size();
  }
}

std::int64_t input_row(const sgb_matrix& d, std::uint32_t oy, std::uint32_t ky) {
  return std::int64_t{oy} * d.stride_h - d.pad_top + std::int64_t{ky} * d.dilation_h;
}

}  // namespace

void append_activation_runs(const Operation& op, Range pixels, Range k, std::byte* mirror,
                            std::vector<Access>& loads) {
  const sgb_matrix& d = op.d;
  const std::uint32_t ky_elements = d.kernel_w * d.in_c;
  RunBuilder runs(loads, Stream::kInput, mirror);
  std::vector<Line> lines;  // at most (first, middle, last row) x (first, middle, last ky)
  for_rows(op, pixels, [&](std::uint32_t oy, Range columns) {
    for (std::uint32_t ky = k.begin / ky_elements; ky <= (k.end - 1) / ky_elements; ++ky) {
      const std::int64_t y = input_row(d, oy, ky);
      if (y < 0 || y >= d.in_h) continue;
      const std::uint32_t base = ky * ky_elements;
      const Range q{std::max(k.begin, base) - base, std::min(k.end - base, ky_elements)};
      const auto line =
          std::find_if(lines.begin(), lines.end(), [&](const Line& l) { return l.is(q, columns); });
      const Line& pattern = line == lines.end() ? lines.emplace_back(op, q, columns) : *line;
      append_line(op, static_cast<std::uint32_t>(y), pattern.line(), runs);
    }
  });
}

void append_activation_runs(const Operation& op, Range pixels, std::span<const std::uint32_t> kept,
                            std::byte* mirror, std::vector<Access>& loads) {
  const sgb_matrix& d = op.d;
  const std::uint32_t ky_elements = d.kernel_w * d.in_c;
  RunBuilder runs(loads, Stream::kInput, mirror);
  std::vector<KeptLine> lines;  // at most (first, middle, last row) x every ky
  for_rows(op, pixels, [&](std::uint32_t oy, Range columns) {
    for (std::size_t begin = 0; begin < kept.size();) {
      const std::uint32_t ky = kept[begin] / ky_elements;
      std::size_t end = begin + 1;
      while (end < kept.size() && kept[end] / ky_elements == ky) ++end;
      const auto ks = kept.subspan(begin, end - begin);
      begin = end;
      const std::int64_t y = input_row(d, oy, ky);
      if (y < 0 || y >= d.in_h) continue;
      const auto line =
          std::find_if(lines.begin(), lines.end(), [&](const KeptLine& l) { return l.is(ks, columns); });
      const KeptLine& pattern = line == lines.end() ? lines.emplace_back(op, ks, columns) : *line;
      append_line(op, static_cast<std::uint32_t>(y), pattern.line(), runs);
    }
  });
}

}  // namespace systole::engine::matrix
