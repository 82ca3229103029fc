// Random tensor data: the same on every machine for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "app/config/scenario.h"
#include "hw/base/dtype.h"

namespace systole::app {

/// `elements` values of one network input (number `input`) for one inference, as little-endian bytes. They
/// depend on nothing but the arguments.
///   uniform: floats in [-1, 1), integers in -128 .. 127 (uint8: 0 .. 255), bools
///   normal:  floats of mean 0 and deviation 1; integers round(middle + deviation x range / 6), saturated.
///   The normal
///            deviate is the sum of twelve uniform ones less 6, which is exact on every machine.
/// Where the input has a density below 1, that share of the elements stays and the others are 0, whatever
/// their neighbours are.
std::vector<std::byte> random_tensor(const RandomInputs& random, DType type, std::size_t elements,
                                     std::uint32_t input, std::uint32_t inference);

}  // namespace systole::app
