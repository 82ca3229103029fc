#include "tests/rtl/weight_stationary_bench.h"

#include <algorithm>
#include <utility>

namespace systole::rtl {

namespace {
constexpr std::uint64_t kCycleLimit = 20000;  // a broken array must not hang the test
constexpr Value kRubbish = 77;                // what unused rows get: their weights must be zero

std::size_t at(int index) { return static_cast<std::size_t>(index); }
}  // namespace

int WeightStationaryBench::columns(int fold) const { return std::min(array_.cols(), gemm_->n - n0(fold)); }

Value& WeightStationaryBench::accumulator(int fold, int row, int col) {
  return trace_.c[Gemm::index(row, gemm_->n, n0(fold) + col)];
}

void WeightStationaryBench::begin(const Gemm& gemm) {
  gemm_ = &gemm;
  k_folds_ = (gemm.k + array_.rows() - 1) / array_.rows();
  folds_ = k_folds_ * ((gemm.n + array_.cols() - 1) / array_.cols());
  next_fold_ = row_ = since_last_ = load_fold_ = load_step_ = drained_ = 0;
  feeder_ = Feeder(rules_.supply);
  feed(0);
  loading_ = false;
  entered_.assign(at(array_.cols()), 0);
  left_.assign(at(array_.cols()), 0);
  missing_ = gemm.m * gemm.n * k_folds_;
  cycle_ = 0;
  trace_ = Trace{};
  trace_.c.assign(Gemm::index(gemm.m, gemm.n, 0), 0);
  trace_.start.assign(at(folds_), Trace::kNever);
  trace_.end.assign(at(folds_), Trace::kNever);
  trace_.left.assign(at(folds_),
                     std::vector<std::uint64_t>(Gemm::index(gemm.m, array_.cols(), 0), Trace::kNever));
}

Trace WeightStationaryBench::run(const Gemm& gemm, Stalls stalls) {
  begin(gemm);
  array_.reset();
  bool moved = false;
  while (cycle_ < kCycleLimit) {
    const WeightStationaryOutputs out = array_.outputs();
    if (moved) collect(out);
    if (missing_ == 0) break;
    WeightStationaryInputs in;
    in.activations.assign(at(array_.rows()), kRubbish);
    in.weights.assign(at(array_.cols()), 0);
    in.sums.assign(at(array_.cols()), 0);
    in.enable = moved = !stalls.next();
    if (in.enable) {
      stream(out, in);
      load(out, in);
      fetch_sums(out, in);
    }
    array_.clock(in);
    trace_.enabled.push_back(in.enable);
    ++cycle_;
  }
  trace_.cycles = cycle_;
  return std::move(trace_);
}

/// The registers below the last row have new sums.
void WeightStationaryBench::collect(const WeightStationaryOutputs& out) {
  for (int c = 0; c < array_.cols(); ++c) {
    const Wave& sum = out.sums[at(c)];
    if (!sum.valid || left_[at(c)] == folds_ * gemm_->m) continue;
    const int fold = left_[at(c)] / gemm_->m;
    const int row = left_[at(c)]++ % gemm_->m;
    trace_.left[at(fold)][Gemm::index(row, array_.cols(), c)] = cycle_ - 1;
    if (c < columns(fold)) {
      accumulator(fold, row, c) = sum.value;
      --missing_;
      if (sum.last) trace_.end[at(fold)] = cycle_;
    }
    const int awaited = rules_.all_columns ? array_.cols() : columns(fold);
    if (sum.last && c == awaited - 1) drained_ = fold + 1;
  }
}

void WeightStationaryBench::feed(int fold) {
  if (fold < folds_) feeder_.begin(std::min(array_.rows(), gemm_->k - k0(fold)), gemm_->m);
}

bool WeightStationaryBench::may_start(const WeightStationaryOutputs& out) const {
  if (next_fold_ == folds_) return false;
  const bool weights_there =
      out.loaded || (rules_.haste && load_fold_ == next_fold_ && load_step_ == array_.rows() - 1);
  if (next_fold_ == 0 || !weights_there) return weights_there;
  if (row_ < gemm_->m) return false;
  // A fold that goes on with sums may overtake them where it has fewer rows to stream than the array has rows
  // to pass: its last row must not be at the top before the last sum is out.
  const bool sums_there = k0(next_fold_) == 0 || since_last_ + gemm_->m >= array_.rows();
  return sums_there && (rules_.overlap || drained_ == next_fold_);
}

void WeightStationaryBench::stream(const WeightStationaryOutputs& out, WeightStationaryInputs& in) {
  if (may_start(out)) {
    trace_.start[at(next_fold_++)] = cycle_;
    row_ = 0;
    in.first = true;
  }
  ++since_last_;
  if (next_fold_ > 0 && row_ < gemm_->m && feeder_.ready()) {
    const int first_k = k0(next_fold_ - 1);
    for (int r = 0; r < array_.rows() && first_k + r < gemm_->k; ++r) {
      in.activations[at(r)] = gemm_->left(row_, first_k + r);
    }
    feeder_.take();
    in.valid = true;
    in.last = ++row_ == gemm_->m;
    if (in.last) {
      since_last_ = 0;
      feed(next_fold_);
    }
  }
  feeder_.fill();
}

void WeightStationaryBench::load(const WeightStationaryOutputs& out, WeightStationaryInputs& in) {
  if (load_fold_ == folds_) return;
  if (!loading_) {
    // The chain is open when element (0, 0) has given its weight away, or does so in this very cycle.
    const bool given_away = !out.loaded || (array_.double_buffer() ? in.first : in.last);
    // Without overlap and without shadow registers the whole array must be empty, and not only that element.
    const bool empty = array_.double_buffer() || rules_.overlap || drained_ == load_fold_;
    if (!given_away || !empty) return;
    loading_ = true;
    weights_come_ = 0;
  }
  // Rows that the fold does not use are zeros, and come first.
  const int unused = std::max(0, k0(load_fold_) + array_.rows() - gemm_->k);
  weights_come_ += rules_.stationary_bandwidth;
  const int wanted = std::max(0, load_step_ + 1 - unused) * columns(load_fold_);
  if (rules_.stationary_bandwidth > 0 && weights_come_ < wanted) return;
  in.load = true;
  in.load_last = load_step_ + 1 == array_.rows();
  const int k = k0(load_fold_) + array_.rows() - 1 - load_step_;
  for (int c = 0; k < gemm_->k && c < columns(load_fold_); ++c) {
    in.weights[at(c)] = gemm_->right(k, n0(load_fold_) + c);
  }
  if (++load_step_ == array_.rows()) {
    load_step_ = 0;
    loading_ = false;
    ++load_fold_;
  }
}

/// Streamed rows at the top of their columns take what the folds before have summed up for them.
void WeightStationaryBench::fetch_sums(const WeightStationaryOutputs& out, WeightStationaryInputs& in) {
  for (int c = 0; c < array_.cols(); ++c) {
    if (c == 0 ? !in.valid : !out.sum_wanted[at(c)]) continue;
    const int fold = entered_[at(c)] / gemm_->m;
    const int row = entered_[at(c)]++ % gemm_->m;
    if (c < columns(fold)) in.sums[at(c)] = accumulator(fold, row, c);
  }
}

}  // namespace systole::rtl
