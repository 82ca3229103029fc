// The graph compiler: a network and a hardware capability go in, a descriptor graph comes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/mapper/capability.h"
#include "models/mapper/report.h"
#include "models/program/program.h"

namespace systole::mapper {

/// Where static data (weights, biases, tables) stand while the execution graph runs.
enum class WeightPolicy : std::uint8_t {
  kAuto,      ///< resident as far as they fit beside the feature maps, the rest streamed
  kResident,  ///< all in SRAM, loaded once by the initialisation graph; an issue if they do not fit
  kStreamed,  ///< all in DRAM, loaded for every inference
};

/// Operations whose results would go through DRAM can be made a few rows at a time (docs/mapper.md,
/// "Stripes").
enum class StripePolicy : std::uint8_t {
  kAuto,    ///< where that moves fewer bytes and is predicted to be no slower
  kAlways,  ///< where that moves fewer bytes, however long it takes
  kNever,
};

struct MapOptions {
  WeightPolicy weights = WeightPolicy::kAuto;
  /// Feature maps that are network inputs or outputs stand in DRAM channels-last and not as ONNX declares
  /// them: no copy converts them.
  bool channels_last_io = false;
  /// False: the program's static data are not made (Program::data_left_out). For runs without function: the
  /// same descriptors, without a weight that was generated or packed.
  bool data = true;
  StripePolicy stripes = StripePolicy::kAuto;
  /// Looks for constant weights that the array need not multiply (docs/pruning.md). Reads all of them, made
  /// or not, whatever `data` says.
  bool skip_zeros = false;
};

/// Maps the network. Everything that the hardware cannot do is one issue that names the node and its operator
/// (all of them at once), and then there is no program. `report`, if given, receives the bookkeeping.
/// The result is deterministic and has passed verify().
std::optional<Program> map_network(const ir::Graph& graph, const Capability& capability,
                                   const MapOptions& options, Issues& issues, MapReport* report = nullptr);

}  // namespace systole::mapper
