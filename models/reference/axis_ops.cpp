// Softmax, ArgMax, TopK and ReduceMean: operators along axes.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>

#include "models/reference/broadcast.h"
#include "models/reference/operators.h"

namespace systole::reference {
namespace {

// A tensor as outer x axis x inner; the elements of a row are `inner` apart.
struct Rows {
  std::int64_t outer = 1, axis = 1, inner = 1;

  Rows(const ir::Shape& shape, const ir::AxisAttributes& attributes) {
    for (std::size_t d = 0; d < shape.size(); ++d) {
      const auto dim = static_cast<std::int64_t>(d);
      std::int64_t& part = dim < attributes.axis                                  ? outer
                           : dim == attributes.axis || attributes.flatten_at_axis ? axis
                                                                                  : inner;
      part *= shape[d];
    }
  }
  // Calls row(index of the row's first element, row number) for every row.
  template <typename Row>
  void for_each(Row row) const {
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < inner; ++i) row(o * axis * inner + i, o * inner + i);
    }
  }
};

// A strict order in which NaN is the largest value.
template <typename T>
bool greater(T a, T b) {
  if constexpr (std::is_same_v<T, float>) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && !std::isnan(b);
  }
  return a > b;
}

}  // namespace

void softmax(const Call& call) {
  const Rows rows(call.inputs[0].shape(), std::get<ir::AxisAttributes>(call.node.attributes));
  const auto* x = call.inputs[0].as<float>();
  auto* y = call.outputs[0]->as<float>();
  rows.for_each([&](std::int64_t first, std::int64_t) {
    float largest = x[first];
    for (std::int64_t i = 1; i < rows.axis; ++i) largest = std::max(largest, x[first + i * rows.inner]);
    float sum = 0.0F;
    for (std::int64_t i = 0; i < rows.axis; ++i) {
      const float e = std::exp(x[first + i * rows.inner] - largest);
      y[first + i * rows.inner] = e;
      sum += e;
    }
    for (std::int64_t i = 0; i < rows.axis; ++i) y[first + i * rows.inner] /= sum;
  });
}

void arg_max(const Call& call) {
  const auto& attributes = std::get<ir::AxisAttributes>(call.node.attributes);
  const Rows rows(call.inputs[0].shape(), attributes);
  auto* y = call.outputs[0]->as<std::int64_t>();
  with_type(call.inputs[0].type(), [&]<typename T>() {
    const T* x = call.inputs[0].as<T>();
    rows.for_each([&](std::int64_t first, std::int64_t row) {
      std::int64_t best = 0;
      for (std::int64_t i = 1; i < rows.axis; ++i) {
        const T value = x[first + i * rows.inner];
        const T champion = x[first + best * rows.inner];
        const bool tie = !greater(value, champion) && !greater(champion, value);
        if (greater(value, champion) || (tie && attributes.select_last_index)) best = i;
      }
      y[row] = best;
    });
  });
}

void top_k(const Call& call) {
  const auto& attributes = std::get<ir::AxisAttributes>(call.node.attributes);
  const Rows rows(call.inputs[0].shape(), attributes);
  with_type(call.inputs[0].type(), [&]<typename T>() {
    const T* x = call.inputs[0].as<T>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows.axis));
    rows.for_each([&](std::int64_t first, std::int64_t row) {
      std::iota(order.begin(), order.end(), std::int64_t{0});
      // Stable: of equal values the lower index comes first.
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        const T left = x[first + a * rows.inner];
        const T right = x[first + b * rows.inner];
        return attributes.largest ? greater(left, right) : greater(right, left);
      });
      const std::int64_t outer = row / rows.inner;
      for (std::int64_t rank = 0; rank < attributes.k; ++rank) {
        const std::int64_t at = (outer * attributes.k + rank) * rows.inner + row % rows.inner;
        const std::int64_t index = order[static_cast<std::size_t>(rank)];
        if (call.outputs[0] != nullptr) call.outputs[0]->as<T>()[at] = x[first + index * rows.inner];
        if (call.outputs[1] != nullptr) call.outputs[1]->as<std::int64_t>()[at] = index;
      }
    });
  });
}

// Element by element in row-major order, which for every mean is the ascending order of its elements.
void reduce_mean(const Call& call) {
  const ir::Shape& shape = call.inputs[0].shape();
  const auto& axes = std::get<ir::ReduceAttributes>(call.node.attributes).axes;
  ir::Shape kept = shape;
  for (const std::int64_t axis : axes) kept[static_cast<std::size_t>(axis)] = 1;
  const std::int64_t count = call.inputs[0].elements() / ir::elements_of(kept);
  const auto* x = call.inputs[0].as<float>();
  auto* y = call.outputs[0]->as<float>();
  const std::int64_t means = call.outputs[0]->elements();
  std::fill_n(y, means, 0.0F);
  BroadcastWalk walk(kept, shape);
  for (std::int64_t i = 0; i < call.inputs[0].elements(); ++i, walk.next()) y[walk.offset()] += x[i];
  for (std::int64_t i = 0; i < means; ++i) y[i] /= static_cast<float>(count);
}

}  // namespace systole::reference
