// Element-wise operations of the vector engine (SGB_VECTOR_*), on typed buffers of equal count. An output may
// be the same buffer as an input of the same type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hw/numerics/rounding.h"

namespace systole::numerics {

enum class BinaryOp : std::uint8_t { kAdd, kSub, kMul, kDiv };

/// Calls f with a function of (x, y) that is the operation, so that loops have no decision inside.
template <typename F>
void with_binary(BinaryOp op, bool swapped, F&& f) {
  switch (op) {
    case BinaryOp::kAdd:
      return f([](float x, float y) { return x + y; });
    case BinaryOp::kMul:
      return f([](float x, float y) { return x * y; });
    case BinaryOp::kSub:
      return swapped ? f([](float x, float y) { return y - x; }) : f([](float x, float y) { return x - y; });
    case BinaryOp::kDiv:
      return swapped ? f([](float x, float y) { return y / x; }) : f([](float x, float y) { return x / y; });
  }
}

/// min(max(x, low), high). NaN stays NaN, and where values are equal x stays itself (-0 is not made +0).
template <typename T>
constexpr T clip(T x, T low, T high) {
  const T lifted = x < low ? low : x;
  return high < lifted ? high : lifted;
}

template <typename T>
void clip(std::span<const T> a, T low, T high, std::span<T> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = clip(a[i], low, high);
}

/// out[i] = a[i] op b[i % b.size()]; swapped: b op a.
inline void binary(BinaryOp op, std::span<const float> a, std::span<const float> b, std::span<float> out,
                   bool swapped = false) {
  with_binary(op, swapped, [&](auto f) {
    if (b.size() == out.size()) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(a[i], b[i]);
      return;
    }
    for (std::size_t i = 0, j = 0; i < out.size(); ++i) {
      out[i] = f(a[i], b[j]);
      if (++j == b.size()) j = 0;
    }
  });
}

struct QuantParams {
  float scale = 1.0F;
  std::int32_t zero = 0;
};

/// saturate(round_half_even((A op B) / out.scale) + out.zero), then clipped to [low, high];
/// A = (a - zero) * scale, B likewise, all in float. b repeats as in the float form.
template <Quantised A, Quantised B, Quantised T>
void binary_quantised(BinaryOp op, std::span<const A> a, QuantParams a_params, std::span<const B> b,
                      QuantParams b_params, std::span<T> out, QuantParams out_params, std::int32_t low,
                      std::int32_t high, bool swapped = false) {
  with_binary(op, swapped, [&](auto f) {
    for (std::size_t i = 0, j = 0; i < out.size(); ++i) {
      const float x = dequantize(a[i], a_params.scale, a_params.zero);
      const float y = dequantize(b[j], b_params.scale, b_params.zero);
      const T q = quantize<T>(f(x, y), out_params.scale, out_params.zero);
      out[i] = saturate<T>(clip<std::int32_t>(q, low, high));
      if (++j == b.size()) j = 0;
    }
  });
}

/// Activation functions; SGB_VECTOR_* of the same names give the formulas.
inline float leaky_relu(float x, float alpha) { return x < 0.0F ? alpha * x : x; }
inline float sigmoid(float x) { return 1.0F / (1.0F + std::exp(-x)); }
inline float hard_sigmoid(float x, float alpha, float beta) { return clip(alpha * x + beta, 0.0F, 1.0F); }
inline float hard_swish(float x, float alpha, float beta) { return x * hard_sigmoid(x, alpha, beta); }

/// out[i] = ((a[i] - mean[c]) * scale[c]) + bias[c], c = ((begin + i) / inner) % axis. rows: axis means,
/// scales, biases.
inline void normalize(std::span<const float> a, std::span<const float> rows, std::size_t axis,
                      std::size_t inner, std::size_t begin, std::span<float> out) {
  std::size_t channel = begin / inner % axis;
  std::size_t left = inner - begin % inner;  // of this channel
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = ((a[i] - rows[channel]) * rows[axis + channel]) + rows[2 * axis + channel];
    if (--left != 0) continue;
    left = inner;
    if (++channel == axis) channel = 0;
  }
}

/// out[i] = table[a[i]]; an int8 is taken by its bit pattern: -1 selects entry 255. table: 256 entries.
template <Int8Like A, typename T>
void table_lookup(std::span<const A> a, std::span<const T> table, std::span<T> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = table[static_cast<std::uint8_t>(a[i])];
}

template <Quantised T>
void quantize(std::span<const float> a, QuantParams params, std::span<T> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = quantize<T>(a[i], params.scale, params.zero);
}

template <std::integral T>
void dequantize(std::span<const T> a, QuantParams params, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = dequantize(a[i], params.scale, params.zero);
}

/// Calls f(i, channel) for the elements of a dense (outer, axis, inner) tensor in order: channel =
/// (i / inner) % axis.
template <typename F>
void for_each_of_axis(std::size_t count, std::size_t axis, std::size_t inner, F&& f) {
  std::size_t channel = 0;
  for (std::size_t i = 0; i < count; i += inner) {
    for (std::size_t j = i; j < std::min(i + inner, count); ++j) f(j, channel);
    if (++channel == axis) channel = 0;
  }
}

/// Per axis: scales (and zeros, unless empty) have scales.size() elements, one for each index of the axis.
template <Quantised T>
void quantize_axis(std::span<const float> a, std::span<const float> scales, std::span<const T> zeros,
                   std::size_t inner, std::span<T> out) {
  for_each_of_axis(out.size(), scales.size(), inner, [&](std::size_t i, std::size_t channel) {
    out[i] = quantize<T>(a[i], scales[channel], zeros.empty() ? 0 : zeros[channel]);
  });
}

template <std::integral T>
void dequantize_axis(std::span<const T> a, std::span<const float> scales, std::span<const T> zeros,
                     std::size_t inner, std::span<float> out) {
  for_each_of_axis(out.size(), scales.size(), inner, [&](std::size_t i, std::size_t channel) {
    const std::int32_t zero = zeros.empty() ? 0 : static_cast<std::int32_t>(zeros[channel]);
    out[i] = dequantize(a[i], scales[channel], zero);
  });
}

}  // namespace systole::numerics
