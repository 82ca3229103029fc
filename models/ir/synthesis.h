// Made-up parameters for networks whose file carries none. Every element is a function of (seed, tensor name,
// element index) alone, so any of them can be made anywhere, in any order, on any machine, and nothing need
// be stored.
#pragma once

#include <cstdint>
#include <string>

#include "hw/base/dtype.h"
#include "models/ir/tensor_data.h"

namespace systole::ir {

/// How the parameters that a file does not carry are made up.
struct Synthesis {
  std::uint64_t seed = 1;
  /// Share of the weights that are not zero, 0 to 1, in steps of 2^-16: each weight is zero with the rest's
  /// probability, whatever its neighbours are.
  double density = 1;
};

struct NormalSpec {
  DType type = DType::kFloat32;  ///< float32, int8 or uint8
  std::int64_t elements = 0;
  std::string name;  ///< of the tensor
  std::uint64_t seed = 1;
  double deviation = 1;  ///< of float32; the 8-bit types take their whole range (see below)
  double density = 1;
};

/// Normal deviates of mean 0. Each is one of the 4096 quantiles F^-1((i + 1/2) / 4096) of the normal
/// distribution, i taken from 12 bits of a hash: SplitMix64's output number (index / 4) of a stream that the
/// seed and the name select (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
///   float32  quantile * deviation; the largest is 3.67 deviations
///   int8     round(quantile * 127 / largest quantile)
///   uint8    the same + 128
/// An element that `density` drops is 0 (uint8: 128, what symmetric weights have as their zero point).
TensorData normal_data(const NormalSpec& spec);

/// The same value everywhere, in the given type.
TensorData constant_data(DType type, std::int64_t elements, double value);

/// He's deviation for weights whose sums have `fan_in` terms: sqrt(2 / fan_in) (He, Zhang, Ren, Sun, "Delving
/// Deep into Rectifiers", 2015).
double he_deviation(std::int64_t fan_in);

}  // namespace systole::ir
