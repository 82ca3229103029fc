#include "tests/rtl/output_stationary_bench.h"

#include <algorithm>
#include <utility>

namespace systole::rtl {

namespace {
constexpr std::uint64_t kCycleLimit = 20000;  // a broken array must not hang the test
constexpr Value kRubbish = 77;                // what unused rows and columns get

std::size_t at(int index) { return static_cast<std::size_t>(index); }
}  // namespace

int OutputStationaryBench::rows(int fold) const { return std::min(array_.rows(), gemm_->m - m0(fold)); }
int OutputStationaryBench::columns(int fold) const { return std::min(array_.cols(), gemm_->n - n0(fold)); }
std::size_t OutputStationaryBench::last_column(int fold) const {
  return at((rules_.all_columns ? array_.cols() : columns(fold)) - 1);
}

void OutputStationaryBench::begin(const Gemm& gemm) {
  gemm_ = &gemm;
  m_folds_ = (gemm.m + array_.rows() - 1) / array_.rows();
  folds_ = m_folds_ * ((gemm.n + array_.cols() - 1) / array_.cols());
  next_fold_ = k_ = since_last_ = 0;
  left_feeder_ = top_feeder_ = Feeder(rules_.supply);
  feed(0);
  // The first operands have had one step to come.
  left_feeder_.fill();
  top_feeder_.fill();
  finished_.assign(at(array_.cols()), 0);
  left_.assign(at(array_.cols()), 0);
  missing_ = gemm.m * gemm.n;
  cycle_ = 0;
  trace_ = Trace{};
  trace_.c.assign(Gemm::index(gemm.m, gemm.n, 0), 0);
  trace_.start.assign(at(folds_), Trace::kNever);
  trace_.end.assign(at(folds_), Trace::kNever);
  trace_.left.assign(at(folds_),
                     std::vector<std::uint64_t>(Gemm::index(array_.rows(), array_.cols(), 0), Trace::kNever));
}

Trace OutputStationaryBench::run(const Gemm& gemm, Stalls stalls) {
  begin(gemm);
  array_.reset();
  bool moved = false;
  while (missing_ > 0 && cycle_ < kCycleLimit) {
    const OutputStationaryOutputs out = array_.outputs();
    if (moved) watch(out);
    OutputStationaryInputs in;
    in.a.assign(at(array_.rows()), kRubbish);
    in.b.assign(at(array_.cols()), kRubbish);
    in.enable = moved = !stalls.next();
    if (in.enable) {
      stream(in);
      collect(out);
    }
    array_.clock(in);
    trace_.enabled.push_back(in.enable);
    ++cycle_;
  }
  trace_.cycles = cycle_;
  return std::move(trace_);
}

/// Marks that have reached the register below the last row.
void OutputStationaryBench::watch(const OutputStationaryOutputs& out) {
  for (std::size_t c = 0; c < out.finished.size(); ++c) {
    if (out.finished[c]) ++finished_[c];
  }
}

void OutputStationaryBench::feed(int fold) {
  if (fold == folds_) return;
  left_feeder_.begin(rows(fold), gemm_->k);
  top_feeder_.begin(columns(fold), gemm_->k);
}

bool OutputStationaryBench::may_start() const {
  if (next_fold_ == 0 || next_fold_ == folds_) return next_fold_ == 0;
  if (k_ < gemm_->k) return false;
  const std::size_t last = last_column(next_fold_ - 1);
  const int haste = rules_.haste ? 1 : 0;
  if (array_.double_buffer()) {
    // Two folds' results on their way out of a column must not meet in the drain registers: they are `rows`
    // steps apart, and so are the last steps of the two folds, even if the second one never waits for an
    // operand.
    const bool port_free = since_last_ + gemm_->k >= array_.rows() - haste;
    return port_free && (rules_.overlap || finished_[last] == next_fold_);
  }
  // Without drain registers the sums start on their way down in the cycle in which the last row has finished.
  // The next wave's first mark goes down behind the topmost of them, and clears each element as that one
  // leaves it.
  if (rules_.overlap) return finished_[0] == next_fold_ || (rules_.haste && since_last_ + 2 >= array_.rows());
  return left_[last] == next_fold_ * array_.rows();
}

void OutputStationaryBench::stream(OutputStationaryInputs& in) {
  if (may_start()) {
    trace_.start[at(next_fold_++)] = cycle_;
    k_ = 0;
    in.first = true;
  }
  ++since_last_;
  if (k_ < gemm_->k && left_feeder_.ready() && top_feeder_.ready()) {
    const int fold = next_fold_ - 1;
    for (int r = 0; r < rows(fold); ++r) in.a[at(r)] = gemm_->left(m0(fold) + r, k_);
    for (int c = 0; c < columns(fold); ++c) in.b[at(c)] = gemm_->right(k_, n0(fold) + c);
    left_feeder_.take();
    top_feeder_.take();
    in.valid = true;
    in.last = ++k_ == gemm_->k;
    if (in.last) {
      since_last_ = 0;
      feed(next_fold_);
    }
  }
  left_feeder_.fill();
  top_feeder_.fill();
}

/// The last row's result leaves first.
void OutputStationaryBench::collect(const OutputStationaryOutputs& out) {
  for (int c = 0; c < array_.cols(); ++c) {
    if (!out.leaving[at(c)] || left_[at(c)] == folds_ * array_.rows()) continue;
    const int fold = left_[at(c)] / array_.rows();
    const int row = array_.rows() - 1 - left_[at(c)]++ % array_.rows();
    trace_.left[at(fold)][Gemm::index(row, array_.cols(), c)] = cycle_;
    if (row >= rows(fold) || c >= columns(fold)) continue;
    trace_.c[Gemm::index(m0(fold) + row, gemm_->n, n0(fold) + c)] = out.results[at(c)];
    trace_.end[at(fold)] = cycle_ + 1;
    --missing_;
  }
}

}  // namespace systole::rtl
