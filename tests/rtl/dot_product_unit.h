// Clocked dot-product unit: rows x cols lanes of `depth` multipliers, a registered adder tree and an
// accumulator.
#pragma once

#include <memory>
#include <vector>

#include "tests/rtl/gemm.h"
#include "tests/rtl/signals.h"

namespace systole::rtl {

/// One result of a tile. All registers of the pipeline take their next value at the same edge.
class DotProductLane final : public Clocked {
public:
  sc_core::sc_in<Wave> mark{"mark"};            ///< `first` and `last` step of a tile; its value is not used
  sc_core::sc_vector<sc_core::sc_in<Value>> a;  ///< depth
  sc_core::sc_vector<sc_core::sc_in<Value>> b;  ///< depth
  sc_core::sc_out<Wave> sum{"sum"};             ///< the accumulator, with the marks of what was added last

  DotProductLane(const sc_core::sc_module_name& name, int depth);

private:
  /// What stands behind the multipliers, or behind a level of the tree.
  struct Stage {
    Wave mark;
    std::vector<Value> values;
  };
  void clear() override;
  void step() override;

  std::vector<Stage> stages_;  ///< products first, the tree's root last
  Value accumulator_ = 0;
};

class DotProductArray final : public sc_core::sc_module {
public:
  DotProductArray(const sc_core::sc_module_name& name, int rows, int cols, int depth);

  /// From a reset until the last result stands in its accumulator. One tile after the other, a step in every
  /// cycle that is enabled; column tiles outside, row tiles inside. `start` is a tile's first step, `end` the
  /// cycle after the one at whose end its results are complete.
  Trace run(const Gemm& gemm, Stalls stalls);

private:
  [[nodiscard]] bool feed(const Gemm& gemm, int step);
  void collect(const Gemm& gemm, std::uint64_t cycle, int tile, Trace& trace) const;

  int rows_, cols_, depth_;
  ClockDriver driver_;
  sc_core::sc_signal<Wave> mark_{"mark"};
  sc_core::sc_vector<sc_core::sc_signal<Value>> a_;   ///< rows x depth
  sc_core::sc_vector<sc_core::sc_signal<Value>> b_;   ///< cols x depth
  sc_core::sc_vector<sc_core::sc_signal<Wave>> sum_;  ///< rows x cols
  std::vector<std::unique_ptr<DotProductLane>> lanes_;
};

}  // namespace systole::rtl
