// Arg-max, top-k and sorting over the axis of a dense (outer, axis, inner) tensor.
//
// One order for all: by value, NaN above everything (as NumPy sorts it); of equal values the lower index
// comes first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "hw/numerics/rounding.h"

namespace systole::numerics {

/// x ranks strictly above y; NaN above all.
template <typename T>
constexpr bool ranks_above(T x, T y) {
  return x > y || (is_nan(x) && !is_nan(y));
}

struct AxisShape {
  std::size_t outer = 1, axis = 1, inner = 1;
};

/// Index of the largest (or smallest) element; of equals the first, or the last. out: outer * inner.
template <typename T>
void arg_extreme(std::span<const T> in, const AxisShape& shape, bool smallest, bool last_index,
                 std::span<std::int64_t> out) {
  for (std::size_t o = 0; o < shape.outer; ++o) {
    for (std::size_t i = 0; i < shape.inner; ++i) {
      const std::size_t base = o * shape.axis * shape.inner + i;
      std::size_t best = 0;
      for (std::size_t a = 1; a < shape.axis; ++a) {
        const T x = in[base + a * shape.inner];
        const T y = in[base + best * shape.inner];
        const bool better = smallest ? ranks_above(y, x) : ranks_above(x, y);
        const bool worse = smallest ? ranks_above(x, y) : ranks_above(y, x);
        if (better || (last_index && !worse)) best = a;
      }
      out[o * shape.inner + i] = static_cast<std::int64_t>(best);
    }
  }
}

/// The k <= axis largest (or smallest) elements in order, and their indices. values, indices: (outer, k,
/// inner); indices may be empty (not wanted).
template <typename T>
void top_k(std::span<const T> in, const AxisShape& shape, std::size_t k, bool smallest, std::span<T> values,
           std::span<std::int64_t> indices) {
  std::vector<std::size_t> order(shape.axis);
  for (std::size_t o = 0; o < shape.outer; ++o) {
    for (std::size_t i = 0; i < shape.inner; ++i) {
      const T* row = in.data() + o * shape.axis * shape.inner + i;
      for (std::size_t a = 0; a < shape.axis; ++a) order[a] = a;
      std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                        [&](std::size_t x, std::size_t y) {
                          const T vx = row[x * shape.inner];
                          const T vy = row[y * shape.inner];
                          if (ranks_above(vx, vy)) return !smallest;
                          if (ranks_above(vy, vx)) return smallest;
                          return x < y;
                        });
      for (std::size_t j = 0; j < k; ++j) {
        const std::size_t to = (o * k + j) * shape.inner + i;
        values[to] = row[order[j] * shape.inner];
        if (!indices.empty()) indices[to] = static_cast<std::int64_t>(order[j]);
      }
    }
  }
}

}  // namespace systole::numerics
