// From the configuration to what the timing models take.
#pragma once

#include "hw/config/soc_config.h"
#include "hw/timing/systolic/array_shape.h"

namespace systole::engine::matrix {

[[nodiscard]] timing::ArrayShape array_of(const MatrixConfig& config);
/// An accumulator's place in memory: 8 bytes if it has more than 32 bits.
[[nodiscard]] std::uint32_t sum_bytes(const MatrixConfig& config);

}  // namespace systole::engine::matrix
