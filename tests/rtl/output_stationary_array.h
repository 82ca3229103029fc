// Clocked output-stationary array: one SystemC module per processing element, one signal per register.
//
//                     b from above     results above
//                         |                 |
//                         v                 v
//    a from the left --+->( x )         [ drain ]<--last--+     drain: double-buffered only; without it the
//                      |  |   \             |             |     results shift down the sum registers
//                      v  v    ( + )--->[ sum ]-----------+
//                    [a] [b]     ^---------/
//                     |   |                 |
//                     v   v                 v
//                 right   below        results below
#pragma once

#include <memory>
#include <vector>

#include "tests/rtl/signals.h"

namespace systole::rtl {

class OutputStationaryPe final : public Clocked {
public:
  sc_core::sc_in<Wave> left{"left"};
  sc_core::sc_out<Wave> right{"right"};
  sc_core::sc_in<Value> above{"above"};
  sc_core::sc_out<Value> below{"below"};
  /// The register that the last row of this column gives to its right: with a `last` mark in it, the column's
  /// results start on their way down.
  sc_core::sc_in<Wave> bottom{"bottom"};
  /// `last`: the topmost result of its column.
  sc_core::sc_in<Wave> result_above{"result_above"};
  sc_core::sc_out<Wave> result_below{"result_below"};
  /// Results of rows above are still to pass.
  sc_core::sc_out<bool> draining{"draining"};

  OutputStationaryPe(const sc_core::sc_module_name& name, bool double_buffer, bool top);

private:
  void clear() override;
  void step() override;

  bool double_buffer_;
  bool top_;
  Wave sum_;
  Wave drain_;  ///< double-buffered only
  bool draining_ = false;
};

/// What the bench puts on the pins in one cycle: one k, not skewed.
struct OutputStationaryInputs {
  bool enable = false;
  bool valid = false;
  bool first = false;
  bool last = false;
  std::vector<Value> a;  ///< rows
  std::vector<Value> b;  ///< cols
};

/// What stands in the array's registers before the edge; all per column.
struct OutputStationaryOutputs {
  std::vector<bool> finished;  ///< the last k has just passed the last row
  std::vector<bool> leaving;   ///< at this cycle's edge, if it is enabled, a result leaves below the last row
  std::vector<Value> results;
};

class OutputStationaryArray final : public sc_core::sc_module {
public:
  OutputStationaryArray(const sc_core::sc_module_name& name, int rows, int cols, bool double_buffer);

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int cols() const { return cols_; }
  [[nodiscard]] bool double_buffer() const { return double_buffer_; }
  void reset() { driver_.cycle(false, true); }
  [[nodiscard]] OutputStationaryOutputs outputs() const;
  void clock(const OutputStationaryInputs& in);

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
  sc_core::sc_vector<sc_core::sc_signal<Wave>> left_edge_;  ///< rows: not yet skewed
  sc_core::sc_vector<sc_core::sc_signal<Value>> top_edge_;  ///< cols: not yet skewed
  sc_core::sc_vector<sc_core::sc_signal<Wave>> wave_;       ///< rows x (cols + 1)
  sc_core::sc_vector<sc_core::sc_signal<Value>> b_;         ///< (rows + 1) x cols
  sc_core::sc_vector<sc_core::sc_signal<Wave>> result_;     ///< (rows + 1) x cols
  sc_core::sc_vector<sc_core::sc_signal<bool>> draining_;   ///< rows x cols
  std::vector<std::unique_ptr<sc_core::sc_module>> modules_;
};

}  // namespace systole::rtl
