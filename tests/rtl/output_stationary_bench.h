// Feeds an output-stationary array with a GEMM and keeps its results. It knows no formula for the time of a
// fold: the next one starts by the marks that come out of the array and by the results that have left.
#pragma once

#include <vector>

#include "tests/rtl/feeder.h"
#include "tests/rtl/gemm.h"
#include "tests/rtl/output_stationary_array.h"

namespace systole::rtl {

class OutputStationaryBench {
public:
  struct Rules {
    bool overlap = true;  ///< a fold may enter before the one before has left
    /// Without overlap: wait for the skew of all columns and not only of those that the fold uses.
    bool all_columns = false;
    /// Operands come through FIFOs; bandwidth 0: they are always there.
    Supply supply = {};
    /// Start folds one cycle earlier than the results' way out allows: a broken sequencer.
    bool haste = false;
  };
  OutputStationaryBench(OutputStationaryArray& array, const Rules& rules) : array_(array), rules_(rules) {}

  /// From a reset until the last useful result has left. Column tiles outside, row tiles inside.
  Trace run(const Gemm& gemm, Stalls stalls);

private:
  void begin(const Gemm& gemm);
  void watch(const OutputStationaryOutputs& out);
  void feed(int fold);
  [[nodiscard]] bool may_start() const;
  void stream(OutputStationaryInputs& in);
  void collect(const OutputStationaryOutputs& out);
  [[nodiscard]] int m0(int fold) const { return fold % m_folds_ * array_.rows(); }
  [[nodiscard]] int n0(int fold) const { return fold / m_folds_ * array_.cols(); }
  [[nodiscard]] int rows(int fold) const;
  [[nodiscard]] int columns(int fold) const;
  /// The last column that a fold's end waits for.
  [[nodiscard]] std::size_t last_column(int fold) const;

  OutputStationaryArray& array_;
  Rules rules_;
  const Gemm* gemm_ = nullptr;
  int m_folds_ = 0;
  int folds_ = 0;
  int next_fold_ = 0;   ///< the next one to start
  int k_ = 0;           ///< steps of the fold before it that have entered
  int since_last_ = 0;  ///< steps since the last of them
  Feeder left_feeder_, top_feeder_;
  std::vector<int> finished_;  ///< per column: folds whose last k has passed the last row
  std::vector<int> left_;      ///< per column: results that have left
  int missing_ = 0;            ///< useful results still to come
  std::uint64_t cycle_ = 0;
  Trace trace_;
};

}  // namespace systole::rtl
