// ONNX's protobuf to plain C++. Private to models/onnx.
#pragma once

#include <istream>
#include <optional>

#include "hw/base/issues.h"
#include "models/onnx/raw_model.h"

namespace systole::importer {

/// The model that the stream holds, or nullopt: not ONNX, truncated, an opset that is not supported. Bad
/// initialisers are reported too, but reading goes on. Runs ONNX's checker on every node of a supported
/// operator.
std::optional<RawModel> read_model(std::istream& stream, Issues& issues);

}  // namespace systole::importer
