// Feeds a weight-stationary array with a GEMM and keeps its sums. It knows no formula: folds start, weights
// move and sums are fetched by what stands in the array's registers and by the marks that come out of it.
#pragma once

#include <vector>

#include "tests/rtl/feeder.h"
#include "tests/rtl/gemm.h"
#include "tests/rtl/weight_stationary_pins.h"

namespace systole::rtl {

class WeightStationaryBench {
public:
  struct Rules {
    bool overlap = true;  ///< a fold may enter before the one before has left
    /// Without overlap: wait for the skew of all columns and not only of those that the fold uses.
    bool all_columns = false;
    /// Operands come through FIFOs; bandwidth 0: they are always there.
    Supply supply = {};
    int stationary_bandwidth = 0;  ///< weights a step; 0: no limit
    /// Start a fold one cycle before its weights are in place: a broken sequencer, to see that it is noticed.
    bool haste = false;
  };
  WeightStationaryBench(WeightStationaryPins& array, const Rules& rules) : array_(array), rules_(rules) {}

  /// From a reset until the last useful sum has left. Column tiles outside, K inside.
  Trace run(const Gemm& gemm, Stalls stalls);

private:
  void begin(const Gemm& gemm);
  void collect(const WeightStationaryOutputs& out);
  void feed(int fold);
  [[nodiscard]] bool may_start(const WeightStationaryOutputs& out) const;
  void stream(const WeightStationaryOutputs& out, WeightStationaryInputs& in);
  void load(const WeightStationaryOutputs& out, WeightStationaryInputs& in);
  void fetch_sums(const WeightStationaryOutputs& out, WeightStationaryInputs& in);
  [[nodiscard]] int k0(int fold) const { return fold % k_folds_ * array_.rows(); }
  [[nodiscard]] int n0(int fold) const { return fold / k_folds_ * array_.cols(); }
  [[nodiscard]] int columns(int fold) const;
  [[nodiscard]] Value& accumulator(int fold, int row, int col);

  WeightStationaryPins& array_;
  Rules rules_;
  const Gemm* gemm_ = nullptr;
  int k_folds_ = 0;
  int folds_ = 0;
  int next_fold_ = 0;  ///< the next one to start
  int row_ = 0;        ///< rows of the fold before it that have entered
  Feeder feeder_;
  int since_last_ = 0;  ///< steps since the last streamed row of that fold has entered
  int load_fold_ = 0;   ///< the one whose weights move now or next
  int load_step_ = 0;
  bool loading_ = false;
  int weights_come_ = 0;      ///< of that fold, so far
  int drained_ = 0;           ///< folds that have left altogether
  std::vector<int> entered_;  ///< per column: streamed rows that have entered at the top
  std::vector<int> left_;     ///< per column: sums that have left
  int missing_ = 0;           ///< useful sums still to come
  std::uint64_t cycle_ = 0;
  Trace trace_;
};

}  // namespace systole::rtl
