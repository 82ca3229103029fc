// In which numbers a network computes: as it is, or quantised to int8 after its training.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/config/resolve.h"
#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/quantise/quantise.h"

namespace systole::app {

/// Where a quantised network comes from.
struct Quantisation {
  ir::Graph float_network;  ///< with the inputs and outputs of the quantised one
  quantise::Report report;
  std::uint32_t calibration_inputs = 0;  ///< 0: no data, every scale is 1
  /// What the float network gives for the run's first inferences, as far as calibration has run them.
  std::vector<std::vector<ir::Tensor>> outputs;
};

/// Makes of the imported network the one that is mapped and checked: batch normalisations are folded, the QDQ
/// form becomes integer operators for an array of integers (with precision as_is only where that leaves all
/// bits as they are), and a float network is quantised where the scenario says so; nullopt if it is not.
/// Without functional data nothing is calibrated. `fed`: as in InputRequest, for the run's own files. Issues:
/// calibration inputs, parameters and ranges that are no good. Products whose numbers the
/// array's formats or accumulators change say so (ir::Node::numerics); of a list of layers, which has no
/// numbers of its own, all take the array's.
std::optional<Quantisation> set_precision(ir::Graph& network, const Scenario& scenario,
                                          const Provenance& provenance, const std::vector<std::string>& fed,
                                          Issues& issues);

}  // namespace systole::app
