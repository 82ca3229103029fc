// FIFOs at an edge of an array: one per lane, filled from a memory of limited bandwidth.
#pragma once

#include <algorithm>

namespace systole::rtl {

struct Supply {
  int bandwidth = 0;  ///< elements a step, over all lanes; 0: no limit
  int depth = 8;      ///< elements of each lane's FIFO, >= 2
};

/// Elements come in the order in which they are wanted: all lanes of one streamed row, then the next row.
/// What has come in a step can be taken in the next one. The memory turns to the next fold in the step that
/// takes the last row of the one before.
class Feeder {
public:
  Feeder() = default;
  explicit Feeder(const Supply& supply) : supply_(supply) {}

  /// The fold whose rows come next: so many rows of so many elements.
  void begin(int lanes, int rows) {
    lanes_ = lanes;
    missing_ = lanes * rows;
    standing_ = 0;
  }
  /// A whole row stands in the FIFOs.
  [[nodiscard]] bool ready() const { return supply_.bandwidth == 0 || standing_ >= lanes_; }
  void take() { standing_ -= lanes_; }
  /// The end of a step.
  void fill() {
    const int room = lanes_ * supply_.depth - standing_;
    const int come = std::min({supply_.bandwidth, missing_, room});
    missing_ -= come;
    standing_ += come;
  }

private:
  Supply supply_;
  int lanes_ = 1;
  int missing_ = 0;   ///< elements that are still in the memory
  int standing_ = 0;  ///< elements in the FIFOs
};

}  // namespace systole::rtl
