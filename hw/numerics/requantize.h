// Rows of results of a matrix command, by vector instructions where the machine has them. The results are
// those of numerics::requantize and numerics::binary_quantised, element by element.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/numerics/elementwise.h"
#include "hw/numerics/rounding.h"

namespace systole::numerics {

/// What follows the sum of a requantised row.
struct RowRange {
  std::int32_t zero = 0;
  std::int32_t low = 0;  ///< clipped to [low, high] after saturation
  std::int32_t high = 0;
};

/// out[i] = clip(requantize<T>(acc[i], multipliers[i], zero), low, high).
template <Quantised T>
void requantize_row(const std::int32_t* acc, const float* multipliers, const RowRange& range, T* out,
                    std::size_t count);

/// out[i] = quantised sum of a[i] and b[i], as binary_quantised(kAdd). out may be a or b.
template <Quantised T>
void add_row(const T* a, QuantParams a_params, const T* b, QuantParams b_params, float out_scale,
             const RowRange& range, T* out, std::size_t count);

}  // namespace systole::numerics
