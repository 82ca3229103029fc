// A matrix command: the phases of its folds (docs/blocks/matrix.md), played through the three-stage pipeline
// of the engine shell. Equal column tiles and equal chunks of pixels are played twice and then repeated.
#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "hw/base/units.h"
#include "hw/timing/systolic.h"
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

class MatrixCommand {
public:
  MatrixCommand(const sgb_matrix& m, const Capability& capability)
      : m_(m),
        capability_(capability),
        machine_(capability),
        element_(static_cast<double>(m.a_type == SGB_TYPE_FLOAT32 ? 4 : 1)),
        out_bytes_(m.out_type == SGB_TYPE_FLOAT32 || m.out_type == SGB_TYPE_INT32 ? 4.0 : 1.0),
        keeps_((m.flags & SGB_MATRIX_KEEP) != 0),
        k_(std::int64_t{m.kernel_h} * m.kernel_w * m.in_c) {
    measure_folds();
  }

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
  struct KFold {
    std::vector<std::pair<std::int64_t, double>> lines;  ///< (ky, words of one line)
    double rows = 0;
  };

  void measure_folds() {
    const LineWords words(m_, element_, machine_.sram_width);
    const std::int64_t per_ky = std::int64_t{m_.kernel_w} * m_.in_c;
    const auto rows = static_cast<std::int64_t>(capability_.array_rows);
    std::vector<std::tuple<std::int64_t, std::int64_t, double>> known;
    for (std::int64_t k0 = 0; k0 < k_; k0 += rows) {
      const std::int64_t k1 = std::min(k_, k0 + rows);
      KFold fold;
      fold.rows = static_cast<double>(k1 - k0);
      for (std::int64_t ky = k0 / per_ky; ky <= (k1 - 1) / per_ky; ++ky) {
        const std::int64_t q0 = std::max(k0, ky * per_ky) - ky * per_ky;
        const std::int64_t q1 = std::min(k1 - ky * per_ky, per_ky);
        const auto seen = std::find_if(known.begin(), known.end(), [&](const auto& item) {
          return std::get<0>(item) == q0 && std::get<1>(item) == q1;
        });
        double cost = 0;
        if (seen != known.end()) {
          cost = std::get<2>(*seen);
        } else {
          cost = words(q0, q1);
          known.emplace_back(q0, q1, cost);
        }
        fold.lines.emplace_back(ky, cost);
      }
      folds_.push_back(std::move(fold));
    }
  }

  [[nodiscard]] double run_words(double bytes) const { return mean_words(bytes, machine_.sram_width, 4); }

  /// Plays the command; loads and stores take `slow` times their beats.
  [[nodiscard]] double play(double slow) const {
    const double pixels = static_cast<double>(m_.out_h) * m_.out_w;
    const double room = std::max(
        1.0, std::floor(static_cast<double>(capability_.accumulators.count()) / 4 / capability_.array_cols));
    const auto chunks = static_cast<std::int64_t>(std::ceil(pixels / room));
    Pipeline pipe;
    beats_ = 0;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      const double before = pipe.compute;
      const double beats = beats_;
      const double first = static_cast<double>(chunk) * room;
      play_chunk(first, std::min(pixels - first, room), chunk == 0, chunk + 1 == chunks, slow, pipe);
      const std::int64_t left = chunks - 2 - chunk;
      if (chunk >= 1 && left > 0) {  // the chunks between the second and the last are like the second
        pipe.shift((pipe.compute - before) * static_cast<double>(left));
        beats_ += (beats_ - beats) * static_cast<double>(left);
        chunk += left;
      }
    }
    return pipe.end();
  }

  void play_chunk(double first, double pixels, bool first_chunk, bool last_chunk, double slow,
                  Pipeline& pipe) const {
    const auto cols = static_cast<std::int64_t>(capability_.array_cols);
    const std::int64_t n = m_.n;
    const std::int64_t tiles = (n + cols - 1) / cols;
    std::vector<double> activations(folds_.size());
    const double rows_begin = first / m_.out_w;
    for (std::size_t f = 0; f < folds_.size(); ++f) {
      for (const auto& [ky, words] : folds_[f].lines)
        activations[f] += words * valid_rows(m_, rows_begin, pixels / m_.out_w, ky);
    }
    for (std::int64_t tile = 0; tile < tiles; ++tile) {
      const double before = pipe.compute;
      const double beats = beats_;
      const auto used = static_cast<double>(std::min(cols, n - tile * cols));
      for (std::size_t f = 0; f < folds_.size(); ++f) {
        const bool last = f + 1 == folds_.size();
        play_fold(f, activations[f], pixels, used, first_chunk && tile == 0 && f == 0,
                  last_chunk && tile + 1 == tiles && last, slow, pipe);
      }
      const std::int64_t left = tiles - 2 - tile;
      if (tile >= 1 && left > 0) {
        pipe.shift((pipe.compute - before) * static_cast<double>(left));
        beats_ += (beats_ - beats) * static_cast<double>(left);
        tile += left;
      }
    }
  }

  void play_fold(std::size_t f, double activation_words, double pixels, double used, bool first,
                 bool last_of_all, double slow, Pipeline& pipe) const {
    const auto rows = static_cast<double>(capability_.array_rows);
    const timing::ArrayShape array{capability_.array_rows, capability_.array_cols,
                                   capability_.timing.weight_double_buffer};
    const auto latency = static_cast<double>(timing::fold_latency(
        array, static_cast<std::uint64_t>(std::llround(pixels)), static_cast<std::uint32_t>(used)));
    const bool last_k = f + 1 == folds_.size();
    double words = activation_words + run_words(folds_[f].rows * used * element_);
    if (last_k) {
      if (m_.b_zero_table != 0) words += run_words(used);
      if (m_.bias != 0) words += run_words(used * 4);
      if (m_.scale != 0 && !keeps_) words += run_words(used * 4);
    }
    double interval = latency;
    double load = rows;
    if (array.double_buffer) {
      interval = last_of_all ? pixels : std::max(pixels, rows);
      load = first ? rows : 0;
    }
    double stores = 0;
    if (last_k && !keeps_) stores = pixels * store_words(used * out_bytes_);
    beats_ += words + stores;
    pipe.phase(words * slow + machine_.sram_path, load + interval, latency - interval,
               stores > 0 ? stores * slow + machine_.sram_path : 0);
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
  double out_bytes_;
  bool keeps_;
  std::int64_t k_;
  std::vector<KFold> folds_;
  mutable double beats_ = 0;
};

}  // namespace

CommandTime matrix_time(const sgb_matrix& matrix, const Capability& capability) {
  return MatrixCommand(matrix, capability).time();
}

}  // namespace systole::mapper
