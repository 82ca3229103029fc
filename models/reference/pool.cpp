// MaxPool, AveragePool, GlobalAveragePool, and their quantised forms.
#include <cmath>
#include <limits>
#include <type_traits>

#include "models/reference/operators.h"
#include "models/reference/quantise.h"
#include "models/reference/window.h"

namespace systole::reference {
namespace {

// Calls visit(y, x) for every tap of the window at (oy, ox), inside of the input or not, in (ky, kx) order.
template <typename Visit>
void for_taps(const ir::Window& window, std::int64_t oy, std::int64_t ox, Visit visit) {
  for (std::int64_t ky = 0; ky < window.kernel[0]; ++ky) {
    for (std::int64_t kx = 0; kx < window.kernel[1]; ++kx) {
      visit(tap(window, 0, oy, ky), tap(window, 1, ox, kx));
    }
  }
}

// Calls pool(plane of the input, oy, ox) for every output element, in row-major order.
template <typename T, typename Pool>
void for_outputs(const Call& call, Pool pool) {
  const Planes in = planes_of(call.inputs[0].shape());
  const Planes out = planes_of(call.outputs[0]->shape);
  T* y = call.outputs[0]->as<T>();
  for (std::int64_t plane = 0; plane < out.n * out.c; ++plane) {
    const T* x = call.inputs[0].as<T>() + plane * in.h * in.w;
    for (std::int64_t oy = 0; oy < out.h; ++oy) {
      for (std::int64_t ox = 0; ox < out.w; ++ox) *y++ = pool(x, oy, ox);
    }
  }
}

template <typename T>
bool wins(T candidate, T best) {
  if constexpr (std::is_same_v<T, float>) {
    if (std::isnan(best)) return false;
    if (std::isnan(candidate)) return true;
  }
  return candidate > best;
}

// finish(sum of value(x) over the window's elements, their number)
template <typename T, typename Sum, typename Value, typename Finish>
void average(const Call& call, Value value, Finish finish) {
  const auto& attributes = std::get<ir::PoolAttributes>(call.node.attributes);
  const ir::Window& window = attributes.window;
  const Planes in = planes_of(call.inputs[0].shape());
  // With count_include_pad the pads count as elements of value 0; what ceil_mode adds beyond them does not.
  const std::int64_t pads = attributes.count_include_pad ? 1 : 0;
  const std::int64_t low_y = -window.pad_begin[0] * pads;
  const std::int64_t low_x = -window.pad_begin[1] * pads;
  const std::int64_t high_y = in.h + window.pad_end[0] * pads;
  const std::int64_t high_x = in.w + window.pad_end[1] * pads;
  for_outputs<T>(call, [&](const T* plane, std::int64_t oy, std::int64_t ox) {
    Sum sum{0};
    std::int64_t count = 0;
    for_taps(window, oy, ox, [&](std::int64_t y, std::int64_t x) {
      if (y >= 0 && y < in.h && x >= 0 && x < in.w) sum += value(plane[y * in.w + x]);
      if (y >= low_y && y < high_y && x >= low_x && x < high_x) ++count;
    });
    return finish(sum, count);
  });
}

}  // namespace

void max_pool(const Call& call) {
  const ir::Window& window = std::get<ir::PoolAttributes>(call.node.attributes).window;
  const Planes in = planes_of(call.inputs[0].shape());
  with_type(call.inputs[0].type(), [&]<typename T>() {
    for_outputs<T>(call, [&](const T* plane, std::int64_t oy, std::int64_t ox) {
      bool any = false;
      T best{0};  // import has made sure that every window holds an element
      for_taps(window, oy, ox, [&](std::int64_t y, std::int64_t x) {
        if (y < 0 || y >= in.h || x < 0 || x >= in.w) return;
        const T value = plane[y * in.w + x];
        if (!any || wins(value, best)) best = value;
        any = true;
      });
      return best;
    });
  });
}

void average_pool(const Call& call) {
  average<float, float>(
      call, [](float x) { return x; },
      [](float sum, std::int64_t count) { return sum / static_cast<float>(count); });
}

void qlinear_average_pool(const Call& call) {
  const float x_scale = float_at(call.inputs[1], 0);
  const std::int32_t x_zero = integer_at(call.inputs[2], 0);
  const float y_scale = float_at(call.inputs[3], 0);
  const std::int32_t y_zero = call.has(4) ? integer_at(call.inputs[4], 0) : 0;
  const DType type = call.outputs[0]->type;
  with_type(type, [&]<typename T>() {
    average<T, std::int32_t>(
        call, [&](T x) { return static_cast<std::int32_t>(x) - x_zero; },
        [&](std::int32_t sum, std::int64_t count) {
          const float factor = x_scale / (y_scale * static_cast<float>(count));
          return static_cast<T>(quantise(static_cast<float>(sum) * factor, y_zero, type));
        });
  });
}

}  // namespace systole::reference
