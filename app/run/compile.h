// From a network to the image that the SoC runs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/config/resolve.h"
#include "app/run/precision.h"
#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/ir/layer_table.h"
#include "models/mapper/mapper.h"
#include "models/program/program.h"

namespace systole::app {

struct Compiled {
  std::string source_bytes;                  ///< the network's file, or the graph's; empty for bare GEMMs
  ir::Graph network;                         ///< as it is mapped; of a graph: its inputs and outputs only
  ir::NetworkFigures figures;                ///< of the network as its file has it
  std::optional<Quantisation> quantisation;  ///< none: the network computes as it was imported
  /// Feature maps that are network inputs and outputs stand in DRAM channels-last: layers without a network
  /// around them, which have nobody to declare another order.
  bool channels_last = false;
  Program program;                     ///< without its static data once there is an image
  std::vector<std::byte> image;        ///< the .sgb file; mapped from a network: as far as its static data
  std::vector<std::byte> static_data;  ///< that the image lacks; empty in a run without function
  mapper::MapReport report;
  /// The declared inputs that inputs.files feeds, constants among them; empty: the network's inputs.
  std::vector<std::string> fed;
};

/// Reads a graph that has been mapped before.
std::optional<Compiled> load_graph(const FileRef& graph, Issues& issues);

/// Reads the scenario's network (ONNX, a topology .csv, or its bare GEMMs), with made-up weights where its
/// file carries none, gives it its precision, and maps it onto the SoC. Issues of the network carry its file.
std::optional<Compiled> compile(const Scenario& scenario, const Provenance& provenance, Issues& issues);

/// The program as a run takes it: image and static data apart, so that weights stand in memory once.
void make_image(Compiled& compiled);

}  // namespace systole::app
