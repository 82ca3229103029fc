#include "tests/rtl/output_stationary_array.h"

#include <string>
#include <utility>

namespace systole::rtl {

OutputStationaryPe::OutputStationaryPe(const sc_core::sc_module_name& name, bool double_buffer, bool top)
    : Clocked(name), double_buffer_(double_buffer), top_(top) {}

void OutputStationaryPe::clear() {
  sum_ = drain_ = Wave{};
  draining_ = false;
  right.write(Wave{});
  below.write(0);
  result_below.write(Wave{});
  draining.write(false);
}

void OutputStationaryPe::step() {
  const Wave wave = left.read();
  right.write(wave);
  below.write(above.read());

  // Row r passes r + 1 results on, its own first. It stops behind the topmost one: what it makes in the
  // meantime belongs to the next fold, and stays.
  const bool shift = draining_ || bottom.read().last;
  Wave& result = double_buffer_ ? drain_ : sum_;
  const bool was_topmost = result.last;
  if (shift) draining_ = !was_topmost;
  draining.write(draining_);

  const Wave from_above = result_above.read();
  if (shift) result = from_above;
  // A fold takes no notice of what stands in the register: it may be on its way out.
  if (wave.first) sum_ = Wave{};
  if (wave.valid) {
    sum_ = {true, false, top_, multiply_add(sum_.value, wave.value, above.read())};
    if (double_buffer_ && wave.last) drain_ = sum_;
  }
  result_below.write(result);
}

OutputStationaryArray::OutputStationaryArray(const sc_core::sc_module_name& name, int rows, int cols,
                                             bool double_buffer)
    : sc_module(name),
      rows_(rows),
      cols_(cols),
      double_buffer_(double_buffer),
      left_edge_("left_edge", static_cast<std::size_t>(rows)),
      top_edge_("top_edge", static_cast<std::size_t>(cols)),
      wave_("wave", right(rows, 0)),
      b_("b", down(rows + 1, 0)),
      result_("result", down(rows + 1, 0)),
      draining_("draining", down(rows, 0)) {
  const auto delay = [&]<typename T>(const std::string& what, int depth, sc_core::sc_signal<T>& in,
                                     sc_core::sc_signal<T>& out) {
    auto module =
        std::make_unique<Delay<T>>((what + std::to_string(depth)).c_str(), static_cast<std::size_t>(depth));
    driver_.bind(*module);
    module->in(in);
    module->out(out);
    modules_.push_back(std::move(module));
  };
  // Row 0 and column 0 are not delayed: they see the edge itself.
  for (int r = 1; r < rows; ++r)
    delay("row_skew_", r, left_edge_[static_cast<std::size_t>(r)], wave_[right(r, 0)]);
  for (int c = 1; c < cols; ++c)
    delay("col_skew_", c, top_edge_[static_cast<std::size_t>(c)], b_[down(0, c)]);
  for (int c = 0; c < cols; ++c) {
    for (int r = 0; r < rows; ++r) {
      const std::string place = "pe_" + std::to_string(r) + "_" + std::to_string(c);
      auto pe = std::make_unique<OutputStationaryPe>(place.c_str(), double_buffer, r == 0);
      driver_.bind(*pe);
      pe->left(r == 0 && c == 0 ? left_edge_[0] : wave_[right(r, c)]);
      pe->right(wave_[right(r, c + 1)]);
      pe->above(r == 0 && c == 0 ? top_edge_[0] : b_[down(r, c)]);
      pe->below(b_[down(r + 1, c)]);
      pe->bottom(wave_[right(rows - 1, c + 1)]);
      pe->result_above(result_[down(r, c)]);
      pe->result_below(result_[down(r + 1, c)]);
      pe->draining(draining_[down(r, c)]);
      modules_.push_back(std::move(pe));
    }
  }
}

OutputStationaryOutputs OutputStationaryArray::outputs() const {
  OutputStationaryOutputs out;
  const auto columns = static_cast<std::size_t>(cols_);
  out.finished.reserve(columns);
  out.leaving.reserve(columns);
  out.results.reserve(columns);
  for (int c = 0; c < cols_; ++c) {
    const Wave& mark = wave_[right(rows_ - 1, c + 1)].read();
    out.finished.push_back(mark.last);
    out.leaving.push_back(out.finished.back() || draining_[down(rows_ - 1, c)].read());
    out.results.push_back(result_[down(rows_, c)].read().value);
  }
  return out;
}

void OutputStationaryArray::clock(const OutputStationaryInputs& in) {
  for (std::size_t r = 0; r < left_edge_.size(); ++r) {
    left_edge_[r].write({in.valid, in.first, in.last, in.a[r]});
  }
  for (std::size_t c = 0; c < top_edge_.size(); ++c) top_edge_[c].write(in.b[c]);
  driver_.cycle(in.enable);
}

}  // namespace systole::rtl
