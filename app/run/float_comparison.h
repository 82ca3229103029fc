// What quantisation cost: the simulated int8 network against the float one that it was made of.
#pragma once

#include <optional>

#include "app/run/inputs.h"
#include "app/run/precision.h"
#include "app/run/verify.h"

namespace systole::app {

/// Counts the rewritten nodes. With functional outputs also:
///   accuracy  of the float network on the same inputs, where these have labels
///   SQNR      10 log10(sum of f^2 / sum of (f - q)^2), f the float network's first float output, q the
///             simulated one: over all inferences with labels, else over those that calibration has run;
///             none if nothing is known, or nothing differs
QuantisationRecord compare_with_float(const Quantisation& quantisation, const InputSet& inputs,
                                      const Outputs& outputs);

}  // namespace systole::app
