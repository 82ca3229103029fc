// What the user chooses about quantisation.
#pragma once

namespace systole::quantise {

struct Options {
  bool per_channel = true;    ///< weights: one scale per output channel, else one per tensor
  bool power_of_two = false;  ///< all scales are powers of two
};

}  // namespace systole::quantise
