#include "tests/rtl/dot_product_unit.h"

#include <string>
#include <utility>

namespace systole::rtl {

DotProductLane::DotProductLane(const sc_core::sc_module_name& name, int depth)
    : Clocked(name), a("a", static_cast<std::size_t>(depth)), b("b", static_cast<std::size_t>(depth)) {
  stages_.push_back({{}, std::vector<Value>(static_cast<std::size_t>(depth))});
  while (stages_.back().values.size() > 1) {
    stages_.push_back({{}, std::vector<Value>((stages_.back().values.size() + 1) / 2)});
  }
}

void DotProductLane::clear() {
  for (Stage& stage : stages_) stage.mark = Wave{};
  accumulator_ = 0;
  sum.write(Wave{});
}

void DotProductLane::step() {
  // From the end to the front, so that each register sees what stood in the one before.
  const Stage& root = stages_.back();
  Wave out = root.mark;
  if (root.mark.valid) {
    accumulator_ = multiply_add(root.mark.first ? 0 : accumulator_, root.values[0], 1);
    out.value = accumulator_;
  }
  sum.write(out);
  for (std::size_t level = stages_.size(); level-- > 1;) {
    const Stage& from = stages_[level - 1];
    Stage& to = stages_[level];
    to.mark = from.mark;
    for (std::size_t i = 0; i < to.values.size(); ++i) {
      const bool pair = 2 * i + 1 < from.values.size();
      to.values[i] = multiply_add(from.values[2 * i], pair ? from.values[2 * i + 1] : 0, 1);
    }
  }
  Stage& products = stages_.front();
  products.mark = mark.read();
  for (std::size_t i = 0; i < products.values.size(); ++i) {
    products.values[i] = multiply_add(0, a[i].read(), b[i].read());
  }
}

DotProductArray::DotProductArray(const sc_core::sc_module_name& name, int rows, int cols, int depth)
    : sc_module(name),
      rows_(rows),
      cols_(cols),
      depth_(depth),
      a_("a", Gemm::index(rows, depth, 0)),
      b_("b", Gemm::index(cols, depth, 0)),
      sum_("sum", Gemm::index(rows, cols, 0)) {
  lanes_.reserve(sum_.size());
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < cols; ++c) {
      const std::string place = "lane_" + std::to_string(r) + "_" + std::to_string(c);
      auto lane = std::make_unique<DotProductLane>(place.c_str(), depth);
      driver_.bind(*lane);
      lane->mark(mark_);
      lane->sum(sum_[Gemm::index(r, cols, c)]);
      for (int d = 0; d < depth; ++d) {
        lane->a[static_cast<std::size_t>(d)](a_[Gemm::index(r, depth, d)]);
        lane->b[static_cast<std::size_t>(d)](b_[Gemm::index(c, depth, d)]);
      }
      lanes_.push_back(std::move(lane));
    }
  }
}

/// Puts the operands of this step on the wires, zeros beyond K; false: there is none.
bool DotProductArray::feed(const Gemm& gemm, int step) {
  const int k_steps = (gemm.k + depth_ - 1) / depth_;
  const int m_tiles = (gemm.m + rows_ - 1) / rows_;
  const int n_tiles = (gemm.n + cols_ - 1) / cols_;
  const int tile = step / k_steps;
  if (tile == m_tiles * n_tiles) {
    mark_.write(Wave{});
    return false;
  }
  const int k_step = step % k_steps;
  mark_.write({true, k_step == 0, k_step + 1 == k_steps, 0});
  const int m0 = tile % m_tiles * rows_;
  const int n0 = tile / m_tiles * cols_;
  for (int d = 0; d < depth_; ++d) {
    const int k = k_step * depth_ + d;
    for (int r = 0; r < rows_; ++r) {
      const bool used = k < gemm.k && m0 + r < gemm.m;
      a_[Gemm::index(r, depth_, d)].write(used ? gemm.left(m0 + r, k) : 0);
    }
    for (int c = 0; c < cols_; ++c) {
      const bool used = k < gemm.k && n0 + c < gemm.n;
      b_[Gemm::index(c, depth_, d)].write(used ? gemm.right(k, n0 + c) : 0);
    }
  }
  return true;
}

void DotProductArray::collect(const Gemm& gemm, std::uint64_t cycle, int tile, Trace& trace) const {
  const int m_tiles = (gemm.m + rows_ - 1) / rows_;
  const int m0 = tile % m_tiles * rows_;
  const int n0 = tile / m_tiles * cols_;
  for (int r = 0; r < rows_ && m0 + r < gemm.m; ++r) {
    for (int c = 0; c < cols_ && n0 + c < gemm.n; ++c) {
      trace.c[Gemm::index(m0 + r, gemm.n, n0 + c)] = sum_[Gemm::index(r, cols_, c)].read().value;
    }
  }
  trace.end.push_back(cycle);
}

Trace DotProductArray::run(const Gemm& gemm, Stalls stalls) {
  Trace trace;
  trace.c.assign(Gemm::index(gemm.m, gemm.n, 0), 0);
  const int tiles = (gemm.m + rows_ - 1) / rows_ * ((gemm.n + cols_ - 1) / cols_);
  mark_.write(Wave{});
  driver_.cycle(false, true);
  bool moved = false;
  for (int step = 0;; ++trace.cycles) {
    if (moved && sum_[0].read().last) collect(gemm, trace.cycles, static_cast<int>(trace.end.size()), trace);
    if (static_cast<int>(trace.end.size()) == tiles) return trace;
    moved = !stalls.next();
    if (moved && feed(gemm, step)) {
      ++step;
      if (mark_.get_new_value().first) trace.start.push_back(trace.cycles);
    }
    driver_.cycle(moved);
    trace.enabled.push_back(moved);
  }
}

}  // namespace systole::rtl
