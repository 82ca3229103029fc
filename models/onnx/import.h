// ONNX files to the network IR. The only part of the project that knows protobuf; its headers do not show it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "hw/base/issues.h"
#include "models/ir/graph.h"
#include "models/ir/synthesis.h"

namespace systole {

/// The opset versions of the default domain that the importer understands.
inline constexpr int kOldestOpset = 1;
inline constexpr int kNewestOpset = 18;

struct ImportOptions {
  /// Graph inputs, by name, that become constants with this value (type and shape must match): a target shape
  /// or weights that the exporter left as inputs.
  std::map<std::string, ir::Tensor> constants;
  /// Sizes of dynamic dimensions, by the symbol that the file gives them: {N: 1}. Any dimension of an input,
  /// also one of fixed size, has the name "INPUT[INDEX]": {"image[2]": 64}.
  std::map<std::string, std::int64_t> dims;
  /// With a value, inputs that are plainly parameters (see docs/operators.md) become constants that are made
  /// up; without, they stay inputs.
  std::optional<ir::Synthesis> synthesis;
};

/// Reads, checks and resolves a network; docs/operators.md says which operators and forms. On any problem:
/// nullopt, and *all* problems as issues whose file is `path` and whose key is the node's name. Safe on
/// hostile files: never crashes, and allocates no more than a small multiple of the file's size.
///
/// In the graph all shapes are static, attributes are resolved (auto_pad, negative axes, defaults of the
/// file's opset), what can be computed from shapes and constants is constant, Identity and Dropout are gone,
/// and nodes whose results nobody wants are dropped. Nodes stand in topological order.
std::optional<ir::Graph> import_onnx(const std::string& path, Issues& issues,
                                     const ImportOptions& options = {});
/// The same from memory; `file` is only the name for issues.
std::optional<ir::Graph> import_onnx(std::span<const std::byte> bytes, const std::string& file,
                                     Issues& issues, const ImportOptions& options = {});

}  // namespace systole
