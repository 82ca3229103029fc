// Checks of scales and zero points, shared by the rules of quantised operators. Private to models/onnx.
#pragma once

#include "models/onnx/node_view.h"

namespace systole::importer {

/// Input `scale` is float32 with one element or, where `channels` is not 0, with that many in one dimension;
/// constant values must be finite, and above 0 where they divide. Input `zero` (may be absent) is of type
/// `type` with as many elements. Failures are recorded.
void check_quantisation(NodeView& node, std::size_t scale, std::size_t zero, DType type,
                        std::int64_t channels, bool divides);

/// Input `zero` (may be absent) alone.
void check_zero_point(NodeView& node, std::size_t zero, DType type, std::int64_t channels);

}  // namespace systole::importer
