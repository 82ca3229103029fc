// Feature maps as ONNX declares them (channels first) and as a channels-last network has them in DRAM.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/ir/tensor.h"

namespace systole::app {

/// The data of one network input or output, inferences one after another, in the other order. Tensors without
/// rank 4 stay as they are.
std::vector<std::byte> channels_last(const ir::Tensor& tensor, std::span<const std::byte> data);
std::vector<std::byte> channels_first(const ir::Tensor& tensor, std::span<const std::byte> data);

}  // namespace systole::app
