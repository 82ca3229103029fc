// What is computed on import: functions of shapes and constants, as exporters put them around Reshape, Pad
// and Resize. Private to models/onnx.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "models/onnx/operators.h"

namespace systole::importer {

/// Shape, Size, Gather, ConstantOfShape, Floor, Ceil, Range: operators that no engine runs. Their rules give
/// a constant, or fail because an operand is none. Null: `name` is not one of them.
const Operator* find_constant_function(std::string_view name);

/// The result of a node whose operands are all constant. nullopt: it is left to the network. `inputs`: as
/// many as the node has, null where absent, all with data.
std::optional<ir::Tensor> fold(ir::OpKind kind, const Resolved& resolved,
                               std::span<const ir::Tensor* const> inputs);

}  // namespace systole::importer
