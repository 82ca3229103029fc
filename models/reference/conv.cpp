// Conv and QLinearConv: for every output pixel, the window as a row of K = kh * kw * C / groups numbers in
// (ky, kx, c) order, times the weights as K x M / groups.
#include <algorithm>

#include "models/reference/operators.h"
#include "models/reference/products.h"
#include "models/reference/quantise.h"
#include "models/reference/window.h"

namespace systole::reference {
namespace {

struct Geometry {
  Planes in;
  Planes out;
  ir::Window window;
  std::int64_t groups = 1;

  [[nodiscard]] std::int64_t channels() const { return in.c / groups; }  // of a group
  [[nodiscard]] std::int64_t maps() const { return out.c / groups; }
  [[nodiscard]] std::int64_t k() const { return window.kernel[0] * window.kernel[1] * channels(); }
};

Geometry geometry_of(const Call& call, const Operand& x) {
  const auto& attributes = std::get<ir::ConvAttributes>(call.node.attributes);
  return {planes_of(x.shape()), planes_of(call.outputs[0]->shape), attributes.window, attributes.groups};
}

// weights [M, C / groups, kh, kw] of one group as [kh * kw * C / groups][M / groups]; value(i) is weight i.
template <typename T, typename Value>
std::vector<T> pack_weights(const Geometry& g, std::int64_t group, Value value) {
  std::vector<T> packed;
  packed.reserve(static_cast<std::size_t>(g.k() * g.maps()));
  const std::int64_t taps = g.window.kernel[0] * g.window.kernel[1];
  for (std::int64_t t = 0; t < taps; ++t) {
    for (std::int64_t c = 0; c < g.channels(); ++c) {
      for (std::int64_t m = 0; m < g.maps(); ++m) {
        const std::int64_t map = group * g.maps() + m;
        packed.push_back(value((map * g.channels() + c) * taps + t, map));
      }
    }
  }
  return packed;
}

// The window at (oy, ox) as a row; value(i) is input element i, padding is 0.
template <typename T, typename Value>
void gather(const Geometry& g, std::int64_t n, std::int64_t group, std::int64_t oy, std::int64_t ox,
            std::vector<T>& row, Value value) {
  row.clear();
  for (std::int64_t ky = 0; ky < g.window.kernel[0]; ++ky) {
    const std::int64_t y = tap(g.window, 0, oy, ky);
    for (std::int64_t kx = 0; kx < g.window.kernel[1]; ++kx) {
      const std::int64_t x = tap(g.window, 1, ox, kx);
      const bool inside = y >= 0 && y < g.in.h && x >= 0 && x < g.in.w;
      for (std::int64_t c = 0; c < g.channels(); ++c) {
        const std::int64_t plane = n * g.in.c + group * g.channels() + c;
        row.push_back(inside ? value((plane * g.in.h + y) * g.in.w + x) : T{0});
      }
    }
  }
}

// Sums over all windows; finish(output index, map, sum) takes each result.
template <typename Sum, typename T, typename Input, typename Weight, typename Finish>
void convolve(const Geometry& g, Input input, Weight weight, Finish finish) {
  std::vector<T> row;
  std::vector<Sum> sums(static_cast<std::size_t>(g.maps()));
  for (std::int64_t group = 0; group < g.groups; ++group) {
    const std::vector<T> weights = pack_weights<T>(g, group, weight);
    for (std::int64_t n = 0; n < g.out.n; ++n) {
      for (std::int64_t oy = 0; oy < g.out.h; ++oy) {
        for (std::int64_t ox = 0; ox < g.out.w; ++ox) {
          gather(g, n, group, oy, ox, row, input);
          std::fill(sums.begin(), sums.end(), Sum{0});
          add_products(sums, row, weights.data());
          for (std::int64_t m = 0; m < g.maps(); ++m) {
            const std::int64_t map = group * g.maps() + m;
            finish(((n * g.out.c + map) * g.out.h + oy) * g.out.w + ox, map,
                   sums[static_cast<std::size_t>(m)]);
          }
        }
      }
    }
  }
}

}  // namespace

void conv(const Call& call) {
  const auto* x = call.inputs[0].as<float>();
  const auto* w = call.inputs[1].as<float>();
  const float* bias = call.has(2) ? call.inputs[2].as<float>() : nullptr;
  auto* y = call.outputs[0]->as<float>();
  convolve<float, float>(
      geometry_of(call, call.inputs[0]), [&](std::int64_t i) { return x[i]; },
      [&](std::int64_t i, std::int64_t) { return w[i]; },
      [&](std::int64_t i, std::int64_t map, float sum) { y[i] = bias == nullptr ? sum : sum + bias[map]; });
}

void qlinear_conv(const Call& call) {
  const Operand& x = call.inputs[0];
  const Operand& w = call.inputs[3];
  const Operand& w_scale = call.inputs[4];
  const Operand& w_zero = call.inputs[5];
  const std::int32_t* bias = call.has(8) ? call.inputs[8].as<std::int32_t>() : nullptr;
  Result& y = *call.outputs[0];
  const std::int32_t x_zero = integer_at(call.inputs[2], 0);
  const float x_scale = float_at(call.inputs[1], 0);
  const float y_scale = float_at(call.inputs[6], 0);
  const std::int32_t y_zero = integer_at(call.inputs[7], 0);
  std::vector<std::int16_t> centred;  // every element is in many windows
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    centred.push_back(static_cast<std::int16_t>(integer_at(x, i) - x_zero));
  }
  convolve<std::uint32_t, std::int16_t>(
      geometry_of(call, x), [&](std::int64_t i) { return centred[static_cast<std::size_t>(i)]; },
      [&](std::int64_t i, std::int64_t map) {
        return static_cast<std::int16_t>(integer_at(w, i) - integer_at(w_zero, map));
      },
      [&](std::int64_t i, std::int64_t map, std::uint32_t sum) {
        if (bias != nullptr) sum += static_cast<std::uint32_t>(bias[map]);
        const float multiplier = (x_scale * float_at(w_scale, map)) / y_scale;
        put(y, i, quantise(static_cast<float>(static_cast<std::int32_t>(sum)) * multiplier, y_zero, y.type));
      });
}

}  // namespace systole::reference
