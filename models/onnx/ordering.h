// Order and use of a raw model's nodes. Private to models/onnx.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hw/base/issues.h"
#include "models/onnx/raw_model.h"

namespace systole::importer {

/// The nodes that the outputs need, in topological order (the file's order where it is one). Issues and
/// nullopt for a cycle or a tensor that two nodes write.
std::optional<std::vector<std::size_t>> execution_order(const RawModel& model, Issues& issues);

}  // namespace systole::importer
