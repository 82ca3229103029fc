// numpy's broadcasting of shapes. Private to models/onnx.
#pragma once

#include <optional>

#include "models/ir/tensor.h"

namespace systole::importer {

/// The common shape of a and b, or nullopt if they do not fit one another.
std::optional<ir::Shape> broadcast(const ir::Shape& a, const ir::Shape& b);

}  // namespace systole::importer
