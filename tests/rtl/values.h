// What travels between the registers of the clocked arrays.
#pragma once

#include <cstdint>

namespace systole::rtl {

/// Operands are 8-bit, sums 32-bit and wrap: as in the Verilog array.
using Value = std::int32_t;

/// sum + a * b modulo 2^32.
inline Value multiply_add(Value sum, Value a, Value b) {
  return static_cast<Value>(static_cast<std::uint32_t>(sum) +
                            static_cast<std::uint32_t>(a) * static_cast<std::uint32_t>(b));
}

/// An operand with the control marks that move with it, one element per cycle. Operands that come late leave
/// gaps in the wave: not valid.
struct Wave {
  bool valid = false;
  bool first = false;  ///< the fold starts here, be its first operand there or not
  bool last = false;   ///< its last streamed row (or k), valid
  Value value = 0;
  bool operator==(const Wave&) const = default;
};

/// What a column's chain of weights does in a cycle.
struct Load {
  bool valid = false;
  bool last = false;  ///< the weight that enters is the one of row 0: the fold is complete
  bool operator==(const Load&) const = default;
};

}  // namespace systole::rtl
