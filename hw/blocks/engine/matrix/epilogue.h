// What happens to the sums of one output pixel before they are stored.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/blocks/engine/matrix/operation.h"

namespace systole::engine::matrix {

/// One pixel of some columns: their constants, and their elements of the residual and of the result.
struct EpilogueRow {
  std::size_t n = 0;
  const std::byte* bias = nullptr;      ///< n of 4 bytes; null: none
  const float* scale = nullptr;         ///< n; of requantised results
  const std::byte* residual = nullptr;  ///< null: none
  std::byte* out = nullptr;             ///< null: the sums stay
};

/// Adds the bias to the sums and writes the result; out may be the residual.
void finish_row(const Operation& op, std::int32_t* sums, const EpilogueRow& row);
void finish_row(const Operation& op, std::int64_t* sums, const EpilogueRow& row);
void finish_row(const Operation& op, float* sums, const EpilogueRow& row);

}  // namespace systole::engine::matrix
