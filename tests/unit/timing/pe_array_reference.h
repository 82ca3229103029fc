// Register-by-register simulation of the weight-stationary array: the oracle of hw/timing/systolic.h.
//
// It knows nothing of the closed form. Every register of every processing element has a value per cycle;
// a clock edge computes all next values from the present ones. The sequencer starts a fold when it sees that
// the left edge is free and that the weights are in place. Results are right only if no weight is used or
// overwritten too early and no partial sum is read before it was written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace systole::timing::test {

/// Place in a row-major matrix.
inline std::size_t at(int row, int width, int column) {
  return static_cast<std::size_t>(std::ptrdiff_t{row} * width + column);
}

/// Row-major operands: a is m x k, b is k x n.
template <typename T>
struct Problem {
  int m, n, k;
  std::vector<T> a, b;
};

template <typename T>
struct ArrayResult {
  std::vector<T> c;                       ///< m x n
  std::uint64_t cycles = 0;               ///< until the last useful sum has left
  std::vector<std::uint64_t> fold_start;  ///< cycle in which the fold's first activation enters
  std::vector<std::uint64_t> fold_end;    ///< cycle after the fold's last useful sum has left
};

template <typename T>
class PeArrayReference {
public:
  /// haste: the sequencer starts folds this many cycles before their weights are in place (a broken array).
  PeArrayReference(int rows, int cols, bool double_buffer, const Problem<T>& problem, int haste = 0)
      : rows_(rows),
        cols_(cols),
        double_buffer_(double_buffer),
        haste_(haste),
        p_(problem),
        k_folds_((problem.k + rows - 1) / rows),
        folds_(k_folds_ * ((problem.n + cols - 1) / cols)),
        now_(at(rows, cols, 0)),
        edge_(static_cast<std::size_t>(rows)),
        shift_(static_cast<std::size_t>(cols)) {
    result_.c.assign(at(problem.m, problem.n, 0), T{0});
    result_.fold_start.assign(static_cast<std::size_t>(folds_), 0);
    result_.fold_end.assign(static_cast<std::size_t>(folds_), 0);
  }

  ArrayResult<T> run() {
    while (sums_out_ < std::int64_t{p_.m} * p_.n * k_folds_) {
      sequence();
      clock();
      ++cycle_;
    }
    result_.cycles = cycle_;
    return result_;
  }

private:
  /// What travels with a value: which fold and streamed row it belongs to.
  struct Tag {
    bool valid = false;
    bool swap = false;  ///< first row of its fold: take the shadow weight
    int fold = 0;
    int m = 0;
  };
  struct Pe {
    T weight{}, shadow{}, activation{}, sum{};
    Tag activation_tag, sum_tag;
    bool shadow_free = true;  ///< the shadow weight may be overwritten
  };
  /// Control of one column's weight chain; moves one column to the right per cycle when double-buffered.
  struct Shift {
    bool valid = false;
    int fold = 0;
    int step = 0;  ///< 0 .. rows - 1; step s brings the weight of array row rows - 1 - s
  };

  Pe& next(int r, int c) { return next_[at(r, cols_, c)]; }
  [[nodiscard]] const Pe& pe(int r, int c) const { return now_[at(r, cols_, c)]; }
  [[nodiscard]] int k0(int fold) const { return fold % k_folds_ * rows_; }
  [[nodiscard]] int n0(int fold) const { return fold / k_folds_ * cols_; }
  [[nodiscard]] int columns(int fold) const { return std::min(cols_, p_.n - n0(fold)); }

  [[nodiscard]] T weight_in(const Shift& shift, int c) const {
    const int k = k0(shift.fold) + rows_ - 1 - shift.step;
    const int n = n0(shift.fold) + c;
    const bool used = k < p_.k && n < p_.n;
    return used ? p_.b[at(k, p_.n, n)] : T{0};
  }
  [[nodiscard]] T activation_in(const Tag& tag, int r) const {
    const int k = k0(tag.fold) + r;
    // Unused rows get rubbish: their weights must be zero.
    return k < p_.k ? p_.a[at(tag.m, p_.k, k)] : T{77};
  }

  /// Decides what enters the array in this cycle, from what it has seen so far.
  void sequence() {
    // The weights of a fold are in place when the last of its `rows` shifts lies behind.
    const bool loaded = loading_ == next_fold_ && load_steps_ >= rows_ - haste_;
    const bool left_edge_free = row_ == 0 || row_ == p_.m;
    bool started = false;
    if (next_fold_ < folds_ && left_edge_free && loaded) {
      result_.fold_start[static_cast<std::size_t>(next_fold_)] = cycle_;
      streaming_ = next_fold_++;
      row_ = 0;
      started = true;
      fold_sums_out_ = double_buffer_ ? fold_sums_out_ : 0;
    }
    // Shadow registers are free from the top as soon as a fold takes them over; without them the array must
    // be empty before new weights may move.
    const bool may_load =
        double_buffer_ ? started : row_ == p_.m && fold_sums_out_ == p_.m * columns(streaming_);
    if (loading_ + 1 < folds_ && (loading_ < 0 || (may_load && loading_ + 1 == next_fold_))) {
      ++loading_;
      load_steps_ = 0;
    }
    shift_[0] = Shift{};
    if (loading_ >= next_fold_ && load_steps_ < rows_) {
      shift_[0] = Shift{.valid = true, .fold = loading_, .step = load_steps_++};
    }
    edge_[0] = Tag{};
    if (streaming_ >= 0 && row_ < p_.m) {
      edge_[0] = Tag{.valid = true, .swap = row_ == 0, .fold = streaming_, .m = row_};
      ++row_;
    }
  }

  void clock() {
    next_ = now_;
    for (int r = 0; r < rows_; ++r) {
      for (int c = 0; c < cols_; ++c) step(r, c);
    }
    now_.swap(next_);
    for (int c = 0; c < cols_; ++c) collect(c);
    // Skew: row r sees its edge r cycles after row 0, column c its shifts c cycles after column 0.
    for (auto r = edge_.size(); r-- > 1;) edge_[r] = edge_[r - 1];
    for (auto c = shift_.size(); c-- > 1;) shift_[c] = shift_[c - 1];
  }

  void step(int r, int c) {
    const Pe& old = pe(r, c);
    Pe& out = next(r, c);
    const Tag tag = c == 0 ? edge_[static_cast<std::size_t>(r)] : pe(r, c - 1).activation_tag;
    const T activation = c == 0 ? (tag.valid ? activation_in(tag, r) : T{0}) : pe(r, c - 1).activation;
    const bool swap = double_buffer_ && tag.valid && tag.swap;
    const T weight = swap ? old.shadow : old.weight;

    out.activation = activation;
    out.activation_tag = tag;
    out.sum_tag = tag;  // sums meet activations of the same (fold, m)
    const T sum = r > 0 ? pe(r - 1, c).sum : (tag.valid && in_use(tag, c) ? accumulator(tag, c) : T{0});
    const T product = weight * activation;
    out.sum = sum + product;
    out.weight = weight;

    // The whole array shifts at once when single-buffered, column after column when double-buffered.
    const Shift& shift = shift_[double_buffer_ ? static_cast<std::size_t>(c) : 0];
    if (double_buffer_) {
      out.shadow_free = old.shadow_free || swap;
      if (shift.valid && out.shadow_free) {
        out.shadow = r == 0 ? weight_in(shift, c) : pe(r - 1, c).shadow;
        if (shift.step == rows_ - 1) out.shadow_free = false;
      }
    } else if (shift.valid) {
      out.weight = r == 0 ? weight_in(shift, c) : pe(r - 1, c).weight;
    }
  }

  [[nodiscard]] bool in_use(const Tag& tag, int c) const { return c < columns(tag.fold); }
  T& accumulator(const Tag& tag, int c) { return result_.c[at(tag.m, p_.n, n0(tag.fold) + c)]; }

  /// Takes the sum that has just been clocked into the last row of a column.
  void collect(int c) {
    const Pe& bottom = pe(rows_ - 1, c);
    if (!bottom.sum_tag.valid || !in_use(bottom.sum_tag, c)) return;
    accumulator(bottom.sum_tag, c) = bottom.sum;
    ++sums_out_;
    ++fold_sums_out_;
    result_.fold_end[static_cast<std::size_t>(bottom.sum_tag.fold)] = cycle_ + 1;
  }

  int rows_, cols_;
  bool double_buffer_;
  int haste_;
  const Problem<T>& p_;
  int k_folds_, folds_;
  std::vector<Pe> now_, next_;
  std::vector<Tag> edge_;     ///< what enters row r in this cycle
  std::vector<Shift> shift_;  ///< what the chain of column c does in this cycle
  int next_fold_ = 0;         ///< the next one to start
  int streaming_ = -1;
  int row_ = 0;       ///< rows of the streaming fold that have entered
  int loading_ = -1;  ///< fold whose weights move or have moved last
  int load_steps_ = 0;
  int fold_sums_out_ = 0;  ///< single-buffered: useful sums of the streaming fold that have left
  std::int64_t sums_out_ = 0;
  std::uint64_t cycle_ = 0;
  ArrayResult<T> result_;
};

}  // namespace systole::timing::test
