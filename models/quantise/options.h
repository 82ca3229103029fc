// What the user chooses about quantisation.
#pragma once

#include "hw/base/number_format.h"

namespace systole::quantise {

struct Options {
  bool per_channel = true;                     ///< weights: one scale per output channel, else one per tensor
  bool power_of_two = false;                   ///< all scales are powers of two
  NumberFormat weights = NumberFormat::kInt8;  ///< any integer format but uint8
  NumberFormat activations = NumberFormat::kInt8;  ///< likewise, and not powers of two
  /// A network without ranges has its real weights all the same: somebody looks for zeros in them.
  bool real_weights = false;
};

}  // namespace systole::quantise
