// The pins of a weight-stationary array, so that one bench drives the SystemC and the Verilog model.
#pragma once

#include <vector>

#include "tests/rtl/values.h"

namespace systole::rtl {

/// What the bench puts on the pins in one cycle.
struct WeightStationaryInputs {
  bool enable = false;
  // One streamed row: all its elements at once, the array skews them.
  bool valid = false;
  bool first = false;
  bool last = false;
  std::vector<Value> activations;  ///< rows
  // One row of weights, last row first, skewed by the array.
  bool load = false;
  bool load_last = false;
  std::vector<Value> weights;  ///< cols
  /// Not skewed: sum c goes into column c in this very cycle.
  std::vector<Value> sums;  ///< cols
};

/// What stands in the array's registers before the edge.
struct WeightStationaryOutputs {
  /// The weight of element (0, 0) is there: a fold may start.
  bool loaded = false;
  /// A streamed row is at the top of this column now and wants its sum. Column 0: see the inputs.
  std::vector<bool> sum_wanted;  ///< cols
  /// The register below the last row: the sum that left at the last edge that was enabled.
  std::vector<Wave> sums;  ///< cols
};

class WeightStationaryPins {
public:
  WeightStationaryPins() = default;
  WeightStationaryPins(const WeightStationaryPins&) = delete;
  WeightStationaryPins& operator=(const WeightStationaryPins&) = delete;
  virtual ~WeightStationaryPins() = default;
  [[nodiscard]] virtual int rows() const = 0;
  [[nodiscard]] virtual int cols() const = 0;
  [[nodiscard]] virtual bool double_buffer() const = 0;
  virtual void reset() = 0;
  [[nodiscard]] virtual WeightStationaryOutputs outputs() const = 0;
  /// One clock cycle with these inputs.
  virtual void clock(const WeightStationaryInputs& in) = 0;
};

}  // namespace systole::rtl
