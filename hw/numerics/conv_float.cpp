// A convolution is a product: weights [M, K] x windows [K, pixels]. The windows are copied panel by panel, as
// the product asks for them; a 1 x 1 convolution has them already. Depthwise ones go row by row instead.
#include "hw/numerics/conv_float.h"

#include <algorithm>
#include <vector>

#include "hw/base/parallel.h"
#include "hw/numerics/cpu.h"
#include "hw/numerics/gemm.h"

namespace systole::numerics {

namespace {

/// Consecutive columns of the window matrix whose elements are `stride` apart in the input.
struct Segment {
  std::size_t column, count;
  std::ptrdiff_t source;  ///< element within the channel's plane; below 0: outside, all 0
};

/// The window matrix of one image and group: row k = (ky, kx, c), column p = (oy, ox).
class Windows : public BSource {
public:
  Windows(const FloatConv& conv, const float* image) : conv_(conv), image_(image) {}

  void fill(std::size_t k0, std::size_t rows, std::size_t n0, std::size_t columns, float* out,
            std::size_t ld) const override {
    const std::size_t channels = conv_.in_c / conv_.groups;
    std::vector<Segment> segments;
    for (std::size_t k = k0; k < k0 + rows;) {
      const std::size_t tap = k / channels;
      const std::size_t last = std::min(k0 + rows, (tap + 1) * channels);
      find_segments(tap, n0, columns, segments);
      for (; k < last; ++k, out += ld) copy(segments, image_ + (k % channels) * conv_.in_h * conv_.in_w, out);
    }
  }

private:
  // The same for all channels: one per output row, less what lies outside.
  void find_segments(std::size_t tap, std::size_t n0, std::size_t columns,
                     std::vector<Segment>& segments) const {
    segments.clear();
    const auto offset = [&](std::size_t d, std::size_t at) {
      return static_cast<std::ptrdiff_t>(at * conv_.dilation[d]) - static_cast<std::ptrdiff_t>(conv_.pad[d]);
    };
    const std::ptrdiff_t dy = offset(0, tap / conv_.kernel[1]);
    const std::ptrdiff_t dx = offset(1, tap % conv_.kernel[1]);
    const auto stride = static_cast<std::ptrdiff_t>(conv_.stride[1]);
    const auto width = static_cast<std::ptrdiff_t>(conv_.in_w);
    for (std::size_t n = 0; n < columns;) {
      const std::size_t oy = (n0 + n) / conv_.out_w;
      const std::size_t ox = (n0 + n) % conv_.out_w;
      const std::size_t count = std::min(columns - n, conv_.out_w - ox);
      const std::ptrdiff_t y = static_cast<std::ptrdiff_t>(oy * conv_.stride[0]) + dy;
      const std::ptrdiff_t x = static_cast<std::ptrdiff_t>(ox) * stride + dx;
      // Columns before the input's left edge, and those up to its right one.
      const auto reach = [&](std::ptrdiff_t edge) {
        const std::ptrdiff_t steps = edge <= x ? 0 : (edge - x + stride - 1) / stride;
        return std::min(count, static_cast<std::size_t>(steps));
      };
      const bool inside = y >= 0 && y < static_cast<std::ptrdiff_t>(conv_.in_h);
      const std::size_t begin = inside ? reach(0) : count;
      const std::size_t end = inside ? std::max(begin, reach(width)) : count;
      if (begin > 0) segments.push_back({n, begin, -1});
      if (end > begin) {
        segments.push_back(
            {n + begin, end - begin, y * width + x + static_cast<std::ptrdiff_t>(begin) * stride});
      }
      if (end < count) segments.push_back({n + end, count - end, -1});
      n += count;
    }
  }

  void copy(const std::vector<Segment>& segments, const float* plane, float* out) const {
    for (const Segment& segment : segments) {
      float* const to = out + segment.column;
      if (segment.source < 0) {
        std::fill_n(to, segment.count, 0.0F);
        continue;
      }
      const float* const from = plane + segment.source;
      if (conv_.stride[1] == 1) {
        std::copy_n(from, segment.count, to);
      } else {
        for (std::size_t i = 0; i < segment.count; ++i) to[i] = from[i * conv_.stride[1]];
      }
    }
  }

  const FloatConv& conv_;
  const float* image_;
};

/// [M, C, taps] as [M, taps, C].
std::vector<float> taps_first(const FloatConv& conv) {
  const std::size_t taps = conv.kernel[0] * conv.kernel[1];
  const std::size_t channels = conv.in_c / conv.groups;
  std::vector<float> ordered(conv.out_c * taps * channels);
  parallel_for(conv.out_c, ordered.size() < 100'000 ? 1 : conv.threads, [&](std::size_t m) {
    const float* const from = conv.w + m * taps * channels;
    float* const to = ordered.data() + m * taps * channels;
    for (std::size_t t = 0; t < taps; ++t) {
      for (std::size_t c = 0; c < channels; ++c) to[t * channels + c] = from[c * taps + t];
    }
  });
  return ordered;
}

bool takes_pixels_as_they_are(const FloatConv& conv) {
  return conv.kernel == std::array<std::size_t, 2>{1, 1} && conv.stride == conv.kernel &&
         conv.pad == std::array<std::size_t, 2>{0, 0} && conv.out_h == conv.in_h && conv.out_w == conv.in_w;
}

void add_bias(const FloatConv& conv) {
  if (conv.bias == nullptr) return;
  const std::size_t pixels = conv.out_h * conv.out_w;
  for (std::size_t i = 0; i < conv.batch * conv.out_c; ++i) {
    float* const y = conv.y + i * pixels;
    const float bias = conv.bias[i % conv.out_c];
    for (std::size_t p = 0; p < pixels; ++p) y[p] += bias;
  }
}

void convolve_by_product(const FloatConv& conv) {
  const std::size_t taps = conv.kernel[0] * conv.kernel[1];
  const std::size_t channels = conv.in_c / conv.groups;
  const std::size_t maps = conv.out_c / conv.groups;
  const std::size_t depth = taps * channels;
  const std::size_t pixels = conv.out_h * conv.out_w;
  std::vector<float> ordered;
  if (taps > 1) ordered = taps_first(conv);
  const float* const weights = taps > 1 ? ordered.data() : conv.w;
  const bool direct = takes_pixels_as_they_are(conv);
  for (std::size_t n = 0; n < conv.batch; ++n) {
    for (std::size_t g = 0; g < conv.groups; ++g) {
      const float* const image = conv.x + (n * conv.in_c + g * channels) * conv.in_h * conv.in_w;
      const Windows windows(conv, image);
      gemm(FloatGemm{.m = maps,
                     .n = pixels,
                     .k = depth,
                     .a = weights + g * maps * depth,
                     .lda = depth,
                     .b = direct ? image : nullptr,
                     .b_layout = BLayout::row_major(pixels),
                     .b_source = direct ? nullptr : &windows,
                     .c = conv.y + (n * conv.out_c + g * maps) * pixels,
                     .ldc = pixels,
                     .threads = conv.threads});
    }
  }
  add_bias(conv);
}

/// A channel of the input with its padding around it.
struct Plane {
  std::vector<float> data;
  std::size_t width = 0;
};

// y[i] += w * x[i * stride]
SYSTOLE_INLINE void add_scaled(float* y, const float* x, float w, std::size_t count, std::size_t stride) {
  if (stride == 1) {
    for (std::size_t i = 0; i < count; ++i) y[i] += w * x[i];
  } else if (stride == 2) {
    for (std::size_t i = 0; i < count; ++i) y[i] += w * x[2 * i];
  } else {
    for (std::size_t i = 0; i < count; ++i) y[i] += w * x[i * stride];
  }
}

SYSTOLE_INLINE void convolve_plane(const FloatConv& conv, const Plane& plane, const float* w, float* y) {
  std::fill_n(y, conv.out_h * conv.out_w, 0.0F);
  for (std::size_t oy = 0; oy < conv.out_h; ++oy, y += conv.out_w) {
    for (std::size_t ky = 0; ky < conv.kernel[0]; ++ky) {
      const float* row = plane.data.data() + (oy * conv.stride[0] + ky * conv.dilation[0]) * plane.width;
      for (std::size_t kx = 0; kx < conv.kernel[1]; ++kx) {
        add_scaled(y, row + kx * conv.dilation[1], w[ky * conv.kernel[1] + kx], conv.out_w, conv.stride[1]);
      }
    }
  }
}
void plane_baseline(const FloatConv& c, const Plane& p, const float* w, float* y) {
  convolve_plane(c, p, w, y);
}
SYSTOLE_AVX2 void plane_avx2(const FloatConv& c, const Plane& p, const float* w, float* y) {
  convolve_plane(c, p, w, y);
}
SYSTOLE_AVX512 void plane_avx512(const FloatConv& c, const Plane& p, const float* w, float* y) {
  convolve_plane(c, p, w, y);
}

// One input channel per group: each channel's plane, padded, serves the maps of its group.
void convolve_depthwise(const FloatConv& conv) {
  const std::size_t taps = conv.kernel[0] * conv.kernel[1];
  const std::size_t maps = conv.out_c / conv.groups;
  const auto extent = [&](std::size_t d, std::size_t out) {
    return (out - 1) * conv.stride[d] + (conv.kernel[d] - 1) * conv.dilation[d] + 1;
  };
  const std::size_t height = std::max(extent(0, conv.out_h), conv.pad[0] + conv.in_h);
  const std::size_t width = std::max(extent(1, conv.out_w), conv.pad[1] + conv.in_w);
  auto* convolve_one = &plane_baseline;
  if (kernels::isa() == kernels::Isa::kAvx2) convolve_one = &plane_avx2;
  if (kernels::isa() == kernels::Isa::kAvx512) convolve_one = &plane_avx512;
  constexpr std::size_t kTask = 16;  // channels
  const std::size_t planes = conv.batch * conv.in_c;
  parallel_for((planes + kTask - 1) / kTask, conv.threads, [&](std::size_t task) {
    Plane plane{std::vector<float>(height * width), width};
    for (std::size_t i = task * kTask; i < std::min(planes, (task + 1) * kTask); ++i) {
      const float* from = conv.x + i * conv.in_h * conv.in_w;
      float* to = plane.data.data() + conv.pad[0] * width + conv.pad[1];
      for (std::size_t y = 0; y < conv.in_h; ++y, to += width, from += conv.in_w) {
        std::copy_n(from, conv.in_w, to);
      }
      for (std::size_t m = 0; m < maps; ++m) {
        const std::size_t map = (i % conv.in_c) * maps + m;
        convolve_one(conv, plane, conv.w + map * taps,
                     conv.y + ((i / conv.in_c) * conv.out_c + map) * conv.out_h * conv.out_w);
      }
    }
  });
  add_bias(conv);
}

}  // namespace

void convolve(const FloatConv& conv) {
  if (conv.batch * conv.out_c * conv.out_h * conv.out_w == 0) return;
  if (conv.groups == conv.in_c && conv.groups > 1) return convolve_depthwise(conv);
  convolve_by_product(conv);
}

}  // namespace systole::numerics
