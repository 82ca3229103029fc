// How the matrix engine's processing elements multiply and add.
#pragma once

#include <cstdint>

namespace systole {

///   kParallel       one product of operands of the array's formats a cycle; wider ones in pieces
///   kBitSerial      one bit of each operand a cycle
///   kXnorPopcount   some binary products a cycle
///   kShiftAdd       a shift by the exponent of a power of two
enum class MatrixArithmetic : std::uint8_t { kParallel, kBitSerial, kXnorPopcount, kShiftAdd };

/// What an integer accumulator does with a sum that it cannot hold.
enum class Overflow : std::uint8_t { kWrap, kSaturate };

}  // namespace systole
