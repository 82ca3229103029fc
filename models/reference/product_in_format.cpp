#include "models/reference/product_in_format.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "models/reference/broadcast.h"
#include "models/reference/operators.h"
#include "models/reference/quantise.h"
#include "models/reference/window.h"

namespace systole::reference {
namespace {

using ir::OpKind;

/// To `digits` significant bits, by the arithmetic of doubles, which hold every float exactly. least: the
/// exponent of the smallest step (that of the subnormals); most: the largest finite value.
float rounded(float value, int digits, int least, double most) {
  if (value == 0.0F || !std::isfinite(value)) return value;
  int exponent = 0;
  std::frexp(value, &exponent);
  const int step = std::max(exponent - digits, least);
  const double result = std::ldexp(std::nearbyint(std::ldexp(static_cast<double>(value), -step)), step);
  if (std::fabs(result) > most) return std::copysign(INFINITY, value);
  return static_cast<float>(std::copysign(result, value));
}

float in_format(NumberFormat format, float value) {
  if (format == NumberFormat::kFloat16) return rounded(value, 11, -24, 65504.0);
  if (format == NumberFormat::kBFloat16) return rounded(value, 8, -133, std::ldexp(255.0, 120));
  return value;
}

std::int32_t in_format(NumberFormat format, std::int32_t value) {
  switch (format) {
    case NumberFormat::kBinary:
      return value < 0 ? -1 : 1;
    case NumberFormat::kPowerOfTwo: {  // the nearest of 0, 1, 2, ... 64; between two of them the greater
      std::int32_t best = 0;
      const std::int32_t magnitude = std::abs(value);
      for (std::int32_t power = 1; power <= 64; power *= 2) {
        if (std::abs(magnitude - power) <= std::abs(magnitude - best)) best = power;
      }
      return value < 0 ? -best : best;
    }
    default:
      return std::clamp(value, traits_of(format).min, traits_of(format).max);
  }
}

/// Sums of integers in an accumulator.
class Integers {
public:
  using Sum = std::int64_t;
  explicit Integers(const ir::ProductNumerics& numbers) : numbers_(numbers) {}
  [[nodiscard]] Sum held(Sum sum) const {
    const Sum half = Sum{1} << (numbers_.accumulator_bits - 1);
    if (numbers_.saturate) return std::clamp(sum, -half, half - 1);
    const Sum low = sum & (2 * half - 1);
    return low >= half ? low - 2 * half : low;
  }
  [[nodiscard]] Sum add(Sum sum, Sum a, Sum b) const {
    sum += a * b;
    // Wrapping can wait: 2^31 products of 16-bit numbers fit.
    return numbers_.saturate ? held(sum) : sum;
  }

private:
  const ir::ProductNumerics& numbers_;
};

class Floats {
public:
  using Sum = float;
  explicit Floats(const ir::ProductNumerics& numbers) : numbers_(numbers) {}
  [[nodiscard]] Sum held(Sum sum) const {
    return numbers_.accumulator_bits == 16 ? in_format(numbers_.a, sum) : sum;
  }
  [[nodiscard]] Sum add(Sum sum, float a, float b) const {
    const float product = a * b;
    return held(sum + product);
  }

private:
  const ir::ProductNumerics& numbers_;
};

/// The elements of an operand less its zero point, in its format.
template <typename T>
std::vector<T> values_of(const Operand& operand, NumberFormat format, const Operand& zero,
                         std::int64_t per_zero) {
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(operand.elements()));
  for (std::int64_t i = 0; i < operand.elements(); ++i) {
    if constexpr (std::is_same_v<T, float>) {
      values.push_back(in_format(format, operand.as<float>()[i]));
    } else {
      const std::int64_t count = zero.given() ? zero.elements() : 1;
      // Columns of a matrix, or the maps of a convolution.
      const std::int64_t channel = per_zero == 0 ? i % count : i / per_zero;
      values.push_back(in_format(format, integer_at(operand, i)) - integer_at(zero, channel));
    }
  }
  return values;
}

/// sums[n][map][pixel]. finish(index of the first sum, map, sums of its pixels)
template <typename Numbers, typename T>
void convolve(
    const Call& call, const ir::Shape& x_shape, const std::vector<T>& x, const std::vector<T>& w,
    const Numbers& numbers,
    const std::function<void(std::int64_t, std::int64_t, std::vector<typename Numbers::Sum>&)>& finish) {
  const auto& attributes = std::get<ir::ConvAttributes>(call.node.attributes);
  const ir::Window& window = attributes.window;
  const Planes in = planes_of(x_shape);
  const Planes out = planes_of(call.outputs[0]->shape);
  const std::int64_t channels = in.c / attributes.groups;
  const std::int64_t taps = window.kernel[0] * window.kernel[1];
  std::vector<typename Numbers::Sum> sums(static_cast<std::size_t>(out.h * out.w));
  for (std::int64_t plane = 0; plane < out.n * out.c; ++plane) {
    const std::int64_t map = plane % out.c;
    const std::int64_t first = map / (out.c / attributes.groups) * channels;
    for (std::int64_t p = 0; p < out.h * out.w; ++p) {
      typename Numbers::Sum sum{};
      for (std::int64_t tap_index = 0; tap_index < taps; ++tap_index) {
        const std::int64_t y = tap(window, 0, p / out.w, tap_index / window.kernel[1]);
        const std::int64_t xx = tap(window, 1, p % out.w, tap_index % window.kernel[1]);
        const bool inside = y >= 0 && y < in.h && xx >= 0 && xx < in.w;
        // A float's padding is a product with 0, which is 0 or, of an infinite weight, no number.
        if (!inside && !std::is_same_v<T, float>) continue;
        for (std::int64_t c = 0; c < channels; ++c) {
          const std::int64_t at = ((plane / out.c * in.c + first + c) * in.h + y) * in.w + xx;
          const T a = inside ? x[static_cast<std::size_t>(at)] : T{};
          sum = numbers.add(sum, a, w[static_cast<std::size_t>((map * channels + c) * taps + tap_index)]);
        }
      }
      sums[static_cast<std::size_t>(p)] = numbers.held(sum);
    }
    finish(plane * out.h * out.w, map, sums);
  }
}

/// A product of matrices: a[row * k + i] of a matrix that begins at `a`, and so on.
struct Matrices {
  std::int64_t m = 1, n = 1, k = 1;
  std::int64_t a_row = 0, a_k = 1, b_k = 0, b_column = 1;  ///< strides
  ir::Shape a_batch, b_batch, batch;
};

Matrices matrices_of(const Call& call, const ir::Shape& a, const ir::Shape& b) {
  Matrices g;
  g.k = a.back();
  if (a.size() > 1) g.m = a[a.size() - 2];
  if (b.size() > 1) g.n = b.back();
  g.a_row = g.k;
  g.b_k = g.n;
  if (const auto* gemm = std::get_if<ir::GemmAttributes>(&call.node.attributes)) {
    if (gemm->transpose_a) {
      std::swap(g.m, g.k);
      g.a_row = 1;
      g.a_k = g.m;
    }
    if (gemm->transpose_b) {
      g.n = b[0];
      g.b_k = 1;
      g.b_column = g.k;
    }
    return g;
  }
  g.a_batch.assign(a.begin(), a.end() - (a.size() == 1 ? 1 : 2));
  g.b_batch.assign(b.begin(), b.end() - (b.size() == 1 ? 1 : 2));
  const ir::Shape& out = call.outputs[0]->shape;
  g.batch.assign(out.begin(), out.end() - ((a.size() > 1 ? 1 : 0) + (b.size() > 1 ? 1 : 0)));
  return g;
}

/// Every sum of a batch of products: finish(its index, its column, sum).
template <typename Numbers, typename T, typename Finish>
void multiply(const Matrices& g, const std::vector<T>& a, const std::vector<T>& b, const Numbers& numbers,
              Finish finish) {
  BroadcastWalk a_walk(g.a_batch, g.batch);
  BroadcastWalk b_walk(g.b_batch, g.batch);
  const std::int64_t batches = ir::elements_of(g.batch);
  for (std::int64_t batch = 0; batch < batches; ++batch, a_walk.next(), b_walk.next()) {
    const std::int64_t a_at = a_walk.offset() * g.m * g.k;
    const std::int64_t b_at = b_walk.offset() * g.k * g.n;
    for (std::int64_t i = 0; i < g.m * g.n; ++i) {
      typename Numbers::Sum sum{};
      for (std::int64_t k = 0; k < g.k; ++k) {
        sum = numbers.add(sum, a[static_cast<std::size_t>(a_at + i / g.n * g.a_row + k * g.a_k)],
                          b[static_cast<std::size_t>(b_at + k * g.b_k + i % g.n * g.b_column)]);
      }
      finish(batch * g.m * g.n + i, i % g.n, numbers.held(sum));
    }
  }
}

/// C of a Gemm for an element: [], [1], [N], [1, N], [M, 1] or [M, N].
template <typename T>
T addend(const Operand& c, std::int64_t row, std::int64_t column) {
  const ir::Shape& shape = c.shape();
  const std::int64_t columns = shape.empty() ? 1 : shape.back();
  const std::int64_t rows = shape.size() < 2 ? 1 : shape[0];
  return c.as<T>()[(rows == 1 ? 0 : row) * columns + (columns == 1 ? 0 : column)];
}

void multiply_floats(const Call& call) {
  const ir::ProductNumerics& format = *call.node.numerics;
  const Floats numbers(format);
  const auto a = values_of<float>(call.inputs[0], format.a, {}, 0);
  const auto b = values_of<float>(call.inputs[1], format.b, {}, 0);
  auto* const y = call.outputs[0]->as<float>();
  if (call.node.op == OpKind::kConv) {
    return convolve<Floats, float>(call, call.inputs[0].shape(), a, b, numbers,
                                   [&](std::int64_t first, std::int64_t map, std::vector<float>& sums) {
                                     for (std::size_t p = 0; p < sums.size(); ++p) {
                                       float& out = y[first + static_cast<std::int64_t>(p)];
                                       out = sums[p];
                                       if (call.has(2))
                                         out = numbers.held(out + float_at(call.inputs[2], map));
                                     }
                                   });
  }
  const Matrices g = matrices_of(call, call.inputs[0].shape(), call.inputs[1].shape());
  const auto* const gemm = std::get_if<ir::GemmAttributes>(&call.node.attributes);
  multiply(g, a, b, numbers, [&](std::int64_t at, std::int64_t column, float sum) {
    if (gemm != nullptr && gemm->alpha != 1.0F) sum = sum * gemm->alpha;
    if (gemm != nullptr && call.has(2)) {
      const auto c = addend<float>(call.inputs[2], at / g.n, column);
      const float scaled = gemm->beta == 1.0F ? c : gemm->beta * c;
      // The array adds C where it is a row that comes straight after the sum; else C is no part of it.
      const ir::Shape& shape = call.inputs[2].shape();
      const bool row = shape.size() < 2 || shape[0] == 1;
      sum = row && gemm->alpha == 1.0F ? numbers.held(sum + scaled) : sum + scaled;
    }
    y[at] = sum;
  });
}

std::int32_t stored(std::int64_t sum) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(sum, INT32_MIN, INT32_MAX));
}

void multiply_integers(const Call& call) {
  const ir::ProductNumerics& format = *call.node.numerics;
  const Integers numbers(format);
  const OpKind op = call.node.op;
  const bool plain = op == OpKind::kConvInteger || op == OpKind::kMatMulInteger;
  const bool is_conv = op == OpKind::kConvInteger || op == OpKind::kQLinearConv;
  const std::size_t b_input = plain ? 1 : 3;
  const auto optional = [&](std::size_t i) { return call.has(i) ? call.inputs[i] : Operand{}; };
  const Operand& left = call.inputs[0];
  const Operand& right = call.inputs[b_input];
  const Operand b_zero = optional(plain ? 3 : 5);
  const std::int64_t per_map = is_conv ? right.elements() / right.shape()[0] : 0;
  const auto a = values_of<std::int32_t>(left, format.a, optional(2), left.elements());
  const auto b = values_of<std::int32_t>(right, format.b, b_zero, per_map);
  Result& y = *call.outputs[0];

  // Requantisation, where there is one.
  const std::size_t y_scale = op == OpKind::kQGemm ? 7 : 6;
  const std::int32_t y_zero = plain ? 0 : integer_at(optional(y_scale + 1), 0);
  const auto finish = [&](std::int64_t at, std::int64_t column, std::int64_t sum) {
    if (plain) {
      y.as<std::int32_t>()[at] = stored(sum);
      return;
    }
    float factor = float_at(call.inputs[1], 0);
    if (op == OpKind::kQGemm) {
      const float alpha = std::get<ir::GemmAttributes>(call.node.attributes).alpha;
      if (alpha != 1.0F) factor = alpha * factor;
    }
    const float multiplier = (factor * float_at(call.inputs[4], column)) / float_at(call.inputs[y_scale], 0);
    put(y, at, quantise(static_cast<float>(sum) * multiplier, y_zero, y.type));
  };
  if (is_conv) {
    return convolve<Integers, std::int32_t>(
        call, left.shape(), a, b, numbers,
        [&](std::int64_t first, std::int64_t map, std::vector<std::int64_t>& sums) {
          const std::int64_t bias =
              op == OpKind::kQLinearConv && call.has(8) ? integer_at(call.inputs[8], map) : 0;
          for (std::size_t p = 0; p < sums.size(); ++p) {
            finish(first + static_cast<std::int64_t>(p), map, numbers.held(sums[p] + bias));
          }
        });
  }
  const Matrices g = matrices_of(call, left.shape(), right.shape());
  multiply(g, a, b, numbers, [&](std::int64_t at, std::int64_t column, std::int64_t sum) {
    if (op == OpKind::kQGemm && call.has(6)) {
      sum = numbers.held(sum + addend<std::int32_t>(call.inputs[6], at / g.n, column));
    }
    finish(at, column, sum);
  });
}

}  // namespace

void product_in_format(const Call& call) {
  if (is_float(call.node.numerics->a)) {
    multiply_floats(call);
  } else {
    multiply_integers(call);
  }
}

}  // namespace systole::reference
