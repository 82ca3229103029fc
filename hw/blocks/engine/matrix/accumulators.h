// What stays in the accumulators from one command to the next.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/blocks/engine/matrix/operation.h"

namespace systole::engine::matrix {

/// Engine state, shared by the factory and its jobs. Commands of one engine are made in order, so what a
/// CONTINUE will find is known when it is made, before the KEEP before it has run.
class Accumulators {
public:
  /// Whether the command before kept sums of this shape.
  [[nodiscard]] bool can_continue(const Operation& op) const {
    return pixels_ == op.pixels && n_ == op.d.n && is_float_ == op.is_float();
  }
  /// What this command will leave behind.
  void will_keep(const Operation& op) {
    pixels_ = op.keeps() ? op.pixels : 0;
    n_ = op.keeps() ? op.d.n : 0;
    is_float_ = op.is_float();
  }

  /// Sums of the commands that keep or continue, pixels x n, row-major. Used when functional only.
  std::vector<std::int32_t> ints;
  std::vector<std::int64_t> wide_ints;  ///< of accumulators of more than 32 bits
  std::vector<float> floats;

private:
  std::uint32_t pixels_ = 0;  ///< 0: nothing is kept
  std::uint32_t n_ = 0;
  bool is_float_ = false;
};

}  // namespace systole::engine::matrix
