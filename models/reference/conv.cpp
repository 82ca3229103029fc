// Conv and its quantised forms. Integers: for every group, the weights as M x K times the windows as K x
// pixels, which gives the feature maps in ONNX's own order. Few maps in a group (depthwise): plane by plane.
#include <algorithm>
#include <cstring>

#include "hw/base/parallel.h"
#include "hw/numerics/conv_float.h"
#include "hw/numerics/gemm.h"
#include "models/reference/operators.h"
#include "models/reference/quantise.h"
#include "models/reference/window.h"

namespace systole::reference {
namespace {

// Windows of this many bytes are gathered at a time: they stay in the cache while they are multiplied.
constexpr std::int64_t kGatheredBytes = 1 << 19;
// Below this a thread costs more than it brings.
constexpr std::int64_t kWorthThreads = 1 << 20;
// With fewer numbers to a sum, or fewer maps, the products of a group are too small to be matrices.
constexpr std::int64_t kSmallGroup = 4;

struct Geometry {
  Planes in;
  Planes out;
  ir::Window window;
  std::int64_t groups = 1;

  [[nodiscard]] std::int64_t channels() const { return in.c / groups; }  // of a group
  [[nodiscard]] std::int64_t maps() const { return out.c / groups; }
  [[nodiscard]] std::int64_t taps() const { return window.kernel[0] * window.kernel[1]; }
  [[nodiscard]] std::int64_t k() const { return taps() * channels(); }
  [[nodiscard]] std::int64_t pixels() const { return out.h * out.w; }
  // The window is one element, at its own place: the input is the matrix of the windows already.
  [[nodiscard]] bool is_pointwise() const {
    return taps() == 1 && in.h == out.h && in.w == out.w &&
           window.pad_begin == std::array<std::int64_t, 2>{} &&
           window.stride == std::array<std::int64_t, 2>{1, 1};
  }
};

Geometry geometry_of(const Call& call, const Operand& x) {
  const auto& attributes = std::get<ir::ConvAttributes>(call.node.attributes);
  return {planes_of(x.shape()), planes_of(call.outputs[0]->shape), attributes.window, attributes.groups};
}

// Output columns [first, last) of a row whose tap kx is inside of the input.
struct Span {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
Span inside(const ir::Window& window, std::size_t d, std::int64_t k, std::int64_t in, std::int64_t out) {
  const std::int64_t start = tap(window, d, 0, k);
  const std::int64_t stride = window.stride[d];
  const auto at_least = [&](std::int64_t bound) {
    return start >= bound ? std::int64_t{0} : (bound - start + stride - 1) / stride;
  };
  const std::int64_t last = std::min(at_least(in), out);
  return {std::min(at_least(0), last), last};
}

// Rows k = (c, ky, kx) of the matrix of windows, columns [p0, p1). x: the planes of one group.
void gather(const Geometry& g, const std::uint8_t* x, std::uint8_t padding, std::int64_t p0, std::int64_t p1,
            std::uint8_t* out) {
  for (std::int64_t c = 0; c < g.channels(); ++c) {
    const std::uint8_t* plane = x + c * g.in.h * g.in.w;
    for (std::int64_t ky = 0; ky < g.window.kernel[0]; ++ky) {
      for (std::int64_t kx = 0; kx < g.window.kernel[1]; ++kx, out += p1 - p0) {
        const Span valid = inside(g.window, 1, kx, g.in.w, g.out.w);
        for (std::int64_t p = p0; p < p1;) {
          const std::int64_t oy = p / g.out.w;
          const std::int64_t from = p - oy * g.out.w;
          const std::int64_t to = std::min(g.out.w, p1 - oy * g.out.w);
          std::uint8_t* row = out + (p - p0) - from;
          const std::int64_t y = tap(g.window, 0, oy, ky);
          p = oy * g.out.w + to;
          const bool outside = y < 0 || y >= g.in.h;
          const std::int64_t first = outside ? to : std::clamp(valid.first, from, to);
          const std::int64_t last = outside ? to : std::clamp(valid.last, first, to);
          std::fill(row + from, row + first, padding);
          std::fill(row + last, row + to, padding);
          if (first == last) continue;
          const std::uint8_t* source = plane + y * g.in.w + tap(g.window, 1, first, kx);
          if (g.window.stride[1] == 1) {
            std::copy_n(source, last - first, row + first);
          } else {
            for (std::int64_t ox = first; ox < last; ++ox, source += g.window.stride[1]) row[ox] = *source;
          }
        }
      }
    }
  }
}

// What an integer convolution reads; the sums of one input are sums[map][pixel].
struct IntegerConv {
  Geometry g;
  const Operand& x;
  const Operand& w;
  std::int32_t x_zero = 0;
  Operand w_zero;

  [[nodiscard]] const std::uint8_t* planes(std::int64_t n, std::int64_t group) const {
    return x.as<std::uint8_t>() + (n * g.in.c + group * g.channels()) * g.in.h * g.in.w;
  }
  [[nodiscard]] const std::uint8_t* weights(std::int64_t map) const {
    return w.as<std::uint8_t>() + map * g.k();
  }
  // Weights have one zero point, or all maps have the same.
  [[nodiscard]] bool one_weight_zero() const {
    for (std::int64_t m = 1; w_zero.given() && m < w_zero.elements(); ++m) {
      if (integer_at(w_zero, m) != integer_at(w_zero, 0)) return false;
    }
    return true;
  }
};

// sum over k of (w - w_zero) * (x - x_zero) for one input and all maps of a group, pixels [p0, p1).
void multiply(const IntegerConv& conv, std::int64_t n, std::int64_t group, std::int64_t p0, std::int64_t p1,
              std::int32_t* sums) {
  const Geometry& g = conv.g;
  const std::uint8_t* windows = conv.planes(n, group) + p0;
  std::int64_t ld = g.pixels();
  std::vector<std::uint8_t> gathered;
  if (!g.is_pointwise()) {
    ld = p1 - p0;
    gathered.resize(static_cast<std::size_t>(g.k() * ld));
    gather(g, conv.planes(n, group), static_cast<std::uint8_t>(conv.x_zero), p0, p1, gathered.data());
    windows = gathered.data();
  }
  const std::int64_t first_map = group * g.maps();
  numerics::IntGemm product{.m = static_cast<std::size_t>(g.maps()),
                            .n = static_cast<std::size_t>(p1 - p0),
                            .k = static_cast<std::size_t>(g.k()),
                            .a = conv.weights(first_map),
                            .a_type = conv.w.type(),
                            .lda = static_cast<std::size_t>(g.k()),
                            .a_zero = integer_at(conv.w_zero, first_map),
                            .b = windows,
                            .b_type = conv.x.type(),
                            .b_layout = numerics::BLayout::row_major(static_cast<std::size_t>(ld)),
                            .b_zero = conv.x_zero,
                            .c = sums + first_map * g.pixels() + p0,
                            .ldc = static_cast<std::size_t>(g.pixels())};
  if (conv.one_weight_zero()) return numerics::gemm(product);
  // Map by map where each has a zero point of its own.
  product.m = 1;
  for (std::int64_t m = first_map; m < first_map + g.maps(); ++m) {
    product.a = conv.weights(m);
    product.a_zero = integer_at(conv.w_zero, m);
    product.c = sums + m * g.pixels() + p0;
    numerics::gemm(product);
  }
}

// sums += weight * row, for the columns that the tap reaches.
void add_row(const Geometry& g, Span valid, std::int64_t kx, std::int32_t weight, const std::int16_t* row,
             std::uint32_t* sums) {
  const std::int16_t* source = row + tap(g.window, 1, valid.first, kx);
  const std::int64_t stride = g.window.stride[1];
  const auto add = [&](std::int64_t step) {
    for (std::int64_t i = 0; i < valid.last - valid.first; ++i) {
      sums[valid.first + i] += static_cast<std::uint32_t>(weight * source[i * step]);
    }
  };
  if (stride == 1) return add(1);
  if (stride == 2) return add(2);
  add(stride);
}

// One map of a small group, tap by tap over whole rows.
void convolve_plane(const IntegerConv& conv, std::int64_t n, std::int64_t map, std::int32_t* sums) {
  const Geometry& g = conv.g;
  const std::int64_t plane_size = g.in.h * g.in.w;
  const std::uint8_t* x = conv.planes(n, map / g.maps());
  std::vector<std::int16_t> centred(static_cast<std::size_t>(plane_size));
  std::vector<std::uint32_t> total(static_cast<std::size_t>(g.pixels()), 0);
  const bool x_signed = conv.x.type() == DType::kInt8;
  for (std::int64_t c = 0; c < g.channels(); ++c) {
    for (std::int64_t i = 0; i < plane_size; ++i) {
      const std::uint8_t raw = x[c * plane_size + i];
      const std::int32_t value = x_signed ? static_cast<std::int8_t>(raw) : raw;
      centred[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(value - conv.x_zero);
    }
    for (std::int64_t ky = 0; ky < g.window.kernel[0]; ++ky) {
      const Span rows = inside(g.window, 0, ky, g.in.h, g.out.h);
      for (std::int64_t kx = 0; kx < g.window.kernel[1]; ++kx) {
        const Span columns = inside(g.window, 1, kx, g.in.w, g.out.w);
        const std::int64_t at = map * g.k() + c * g.taps() + ky * g.window.kernel[1] + kx;
        const std::int32_t weight = integer_at(conv.w, at) - integer_at(conv.w_zero, map);
        for (std::int64_t oy = rows.first; columns.first < columns.last && oy < rows.last; ++oy) {
          add_row(g, columns, kx, weight, centred.data() + tap(g.window, 0, oy, ky) * g.in.w,
                  total.data() + oy * g.out.w);
        }
      }
    }
  }
  std::memcpy(sums + map * g.pixels(), total.data(), total.size() * sizeof(std::uint32_t));
}

// Calls finish(n, map, sums of its pixels) for every map.
template <typename Finish>
void convolve(const IntegerConv& conv, Finish finish) {
  const Geometry& g = conv.g;
  std::vector<std::int32_t> sums(static_cast<std::size_t>(g.out.c * g.pixels()));
  const bool planes = g.channels() < kSmallGroup && g.maps() < kSmallGroup;
  const std::int64_t piece = std::clamp<std::int64_t>(kGatheredBytes / g.k() / 64 * 64, 64, g.pixels() + 64);
  const std::int64_t pieces = (g.pixels() + piece - 1) / piece;
  const unsigned threads = g.out.c * g.pixels() * g.k() < kWorthThreads ? 1 : worker_threads();
  for (std::int64_t n = 0; n < g.out.n; ++n) {
    const auto task = [&](std::size_t i) {
      const auto index = static_cast<std::int64_t>(i);
      if (planes) return convolve_plane(conv, n, index, sums.data());
      const std::int64_t p0 = index % pieces * piece;
      multiply(conv, n, index / pieces, p0, std::min(p0 + piece, g.pixels()), sums.data());
    };
    parallel_for(static_cast<std::size_t>(planes ? g.out.c : g.groups * pieces), threads, task);
    for (std::int64_t m = 0; m < g.out.c; ++m) finish(n, m, sums.data() + m * g.pixels());
  }
}

std::size_t unsigned_of(std::int64_t value) { return static_cast<std::size_t>(value); }

}  // namespace

void conv(const Call& call) {
  const Geometry g = geometry_of(call, call.inputs[0]);
  const auto pair = [](const std::array<std::int64_t, 2>& v) {
    return std::array<std::size_t, 2>{unsigned_of(v[0]), unsigned_of(v[1])};
  };
  numerics::convolve({.batch = unsigned_of(g.out.n),
                      .groups = unsigned_of(g.groups),
                      .in_c = unsigned_of(g.in.c),
                      .in_h = unsigned_of(g.in.h),
                      .in_w = unsigned_of(g.in.w),
                      .out_c = unsigned_of(g.out.c),
                      .out_h = unsigned_of(g.out.h),
                      .out_w = unsigned_of(g.out.w),
                      .kernel = pair(g.window.kernel),
                      .stride = pair(g.window.stride),
                      .dilation = pair(g.window.dilation),
                      .pad = pair(g.window.pad_begin),
                      .x = call.inputs[0].as<float>(),
                      .w = call.inputs[1].as<float>(),
                      .bias = call.has(2) ? call.inputs[2].as<float>() : nullptr,
                      .y = call.outputs[0]->as<float>(),
                      .threads = worker_threads()});
}

void qlinear_conv(const Call& call) {
  const Operand& w_scale = call.inputs[4];
  const std::int32_t* bias = call.has(8) ? call.inputs[8].as<std::int32_t>() : nullptr;
  const float x_scale = float_at(call.inputs[1], 0);
  const float y_scale = float_at(call.inputs[6], 0);
  const std::int32_t y_zero = integer_at(call.inputs[7], 0);
  const IntegerConv conv{geometry_of(call, call.inputs[0]), call.inputs[0], call.inputs[3],
                         integer_at(call.inputs[2], 0), call.inputs[5]};
  const Geometry& g = conv.g;
  convolve(conv, [&](std::int64_t n, std::int64_t map, const std::int32_t* sums) {
    const float multiplier = (x_scale * float_at(w_scale, map)) / y_scale;
    requantise({sums, unsigned_of(g.pixels())}, bias == nullptr ? 0 : bias[map], multiplier, y_zero,
               *call.outputs[0], (n * g.out.c + map) * g.pixels());
  });
}

void conv_integer(const Call& call) {
  const IntegerConv conv{geometry_of(call, call.inputs[0]), call.inputs[0], call.inputs[1],
                         call.has(2) ? integer_at(call.inputs[2], 0) : 0,
                         call.has(3) ? call.inputs[3] : Operand{}};
  const Geometry& g = conv.g;
  auto* y = call.outputs[0]->as<std::int32_t>();
  convolve(conv, [&](std::int64_t n, std::int64_t map, const std::int32_t* sums) {
    std::copy_n(sums, g.pixels(), y + (n * g.out.c + map) * g.pixels());
  });
}

}  // namespace systole::reference
