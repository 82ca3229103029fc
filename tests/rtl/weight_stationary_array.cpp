#include "tests/rtl/weight_stationary_array.h"

#include <string>
#include <utility>

namespace systole::rtl {

WeightStationaryPe::WeightStationaryPe(const sc_core::sc_module_name& name, bool double_buffer)
    : Clocked(name), double_buffer_(double_buffer) {}

void WeightStationaryPe::clear() {
  weight_ = chain_ = 0;
  loaded_ = false;
  right.write(Wave{});
  below.write(0);
  weight_below.write(0);
  loaded.write(false);
}

void WeightStationaryPe::step() {
  const Wave wave = left.read();
  if (!double_buffer_ || wave.first) weight_ = chain_;
  right.write(wave);
  below.write(multiply_add(above.read(), weight_, wave.value));

  // From this edge on the chain's register may be overwritten: its weight has been swapped in, or used last.
  const bool leaves = double_buffer_ ? wave.first : wave.last;
  const bool shift = load.read().valid && (!loaded_ || leaves);
  if (shift) chain_ = weight_above.read();
  if (shift && load.read().last) {
    loaded_ = true;
  } else if (leaves) {
    loaded_ = false;
  }
  weight_below.write(chain_);
  loaded.write(loaded_);
}

WeightStationaryArray::WeightStationaryArray(const sc_core::sc_module_name& name, int rows, int cols,
                                             bool double_buffer)
    : sc_module(name),
      rows_(rows),
      cols_(cols),
      double_buffer_(double_buffer),
      edge_("edge", static_cast<std::size_t>(rows)),
      weight_edge_("weight_edge", static_cast<std::size_t>(cols)),
      load_("load", static_cast<std::size_t>(cols)),
      wave_("wave", right(rows, 0)),
      sum_("sum", down(rows + 1, 0)),
      weight_("weight", down(rows + 1, 0)),
      loaded_("loaded", down(rows, 0)) {
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
    delay("left_skew_", r, edge_[static_cast<std::size_t>(r)], wave_[right(r, 0)]);
  for (int c = 1; c < cols; ++c) {
    delay("load_skew_", c, load_edge_, load_[static_cast<std::size_t>(c)]);
    delay("top_skew_", c, weight_edge_[static_cast<std::size_t>(c)], weight_[down(0, c)]);
  }
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < cols; ++c) {
      const std::string place = "pe_" + std::to_string(r) + "_" + std::to_string(c);
      auto pe = std::make_unique<WeightStationaryPe>(place.c_str(), double_buffer);
      driver_.bind(*pe);
      pe->left(r == 0 && c == 0 ? edge_[0] : wave_[right(r, c)]);
      pe->right(wave_[right(r, c + 1)]);
      pe->above(sum_[down(r, c)]);
      pe->below(sum_[down(r + 1, c)]);
      pe->load(c == 0 ? load_edge_ : load_[static_cast<std::size_t>(c)]);
      pe->weight_above(r == 0 && c == 0 ? weight_edge_[0] : weight_[down(r, c)]);
      pe->weight_below(weight_[down(r + 1, c)]);
      pe->loaded(loaded_[down(r, c)]);
      modules_.push_back(std::move(pe));
    }
  }
}

void WeightStationaryArray::reset() { driver_.cycle(false, true); }

WeightStationaryOutputs WeightStationaryArray::outputs() const {
  WeightStationaryOutputs out;
  out.loaded = loaded_[0].read();
  out.sum_wanted.reserve(static_cast<std::size_t>(cols_));
  out.sums.reserve(static_cast<std::size_t>(cols_));
  for (int c = 0; c < cols_; ++c) {
    out.sum_wanted.push_back(c > 0 && wave_[right(0, c)].read().valid);
    // What has just left the last row to the right carries the marks of the sum that has just left below it.
    Wave sum = wave_[right(rows_ - 1, c + 1)].read();
    sum.value = sum_[down(rows_, c)].read();
    out.sums.push_back(sum);
  }
  return out;
}

void WeightStationaryArray::clock(const WeightStationaryInputs& in) {
  for (std::size_t r = 0; r < edge_.size(); ++r) {
    edge_[r].write({in.valid, in.first, in.last, in.activations[r]});
  }
  load_edge_.write({in.load, in.load_last});
  for (std::size_t c = 0; c < weight_edge_.size(); ++c) {
    weight_edge_[c].write(in.weights[c]);
    sum_[c].write(in.sums[c]);
  }
  driver_.cycle(in.enable);
}

}  // namespace systole::rtl
