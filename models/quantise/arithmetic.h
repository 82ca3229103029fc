// The numbers of symmetric 8-bit quantisation: real value = scale x integer, integers -127 .. 127.
//
// Source: the symmetric max-abs scheme of Krishnamoorthi, "Quantizing
// deep convolutional networks for efficient inference" (arXiv:1806.08342): scale = max|x| / 127, so that
// nothing clips; x_q = round(x / scale), halves to even.
#pragma once

#include <cstdint>
#include <span>

#include "hw/base/number_format.h"

namespace systole::quantise {

inline constexpr float kLargestInteger = 127.0F;  ///< -128 is left out: the range is symmetric

/// The largest integer of a format's symmetric range.
constexpr float largest_of(NumberFormat format) { return static_cast<float>(traits_of(format).max); }

/// The scale that brings [-max_abs, max_abs] to -largest .. largest: max_abs / largest, or the next power of
/// two that is not below it. 1 for a tensor of zeros; never so small that it is not a normal float. max_abs
/// must be finite.
float scale_of(float max_abs, bool power_of_two, float largest = kLargestInteger);

/// The largest |x|; infinite or NaN if there is such a value among them, 0 for none.
float largest_magnitude(std::span<const float> values);

/// round_half_even(x / scale), within -127 .. 127. x must not be NaN.
std::int8_t quantise_value(float x, float scale);
void quantise_values(std::span<const float> values, float scale, std::int8_t* out);

/// The nearest value of the format's symmetric range to x / scale: halves to even, but of powers of two to
/// the greater. Of binary, the sign: 0 is +1.
std::int32_t quantise_value(NumberFormat format, float x, float scale);

/// The scale with which the format's values come nearest to these, by the sum of squares, of the largest
/// magnitude's scale and shares of it down to a twentieth; of binary, the mean magnitude, which is the best.
/// 1 for zeros. Values must be finite.
///
/// Sources: the mean for binary, Rastegari et al. (arXiv:1603.05279); clipping weights of few bits by the
/// squared error, Banner et al. (arXiv:1810.05723).
float nearest_scale(NumberFormat format, std::span<const float> values, bool power_of_two);

/// round_half_even(bias / (x_scale x w_scale)) as the accumulator takes it; saturates.
std::int32_t quantise_bias(float bias, float x_scale, float w_scale);
/// The smallest weight scale with which a bias takes no more than a quarter of the accumulator's range, so
/// that the sum of products has room: |bias| / (x_scale x 2^29).
float smallest_scale_for_bias(float bias, float x_scale);

}  // namespace systole::quantise
