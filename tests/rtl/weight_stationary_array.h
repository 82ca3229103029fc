// Clocked weight-stationary array: one SystemC module per processing element, one signal per register.
//
//                    sum above   weight above
//                        |           |
//                        v           v
//    activation --+--->( x )<----[ weight ]<--swap--[ shadow ]   shadow: double-buffered only; it is the
//                 |      |                              |        chain then, else the weight register is
//                 v      v                              v
//          [activation] ( + ) -> [ sum ] -> below    weight below
//                 |
//                 v to the right
#pragma once

#include <memory>
#include <vector>

#include "tests/rtl/signals.h"
#include "tests/rtl/weight_stationary_pins.h"

namespace systole::rtl {

class WeightStationaryPe final : public Clocked {
public:
  sc_core::sc_in<Wave> left{"left"};
  sc_core::sc_out<Wave> right{"right"};
  sc_core::sc_in<Value> above{"above"};
  sc_core::sc_out<Value> below{"below"};
  /// The column's load control: the same for all its rows in a cycle.
  sc_core::sc_in<Load> load{"load"};
  sc_core::sc_in<Value> weight_above{"weight_above"};
  /// The element of the weight chain, for the row below: the shadow register, or the weight register.
  sc_core::sc_out<Value> weight_below{"weight_below"};
  /// The chain's register holds a weight that is still to be used.
  sc_core::sc_out<bool> loaded{"loaded"};

  WeightStationaryPe(const sc_core::sc_module_name& name, bool double_buffer);

private:
  void clear() override;
  void step() override;

  bool double_buffer_;
  Value weight_ = 0;  ///< the weight in use
  Value chain_ = 0;   ///< the shadow weight; single-buffered: the same weight as above
  bool loaded_ = false;
};

class WeightStationaryArray final : public sc_core::sc_module, public WeightStationaryPins {
public:
  WeightStationaryArray(const sc_core::sc_module_name& name, int rows, int cols, bool double_buffer);

  [[nodiscard]] int rows() const override { return rows_; }
  [[nodiscard]] int cols() const override { return cols_; }
  [[nodiscard]] bool double_buffer() const override { return double_buffer_; }
  void reset() override;
  [[nodiscard]] WeightStationaryOutputs outputs() const override;
  void clock(const WeightStationaryInputs& in) override;

private:
  /// Signals that move to the right: cols + 1 a row. Signals that move down: cols a row.
  [[nodiscard]] std::size_t right(int row, int col) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols_ + 1) +
           static_cast<std::size_t>(col);
  }
  [[nodiscard]] std::size_t down(int row, int col) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols_) + static_cast<std::size_t>(col);
  }

  int rows_, cols_;
  bool double_buffer_;
  ClockDriver driver_;
  sc_core::sc_vector<sc_core::sc_signal<Wave>> edge_;          ///< rows: not yet skewed
  sc_core::sc_signal<Load> load_edge_{"load_edge"};            ///< not yet skewed
  sc_core::sc_vector<sc_core::sc_signal<Value>> weight_edge_;  ///< cols: not yet skewed
  sc_core::sc_vector<sc_core::sc_signal<Load>> load_;          ///< cols: skewed
  sc_core::sc_vector<sc_core::sc_signal<Wave>> wave_;          ///< rows x (cols + 1)
  sc_core::sc_vector<sc_core::sc_signal<Value>> sum_;          ///< (rows + 1) x cols
  sc_core::sc_vector<sc_core::sc_signal<Value>> weight_;       ///< (rows + 1) x cols
  sc_core::sc_vector<sc_core::sc_signal<bool>> loaded_;        ///< rows x cols
  std::vector<std::unique_ptr<sc_core::sc_module>> modules_;
};

}  // namespace systole::rtl
