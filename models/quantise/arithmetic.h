// The numbers of symmetric 8-bit quantisation: real value = scale x integer, integers -127 .. 127.
//
// Source: the symmetric max-abs scheme of Krishnamoorthi, "Quantizing
// deep convolutional networks for efficient inference" (arXiv:1806.08342): scale = max|x| / 127, so that
// nothing clips; x_q = round(x / scale), halves to even.
#pragma once

#include <cstdint>
#include <span>

namespace systole::quantise {

inline constexpr float kLargestInteger = 127.0F;  ///< -128 is left out: the range is symmetric

/// The scale that brings [-max_abs, max_abs] to -127 .. 127: max_abs / 127, or the next power of two that is
/// not below it. 1 for a tensor of zeros; never so small that it is not a normal float. max_abs must be
/// finite.
float scale_of(float max_abs, bool power_of_two);

/// The largest |x|; infinite or NaN if there is such a value among them, 0 for none.
float largest_magnitude(std::span<const float> values);

/// round_half_even(x / scale), within -127 .. 127. x must not be NaN.
std::int8_t quantise_value(float x, float scale);
void quantise_values(std::span<const float> values, float scale, std::int8_t* out);

/// round_half_even(bias / (x_scale x w_scale)) as the accumulator takes it; saturates.
std::int32_t quantise_bias(float bias, float x_scale, float w_scale);
/// The smallest weight scale with which a bias takes no more than a quarter of the accumulator's range, so
/// that the sum of products has room: |bias| / (x_scale x 2^29).
float smallest_scale_for_bias(float bias, float x_scale);

}  // namespace systole::quantise
