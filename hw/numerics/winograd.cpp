#include "hw/numerics/winograd.h"

#include <algorithm>

namespace systole::numerics {

namespace {

// Sums of results wrap as the hardware's do; those of an input tile are far from it.
std::int32_t add(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}
std::int32_t subtract(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b));
}

}  // namespace

WinogradTile winograd_input(const WinogradTile& d) {
  WinogradTile rows{};  // B^T d
  for (std::size_t j = 0; j < 4; ++j) {
    rows[j] = subtract(d[j], d[8 + j]);
    rows[4 + j] = add(d[4 + j], d[8 + j]);
    rows[8 + j] = subtract(d[8 + j], d[4 + j]);
    rows[12 + j] = subtract(d[4 + j], d[12 + j]);
  }
  WinogradTile out{};
  for (std::size_t i = 0; i < kWinogradPlaces; i += 4) {
    out[i] = subtract(rows[i], rows[i + 2]);
    out[i + 1] = add(rows[i + 1], rows[i + 2]);
    out[i + 2] = subtract(rows[i + 2], rows[i + 1]);
    out[i + 3] = subtract(rows[i + 1], rows[i + 3]);
  }
  return out;
}

WinogradTile winograd_weights(const std::array<std::int32_t, 9>& g) {
  std::array<std::int32_t, 12> rows{};  // 2 G g, 4 x 3
  for (std::size_t j = 0; j < 3; ++j) {
    rows[j] = 2 * g[j];
    rows[3 + j] = g[j] + g[3 + j] + g[6 + j];
    rows[6 + j] = g[j] - g[3 + j] + g[6 + j];
    rows[9 + j] = 2 * g[6 + j];
  }
  WinogradTile out{};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::int32_t* row = rows.data() + 3 * i;
    out[4 * i] = 2 * row[0];
    out[4 * i + 1] = row[0] + row[1] + row[2];
    out[4 * i + 2] = row[0] - row[1] + row[2];
    out[4 * i + 3] = 2 * row[2];
  }
  return out;
}

std::array<std::int32_t, 4> winograd_output(const WinogradTile& m) {
  std::array<std::int32_t, 8> rows{};  // A^T m, 2 x 4
  for (std::size_t j = 0; j < 4; ++j) {
    rows[j] = add(add(m[j], m[4 + j]), m[8 + j]);
    rows[4 + j] = subtract(subtract(m[4 + j], m[8 + j]), m[12 + j]);
  }
  std::array<std::int32_t, 4> out{};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int32_t* row = rows.data() + 4 * i;
    out[2 * i] = add(add(row[0], row[1]), row[2]);
    out[2 * i + 1] = subtract(subtract(row[1], row[2]), row[3]);
  }
  return out;
}

template <Int8Like T>
void winograd_input_row(const WinogradShape& shape, std::int64_t ty, const T* in, std::int32_t zero,
                        std::int16_t* out) {
  const std::int64_t top = 2 * ty - shape.pad_top;
  for (std::int64_t tx = 0; tx < shape.out_w; ++tx) {
    const std::int64_t left = 2 * tx - shape.pad_left;
    std::int16_t* to = out + (ty * shape.out_w + tx) * shape.channels;
    for (std::int64_t c = 0; c < shape.channels; ++c) {
      WinogradTile d{};
      for (std::int64_t i = std::max<std::int64_t>(0, -top); i < std::min<std::int64_t>(4, shape.in_h - top);
           ++i) {
        for (std::int64_t j = std::max<std::int64_t>(0, -left);
             j < std::min<std::int64_t>(4, shape.in_w - left); ++j) {
          const T x = in[((top + i) * shape.in_w + left + j) * shape.channels + c];
          d[static_cast<std::size_t>(4 * i + j)] = x - zero;
        }
      }
      const WinogradTile v = winograd_input(d);
      for (std::size_t p = 0; p < kWinogradPlaces; ++p) {
        to[static_cast<std::int64_t>(p) * shape.plane + c] = static_cast<std::int16_t>(v[p]);
      }
    }
  }
}

template <Int8Like T>
void winograd_output_row(const WinogradShape& shape, std::int64_t ty, const std::int32_t* in,
                         const WinogradEpilogue& epilogue, T* out) {
  for (std::int64_t tx = 0; tx < shape.in_w; ++tx) {
    const std::int32_t* from = in + (ty * shape.in_w + tx) * shape.channels;
    for (std::int64_t c = 0; c < shape.channels; ++c) {
      WinogradTile m{};
      for (std::size_t p = 0; p < kWinogradPlaces; ++p) {
        m[p] = from[static_cast<std::int64_t>(p) * shape.plane + c];
      }
      const std::array<std::int32_t, 4> results = winograd_output(m);
      for (std::int64_t place = 0; place < 4; ++place) {
        const std::int64_t y = 2 * ty + place / 2 - shape.pad_top;
        const std::int64_t x = 2 * tx + place % 2 - shape.pad_left;
        if (y < 0 || y >= shape.out_h || x < 0 || x >= shape.out_w) continue;
        const std::int32_t sum = results[static_cast<std::size_t>(place)] >> 2;
        const std::int32_t acc = epilogue.bias == nullptr ? sum : add(sum, epilogue.bias[c]);
        const T rounded = requantize<T>(acc, epilogue.scale[c], epilogue.zero);
        out[(y * shape.out_w + x) * shape.channels + c] =
            saturate<T>(std::min(std::max<std::int32_t>(rounded, epilogue.low), epilogue.high));
      }
    }
  }
}

template void winograd_input_row(const WinogradShape&, std::int64_t, const std::int8_t*, std::int32_t,
                                 std::int16_t*);
template void winograd_input_row(const WinogradShape&, std::int64_t, const std::uint8_t*, std::int32_t,
                                 std::int16_t*);
template void winograd_output_row(const WinogradShape&, std::int64_t, const std::int32_t*,
                                  const WinogradEpilogue&, std::int8_t*);
template void winograd_output_row(const WinogradShape&, std::int64_t, const std::int32_t*,
                                  const WinogradEpilogue&, std::uint8_t*);

}  // namespace systole::numerics
