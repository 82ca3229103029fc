// What stands still in a systolic array.
#pragma once

#include <cstdint>

namespace systole {

/// rows x cols of the array hold
///   weight stationary  K x N of the weights;     activations are streamed
///   output stationary  M x N of the sums;        activations and weights are streamed
///   input stationary   K x M of the activations; weights are streamed
enum class Dataflow : std::uint8_t { kWeightStationary, kOutputStationary, kInputStationary };

}  // namespace systole
