// The project's networks, for tests about their definitions.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "models/ir/layer_table.h"
#include "models/onnx/import.h"

namespace systole::networks {

inline std::string path_of(const std::string& file) {
  return SYSTOLE_SOURCE_DIR "/scenarios/networks/" + file;
}

inline std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// scenarios/networks/NAME.onnx with made-up parameters. Fails the test on any issue.
inline ir::Graph import(const std::string& name) {
  ImportOptions options;
  options.synthesis = ir::Synthesis{};
  Issues issues;
  auto graph = import_onnx(path_of(name + ".onnx"), issues, options);
  for (const Issue& issue : issues.list()) ADD_FAILURE() << to_string(issue);
  return graph ? std::move(*graph) : ir::Graph{};
}

}  // namespace systole::networks
