// A matrix command: the phases of its folds (docs/blocks/matrix.md), played through the three-stage pipeline
// of the engine shell. Of equal folds, tiles and chunks, two are played and the others repeated.
#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "hw/base/units.h"
#include "hw/timing/systolic/folds.h"
#include "models/mapper/tiling/estimate/engines.h"
#include "models/mapper/tiling/estimate/machine.h"

namespace systole::mapper {

namespace {

/// Words that one input line under one row of windows costs, for a part of its kernel_w x in_c elements.
class LineWords {
public:
  LineWords(const sgb_matrix& m, double element, double width) : m_(m), element_(element), width_(width) {}

  /// Elements [begin, end) of the kernel row; average over lines.
  [[nodiscard]] double operator()(std::int64_t begin, std::int64_t end) const {
    const std::int64_t in_c = m_.in_c;
    const std::int64_t first = begin / in_c;
    const std::int64_t last = (end - 1) / in_c;
    // What is needed of every pixel: as [low, high) channels, or two pieces.
    marks_.assign(m_.in_w, 0);
    for (std::int64_t kx = first; kx <= last; ++kx) {
      const unsigned mark = first == last ? kOnly : kx == first ? kTail : kx == last ? kHead : kWhole;
      std::int64_t x = kx * m_.dilation_w - m_.pad_left;
      for (std::uint32_t ox = 0; ox < m_.out_w && x < m_.in_w; ++ox, x += m_.stride_w) {
        if (x >= 0) marks_[static_cast<std::size_t>(x)] |= static_cast<std::uint8_t>(mark);
      }
    }
    const bool adjacent =
        m_.a_pixel_stride == static_cast<std::int64_t>(static_cast<double>(in_c) * element_);
    const std::int64_t tail = begin - first * in_c;
    const std::int64_t head = end - last * in_c;
    words_ = 0;
    run_begin_ = run_end_ = -1;
    for (std::int64_t x = 0; x < m_.in_w; ++x) {
      const unsigned mark = marks_[static_cast<std::size_t>(x)];
      if (mark == 0) continue;
      if ((mark & kOnly) != 0) add(x, tail, head, adjacent);
      if ((mark & kWhole) != 0) {
        add(x, 0, in_c, adjacent);
      } else {
        if ((mark & kHead) != 0) add(x, 0, head, adjacent);
        if ((mark & kTail) != 0) add(x, tail, in_c, adjacent);
      }
    }
    flush();
    return words_;
  }

private:
  static constexpr unsigned kTail = 1, kWhole = 2, kHead = 4, kOnly = 8;

  void add(std::int64_t x, std::int64_t low, std::int64_t high, bool adjacent) const {
    const auto pixel = static_cast<double>(x * m_.a_pixel_stride);
    const double begin = pixel + static_cast<double>(low) * element_;
    const double end = pixel + static_cast<double>(high) * element_;
    const bool joins = run_end_ >= begin && (adjacent || low > 0);
    if (joins) {
      run_end_ = std::max(run_end_, end);
      return;
    }
    flush();
    run_begin_ = begin;
    run_end_ = end;
  }
  void flush() const {
    if (run_end_ <= run_begin_) return;
    words_ += std::floor((run_end_ - 1) / width_) - std::floor(run_begin_ / width_) + 1;
    run_begin_ = run_end_ = -1;
  }

  const sgb_matrix& m_;
  double element_;
  double width_;
  mutable std::vector<std::uint8_t> marks_;
  mutable double words_ = 0, run_begin_ = -1, run_end_ = -1;
};

/// Output rows [first, first + count) whose input row under kernel row ky exists.
double valid_rows(const sgb_matrix& m, double first, double count, std::int64_t ky) {
  const std::int64_t base = ky * m.dilation_h - m.pad_top;
  const double low = std::max(first, std::ceil(static_cast<double>(-base) / m.stride_h));
  const double high =
      std::min(first + count, std::floor(static_cast<double>(m.in_h - 1 - base) / m.stride_h) + 1);
  return std::max(0.0, high - low);
}

/// The engine shell's pipeline (hw/timing/pipeline.h), with a real-valued clock.
struct Pipeline {
  double load = 0, compute = 0, compute_before = 0, store = 0;
  double stalled = 0;  ///< cycles in which the datapath waited for loads

  void phase(double load_cycles, double compute_cycles, double drain, double store_cycles) {
    load = std::max(load, compute_before) + load_cycles;
    const double start = std::max(load, compute);
    stalled += start - compute;
    compute_before = compute;
    compute = start + compute_cycles;
    if (store_cycles > 0) store = std::max(compute + drain, store) + store_cycles;
  }
  void shift(double cycles) {
    load += cycles;
    compute += cycles;
    compute_before += cycles;
    store += cycles;
  }
  [[nodiscard]] double end() const { return std::max({load, compute, store}); }
};

/// The mapper's own descriptors name formats that exist.
NumberFormat format_of(std::uint8_t type) { return format_from_abi(type).value_or(NumberFormat::kInt8); }

class MatrixCommand {
public:
  MatrixCommand(const sgb_matrix& m, const Capability& capability)
      : m_(m),
        capability_(capability),
        machine_(capability),
        element_(static_cast<double>(size_of(traits_of(format_of(m.a_type)).element))),
        b_bits_(static_cast<double>(traits_of(format_of(m.b_type)).bits)),
        out_bytes_(static_cast<double>(size_of(dtype_from_abi(m.out_type).value_or(DType::kInt8)))),
        keeps_((m.flags & SGB_MATRIX_KEEP) != 0),
        k_(std::int64_t{m.kernel_h} * m.kernel_w * m.in_c),
        kept_(m.k_table != 0 ? std::int64_t{m.k_count} : k_) {}

  [[nodiscard]] CommandTime time() const {
    const double quiet = play(1.0);
    constexpr double kProbe = 1.05;
    CommandTime time;
    time.cycles = quiet;
    time.sram_bound = std::clamp((play(kProbe) - quiet) / (quiet * (kProbe - 1)), 0.0, 1.0);
    time.sram_beats = beats_;
    return time;
  }

private:
  /// A part of the rows of B.
  struct KPart {
    std::int64_t begin = 0, end = 0;
    std::vector<std::pair<std::int64_t, double>> lines;  ///< (ky, words of one line)
  };

  /// Rows of B that stand for so many k.
  [[nodiscard]] std::int64_t b_rows() const {
    return m_.sparse_m == 0 ? kept_ : (kept_ + m_.sparse_m - 1) / m_.sparse_m * m_.sparse_n;
  }

  /// The k that rows [begin, end) of B multiply. Those that a table names are taken to be spread evenly, with
  /// gaps that are read along.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> k_of(std::int64_t begin, std::int64_t end) const {
    if (m_.sparse_m != 0) {
      begin = begin / m_.sparse_n * m_.sparse_m;
      end = std::min<std::int64_t>(kept_, ((end - 1) / m_.sparse_n + 1) * m_.sparse_m);
    }
    if (kept_ == k_) return {begin, end};
    return {begin * k_ / kept_, (end - 1) * k_ / kept_ + 1};
  }

  [[nodiscard]] KPart measure(std::int64_t row, std::int64_t last_row) const {
    const LineWords words(m_, element_, machine_.sram_width);
    const std::int64_t per_ky = std::int64_t{m_.kernel_w} * m_.in_c;
    const auto [begin, end] = k_of(row, last_row);
    KPart part{row, last_row, {}};
    for (std::int64_t ky = begin / per_ky; ky <= (end - 1) / per_ky; ++ky) {
      const std::int64_t q0 = std::max(begin, ky * per_ky) - ky * per_ky;
      const std::int64_t q1 = std::min(end - ky * per_ky, per_ky);
      const auto seen = std::find_if(known_.begin(), known_.end(), [&](const auto& item) {
        return std::get<0>(item) == q0 && std::get<1>(item) == q1;
      });
      const double cost = seen != known_.end() ? std::get<2>(*seen) : words(q0, q1);
      if (seen == known_.end()) known_.emplace_back(q0, q1, cost);
      part.lines.emplace_back(ky, cost);
    }
    return part;
  }

  /// Words of the activations of some output pixels under some rows of B.
  [[nodiscard]] double activation_words(const timing::Part& k, const timing::Part& pixels) const {
    const auto begin = static_cast<std::int64_t>(k.begin);
    const auto end = static_cast<std::int64_t>(k.end());
    // Folds come in the same order again and again.
    if (next_part_ >= parts_.size() || parts_[next_part_].begin != begin) next_part_ = 0;
    auto part = std::find_if(parts_.begin() + static_cast<std::ptrdiff_t>(next_part_), parts_.end(),
                             [&](const KPart& p) { return p.begin == begin && p.end == end; });
    if (part == parts_.end()) {
      parts_.push_back(measure(begin, end));
      part = parts_.end() - 1;
    }
    next_part_ = static_cast<std::size_t>(part - parts_.begin()) + 1;
    const double first = static_cast<double>(pixels.begin) / m_.out_w;
    const double count = static_cast<double>(pixels.size) / m_.out_w;
    double words = 0;
    for (const auto& [ky, line] : part->lines) words += line * valid_rows(m_, first, count, ky);
    return words;
  }

  [[nodiscard]] double run_words(double bytes) const { return mean_words(bytes, machine_.sram_width, 4); }

  /// What a run of rounds has taken so far.
  struct Mark {
    double compute = 0;
    double beats = 0;
  };
  [[nodiscard]] Mark mark(const Pipeline& pipe) const { return {pipe.compute, beats_}; }
  void repeat(const Mark& before, std::uint64_t times, Pipeline& pipe) const {
    const auto rounds = static_cast<double>(times);
    pipe.shift((pipe.compute - before.compute) * rounds);
    beats_ += (beats_ - before.beats) * rounds;
  }

  /// Plays the command; loads and stores take `slow` times their beats.
  [[nodiscard]] double play(double slow) const {
    const bool continues = (m_.flags & SGB_MATRIX_CONTINUE) != 0;
    timing::FoldSequence folds(array(), {std::uint64_t{m_.out_h} * m_.out_w, m_.n,
                                         static_cast<std::uint64_t>(b_rows()), continues, keeps_});
    Pipeline pipe;
    beats_ = 0;
    if (m_.k_table != 0) {  // the table comes in a phase of its own
      beats_ = run_words(4.0 * m_.k_count);
      pipe.phase(beats_ * slow + machine_.sram_path, 1, 0, 0);
    }
    const std::uint64_t per_chunk = folds.tiles_per_chunk() * folds.folds_per_tile();
    for (std::uint64_t chunk = 0; chunk < folds.chunks(); ++chunk) {
      const Mark before = mark(pipe);
      play_chunk(folds, slow, pipe);
      if (chunk == 0 || chunk + 2 >= folds.chunks()) continue;
      const std::uint64_t left = folds.chunks() - 2 - chunk;
      repeat(before, left, pipe);
      folds.skip(left * per_chunk);
      chunk += left;
    }
    return pipe.end();
  }

  /// With the passes of the command's formats.
  [[nodiscard]] timing::ArrayShape array() const {
    timing::ArrayShape array = capability_.array;
    const auto passes =
        timing::array_passes(capability_.multiplier, format_of(m_.a_type), format_of(m_.b_type));
    if (passes) {
      array.passes = passes->cycles_per_step;
      array.k_per_row = passes->k_per_row;
    }
    return array;
  }

  void play_chunk(timing::FoldSequence& folds, double slow, Pipeline& pipe) const {
    const std::uint64_t tiles = folds.tiles_per_chunk();
    for (std::uint64_t tile = 0; tile < tiles; ++tile) {
      const Mark before = mark(pipe);
      play_tile(folds, slow, pipe);
      if (tile == 0 || tile + 2 >= tiles) continue;
      const std::uint64_t left = tiles - 2 - tile;
      repeat(before, left, pipe);
      folds.skip(left * folds.folds_per_tile());
      tile += left;
    }
  }

  // Row folds of a convolution differ in what they read; tiles of output pixels are alike but at the edges.
  void play_tile(timing::FoldSequence& folds, double slow, Pipeline& pipe) const {
    const std::uint64_t rows = folds.folds_per_tile();
    const bool alike = capability_.array.dataflow == Dataflow::kOutputStationary;
    constexpr std::uint64_t kSample = 8;  // tiles of pixels begin at other places of a line each time
    Mark before;
    for (std::uint64_t row = 0; row < rows; ++row) {
      if (row == 1) before = mark(pipe);
      play_fold(*folds.next(), slow, pipe);
      if (!alike || row != kSample || row + 2 >= rows) continue;
      const std::uint64_t samples = (rows - 2 - row) / kSample;
      repeat(before, samples, pipe);
      folds.skip(samples * kSample);
      row += samples * kSample;
    }
  }

  void play_fold(const timing::Fold& fold, double slow, Pipeline& pipe) const {
    const auto used = static_cast<double>(fold.n.size);
    double words = activation_words(fold.k, fold.m);
    const auto cols = static_cast<double>(capability_.array.cols);
    const double whole = std::floor(used / cols);
    const double rest = used - whole * cols;
    const auto depth = static_cast<double>(fold.k.size);
    words += whole * run_words(depth * std::ceil(cols * b_bits_ / 8));
    if (rest > 0) words += run_words(depth * std::ceil(rest * b_bits_ / 8));
    if (m_.sparse_m != 0) {
      const double bits = std::ceil(std::log2(m_.sparse_m));
      words += whole * run_words(depth * std::ceil(cols * bits / 8));
      if (rest > 0) words += run_words(depth * std::ceil(rest * bits / 8));
    }
    if (fold.last_k) {
      if (m_.b_zero_table != 0) words += run_words(used);
      if (m_.bias != 0) words += run_words(used * 4);
      if (m_.scale != 0 && !keeps_) words += run_words(used * 4);
    }
    const bool input = capability_.array.dataflow == Dataflow::kInputStationary;
    const auto spill =
        static_cast<double>(timing::spilled(capability_.array, input ? fold.n.size : fold.m.size) *
                            (input ? fold.m.size : fold.n.size) * 4);
    const bool adds = !fold.first_k || (m_.flags & SGB_MATRIX_CONTINUE) != 0;
    if (spill > 0 && adds) words += run_words(spill);
    double stores = 0;
    if (spill > 0 && (!fold.last_k || keeps_)) stores += run_words(spill);
    if (fold.last_k && !keeps_) stores += static_cast<double>(fold.m.size) * store_words(used * out_bytes_);
    beats_ += words + stores;
    pipe.phase(words * slow + machine_.sram_path, static_cast<double>(fold.load + fold.interval),
               static_cast<double>(fold.drain), stores > 0 ? stores * slow + machine_.sram_path : 0);
  }

  /// Words of one pixel's results; adjacent pixels with all channels make one run.
  [[nodiscard]] double store_words(double bytes) const {
    if (bytes == static_cast<double>(m_.out_pixel_stride)) return bytes / machine_.sram_width;
    return mean_words(bytes, machine_.sram_width, std::min(bytes, machine_.sram_width));
  }

  const sgb_matrix& m_;
  const Capability& capability_;
  Machine machine_;
  double element_;
  double b_bits_;
  double out_bytes_;
  bool keeps_;
  std::int64_t k_;
  std::int64_t kept_;  ///< that take part
  mutable std::vector<KPart> parts_;
  mutable std::size_t next_part_ = 0;
  mutable std::vector<std::tuple<std::int64_t, std::int64_t, double>> known_;  ///< parts of a line
  mutable double beats_ = 0;
};

}  // namespace

CommandTime matrix_time(const sgb_matrix& matrix, const Capability& capability) {
  return MatrixCommand(matrix, capability).time();
}

}  // namespace systole::mapper
