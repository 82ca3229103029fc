// From an ONNX file to the image that the SoC runs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/config/scenario.h"
#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/mapper/mapper.h"
#include "models/program/program.h"

namespace systole::app {

struct Compiled {
  std::string source_bytes;  ///< the ONNX file, or the graph's
  ir::Graph network;         ///< of a graph: its inputs and outputs only
  Program program;
  std::vector<std::byte> image;  ///< the .sgb file
  mapper::MapReport report;
};

/// Reads a graph that has been mapped before.
std::optional<Compiled> load_graph(const FileRef& graph, Issues& issues);

/// Imports the scenario's network, with made-up weights where its file carries none, and maps it onto the
/// SoC. All issues carry the network's file.
std::optional<Compiled> compile(const Scenario& scenario, Issues& issues);

}  // namespace systole::app
