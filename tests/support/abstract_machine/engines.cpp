// DMA, vector and sort commands, from the comments of their structs.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/support/abstract_machine/machine.h"

namespace systole::test {

namespace {

std::size_t size_of_type(std::uint8_t type) {
  return type == SGB_TYPE_INT64 ? 8 : type == SGB_TYPE_INT32 || type == SGB_TYPE_FLOAT32 ? 4 : 1;
}

/// Any number type as a double, which holds all of them (64-bit integers up to 2^53).
double load(Memory& memory, std::uint8_t type, std::uint64_t address) {
  switch (type) {
    case SGB_TYPE_INT8:
      return memory.load<std::int8_t>(address);
    case SGB_TYPE_INT32:
      return memory.load<std::int32_t>(address);
    case SGB_TYPE_FLOAT32:
      return memory.load<float>(address);
    case SGB_TYPE_INT64:
      return static_cast<double>(memory.load<std::int64_t>(address));
    default:
      return memory.load<std::uint8_t>(address);
  }
}

std::uint8_t narrowed(double value, std::uint8_t type) {
  const double low = type == SGB_TYPE_INT8 ? -128 : 0;
  const double high = type == SGB_TYPE_INT8 ? 127 : 255;
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(std::clamp(value, low, high)));
}

float combined(const sgb_vector& op, float a, float b) {
  if ((op.flags & SGB_VECTOR_SWAPPED) != 0) std::swap(a, b);
  return op.op == SGB_VECTOR_ADD   ? a + b
         : op.op == SGB_VECTOR_SUB ? a - b
         : op.op == SGB_VECTOR_MUL ? a * b
                                   : a / b;
}

float function(const sgb_vector& op, float a) {
  const float line = op.a_scale * a + op.b_scale;
  const float hard = line < 0 ? 0 : line > 1 ? 1 : line;
  switch (op.op) {
    case SGB_VECTOR_LEAKY_RELU:
      return a < 0 ? op.a_scale * a : a;
    case SGB_VECTOR_SIGMOID:
      return 1 / (1 + std::exp(-a));
    case SGB_VECTOR_TANH:
      return std::tanh(a);
    case SGB_VECTOR_HARD_SIGMOID:
      return hard;
    default:
      return a * hard;
  }
}

void elementwise(const sgb_vector& op, Memory& memory, PendingWrites& writes) {
  for (std::uint64_t i = 0; i < op.count; ++i) {
    const std::uint64_t a_at = op.a + i * size_of_type(op.in_type);
    const std::uint64_t b_at = op.b + (op.b_count == 0 ? 0 : i % op.b_count) * size_of_type(op.in_type);
    const std::uint64_t out = op.out + i * size_of_type(op.out_type);
    if (op.op == SGB_VECTOR_CLIP) {
      if (op.in_type == SGB_TYPE_FLOAT32) {
        writes.store(out, std::min(std::max(memory.load<float>(a_at), op.clip_min_f), op.clip_max_f));
      } else {
        const auto value = static_cast<std::int32_t>(load(memory, op.in_type, a_at));
        const std::int32_t clipped = std::min(std::max(value, op.clip_min), op.clip_max);
        if (op.in_type == SGB_TYPE_INT32) {
          writes.store(out, clipped);
        } else {
          writes.store(out, static_cast<std::uint8_t>(clipped));
        }
      }
      continue;
    }
    if (op.op == SGB_VECTOR_QUANTIZE || op.op == SGB_VECTOR_DEQUANTIZE) {
      const bool quantise = op.op == SGB_VECTOR_QUANTIZE;
      float scale = quantise ? op.out_scale : op.a_scale;
      std::int32_t zero = quantise ? op.out_zero : op.a_zero;
      if ((op.flags & SGB_VECTOR_PER_AXIS) != 0) {
        const std::uint64_t index = i / op.inner % op.axis;
        const std::uint8_t narrow = quantise ? op.out_type : op.in_type;
        scale = memory.load<float>(op.b + index * 4);
        zero = op.table == 0
                   ? 0
                   : static_cast<std::int32_t>(load(memory, narrow, op.table + index * size_of_type(narrow)));
      }
      if (quantise) {
        const float x = memory.load<float>(a_at);
        const double value =
            std::isnan(x) ? zero : static_cast<double>(std::nearbyint(x / scale)) + static_cast<double>(zero);
        writes.store(out, narrowed(value, op.out_type));
      } else {
        const double x = load(memory, op.in_type, a_at);
        writes.store(out, static_cast<float>(x - zero) * scale);
      }
      continue;
    }
    if (op.op == SGB_VECTOR_TABLE) {
      const std::size_t size = size_of_type(op.out_type);
      writes.store_bytes(out, memory.at(op.table + *memory.at(a_at, 1) * size, size), size);
      continue;
    }
    if (op.op >= SGB_VECTOR_LEAKY_RELU && op.op <= SGB_VECTOR_HARD_SWISH) {
      writes.store(out, function(op, memory.load<float>(a_at)));
      continue;
    }
    if (op.in_type == SGB_TYPE_FLOAT32) {
      const float a = memory.load<float>(a_at);
      float value = 0;
      if (op.op == SGB_VECTOR_NORMALIZE) {
        const std::uint64_t row = op.b + i / op.inner % op.axis * 4;
        value = a - memory.load<float>(row);
        value = value * memory.load<float>(row + op.axis * 4U);
        value = value + memory.load<float>(row + op.axis * 8U);
      } else {
        value = combined(op, a, memory.load<float>(b_at));
      }
      if ((op.flags & SGB_VECTOR_CLIP_RESULT) != 0) {
        value = std::min(std::max(value, op.clip_min_f), op.clip_max_f);
      }
      writes.store(out, value);
    } else {
      const float a = static_cast<float>(load(memory, op.in_type, a_at) - op.a_zero) * op.a_scale;
      const float b = static_cast<float>(load(memory, op.in_type, b_at) - op.b_zero) * op.b_scale;
      const float ratio = combined(op, a, b) / op.out_scale;
      const double rounded =
          (std::isnan(ratio) ? 0.0 : static_cast<double>(std::nearbyint(ratio))) + op.out_zero;
      const double type_low = op.out_type == SGB_TYPE_INT8 ? -128 : 0;
      const double type_high = op.out_type == SGB_TYPE_INT8 ? 127 : 255;
      const double value = std::min<double>(
          std::max<double>(std::clamp(rounded, type_low, type_high), op.clip_min), op.clip_max);
      writes.store(out, narrowed(value, op.out_type));
    }
  }
}

/// Calls visit(address offset in elements) for the input elements of a window, (ky, kx) ascending.
template <typename Op, typename Visit>
void for_window(const Op& op, std::int64_t oy, std::int64_t ox, std::int64_t c, const Visit& visit) {
  for (std::int64_t ky = 0; ky < op.kernel_h; ++ky) {
    for (std::int64_t kx = 0; kx < op.kernel_w; ++kx) {
      const std::int64_t y = oy * op.stride_h - op.pad_top + ky * op.dilation_h;
      const std::int64_t x = ox * op.stride_w - op.pad_left + kx * op.dilation_w;
      const bool inside = y >= 0 && y < std::int64_t{op.in_h} && x >= 0 && x < std::int64_t{op.in_w};
      visit(inside, y, x, static_cast<std::uint64_t>((y * op.in_w + x) * op.channels + c));
    }
  }
}

void average_pool(const sgb_vector& op, Memory& memory, PendingWrites& writes) {
  std::uint64_t i = 0;
  for (std::int64_t oy = 0; oy < op.out_h; ++oy) {
    for (std::int64_t ox = 0; ox < op.out_w; ++ox) {
      for (std::int64_t c = 0; c < op.channels; ++c, ++i) {
        const bool bytes = op.in_type != SGB_TYPE_FLOAT32;
        float sum = 0;
        std::int32_t total = 0;
        int count = 0;
        for_window(op, oy, ox, c, [&](bool inside, std::int64_t y, std::int64_t x, std::uint64_t at) {
          if (inside && !bytes) sum += memory.load<float>(op.a + at * 4);
          if (inside && bytes) {
            total += static_cast<std::int32_t>(load(memory, op.in_type, op.a + at)) - op.a_zero;
          }
          const bool in_padded =
              y < std::int64_t{op.in_h} + op.pad_bottom && x < std::int64_t{op.in_w} + op.pad_right;
          count += (op.flags & SGB_VECTOR_COUNT_INCLUDE_PAD) != 0 ? in_padded : inside;
        });
        if (!bytes) {
          writes.store(op.out + i * 4, sum / static_cast<float>(count));
          continue;
        }
        const float factor = op.a_scale / (op.out_scale * static_cast<float>(count));
        const double value =
            static_cast<double>(std::nearbyint(static_cast<float>(total) * factor)) + op.out_zero;
        const double low = op.out_type == SGB_TYPE_INT8 ? -128 : 0;
        const double high = op.out_type == SGB_TYPE_INT8 ? 127 : 255;
        writes.store(op.out + i,
                     narrowed(std::min<double>(std::max<double>(std::clamp(value, low, high), op.clip_min),
                                               op.clip_max),
                              op.out_type));
      }
    }
  }
}

void softmax(const sgb_vector& op, Memory& memory, PendingWrites& writes) {
  for (std::uint64_t o = 0; o < op.outer; ++o) {
    for (std::uint64_t in = 0; in < op.inner; ++in) {
      const auto at = [&](std::uint64_t a) { return ((o * op.axis + a) * op.inner + in) * 4; };
      float high = memory.load<float>(op.a + at(0));
      for (std::uint64_t a = 1; a < op.axis; ++a) high = std::max(high, memory.load<float>(op.a + at(a)));
      std::vector<float> e;
      float sum = 0;
      for (std::uint64_t a = 0; a < op.axis; ++a) {
        e.push_back(std::exp(memory.load<float>(op.a + at(a)) - high));
        sum += e.back();
      }
      for (std::uint64_t a = 0; a < op.axis; ++a) writes.store(op.out + at(a), e[a] / sum);
    }
  }
}

void lrn(const sgb_vector& op, Memory& memory, PendingWrites& writes) {
  const std::int64_t size = op.kernel_w;
  for (std::uint64_t i = 0; i < op.count; ++i) {
    const std::int64_t c = static_cast<std::int64_t>(i / op.inner % op.axis);
    float sum = 0;
    for (std::int64_t k = c - (size - 1) / 2; k <= c + size / 2; ++k) {
      if (k < 0 || k >= std::int64_t{op.axis}) continue;
      const auto at =
          static_cast<std::uint64_t>(static_cast<std::int64_t>(i) + (k - c) * std::int64_t{op.inner});
      const float x = memory.load<float>(op.a + at * 4);
      sum += x * x;
    }
    const float base = op.out_scale + (op.a_scale / static_cast<float>(size)) * sum;
    writes.store(op.out + i * 4, memory.load<float>(op.a + i * 4) / std::pow(base, op.b_scale));
  }
}

void reduce_mean(const sgb_vector& op, Memory& memory, PendingWrites& writes) {
  for (std::uint64_t i = 0; i < op.count; ++i) {
    float sum = 0;
    for (std::uint64_t k = 0; k < op.axis; ++k) {
      sum += memory.load<float>(op.a + ((i / op.inner * op.axis + k) * op.inner + i % op.inner) * 4);
    }
    writes.store(op.out + i * 4, sum / static_cast<float>(op.axis));
  }
}

/// B^T and A^T as matrices: sums of products, not the factored sums of the engine.
constexpr std::array<std::array<std::int64_t, 4>, 4> kWinogradB{
    {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}}};
constexpr std::array<std::array<std::int64_t, 4>, 2> kWinogradA{{{1, 1, 1, 0}, {0, 1, -1, -1}}};

void winograd_input(const sgb_vector& op, Memory& memory, PendingWrites& writes) {
  const std::uint64_t tiles = std::uint64_t{op.out_h} * op.out_w;
  for (std::uint64_t i = 0; i < tiles * op.channels; ++i) {
    const std::uint64_t c = i % op.channels;
    const std::uint64_t tile = i / op.channels;
    for (std::size_t place = 0; place < 16; ++place) {
      std::int64_t sum = 0;
      for (std::int64_t k = 0; k < 4; ++k) {
        for (std::int64_t l = 0; l < 4; ++l) {
          const std::int64_t y = 2 * static_cast<std::int64_t>(tile / op.out_w) - op.pad_top + k;
          const std::int64_t x = 2 * static_cast<std::int64_t>(tile % op.out_w) - op.pad_left + l;
          if (y < 0 || x < 0 || y >= std::int64_t{op.in_h} || x >= std::int64_t{op.in_w}) continue;
          const auto at = static_cast<std::uint64_t>(y * op.in_w + x) * op.channels + c;
          const auto value = static_cast<std::int64_t>(load(memory, op.in_type, op.a + at)) - op.a_zero;
          sum += kWinogradB[place / 4][static_cast<std::size_t>(k)] * value *
                 kWinogradB[place % 4][static_cast<std::size_t>(l)];
        }
      }
      writes.store(op.out + (place * op.inner + i) * 2, static_cast<std::int16_t>(sum));
    }
  }
}

void winograd_output(const sgb_vector& op, Memory& memory, PendingWrites& writes) {
  for (std::uint64_t i = 0; i < op.count; ++i) {
    const std::uint64_t c = i % op.channels;
    const std::uint64_t y = i / op.channels / op.out_w + static_cast<std::uint64_t>(op.pad_top);
    const std::uint64_t x = i / op.channels % op.out_w + static_cast<std::uint64_t>(op.pad_left);
    const std::uint64_t tile = y / 2 * op.in_w + x / 2;
    std::int64_t sum = 0;
    for (std::size_t place = 0; place < 16; ++place) {
      const auto m = memory.load<std::int32_t>(op.a + (place * op.inner + tile * op.channels + c) * 4);
      sum += kWinogradA[y % 2][place / 4] * m * kWinogradA[x % 2][place % 4];
    }
    const auto wrapped = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum));
    std::int64_t acc = (wrapped - ((wrapped % 4) + 4) % 4) / 4;  // towards minus infinity
    if (op.table != 0) acc += memory.load<std::int32_t>(op.table + c * 4);
    const float scaled =
        static_cast<float>(static_cast<std::int32_t>(acc)) * memory.load<float>(op.b + c * 4);
    const double rounded = static_cast<double>(std::nearbyint(scaled)) + op.out_zero;
    const double low = op.out_type == SGB_TYPE_INT8 ? -128 : 0;
    const double high = op.out_type == SGB_TYPE_INT8 ? 127 : 255;
    const double value =
        std::min<double>(std::max<double>(std::clamp(rounded, low, high), op.clip_min), op.clip_max);
    writes.store(op.out + i, narrowed(value, op.out_type));
  }
}

void max_pool(const sgb_sort& op, Memory& memory, PendingWrites& writes) {
  const std::size_t size = size_of_type(op.type);
  std::uint64_t i = 0;
  for (std::int64_t oy = 0; oy < op.out_h; ++oy) {
    for (std::int64_t ox = 0; ox < op.out_w; ++ox) {
      for (std::int64_t c = 0; c < op.channels; ++c, ++i) {
        std::uint64_t best = 0;
        for_window(op, oy, ox, c, [&](bool inside, std::int64_t, std::int64_t, std::uint64_t at) {
          if (!inside) return;
          const std::uint64_t here = op.in + at * size;
          const double value = load(memory, op.type, here);
          if (best == 0 || value > load(memory, op.type, best) || std::isnan(value)) best = here;
        });
        writes.store_bytes(op.out + i * size, memory.at(best, size), size);
      }
    }
  }
}

}  // namespace

void run_dma(const sgb_dma& op, Memory& memory, PendingWrites& writes) {
  std::array<std::int64_t, SGB_MAX_RANK> index{};
  for (;;) {
    std::uint64_t src = op.src;
    std::uint64_t dst = op.dst;
    bool inside = true;
    for (unsigned d = 0; d < op.rank; ++d) {
      const std::int64_t s = op.dim[d].src_origin + index[d];
      inside = inside && s >= 0 && s < std::int64_t{op.dim[d].src_limit};
      src += static_cast<std::uint64_t>(s * op.dim[d].src_stride);
      dst += static_cast<std::uint64_t>(index[d] * op.dim[d].dst_stride);
    }
    std::array<std::uint8_t, 8> element{};
    std::memcpy(element.data(), &op.fill, 8);
    if (inside) std::memcpy(element.data(), memory.at(src, op.element_bytes), op.element_bytes);
    writes.store_bytes(dst, element.data(), op.element_bytes);
    unsigned d = op.rank;
    for (; d-- > 0;) {
      if (++index[d] < std::int64_t{op.dim[d].extent}) break;
      index[d] = 0;
      if (d == 0) return;
    }
  }
}

void run_vector(const sgb_vector& op, Memory& memory, PendingWrites& writes) {
  if (op.op == SGB_VECTOR_AVERAGE_POOL) {
    average_pool(op, memory, writes);
  } else if (op.op == SGB_VECTOR_WINOGRAD_INPUT) {
    winograd_input(op, memory, writes);
  } else if (op.op == SGB_VECTOR_WINOGRAD_OUTPUT) {
    winograd_output(op, memory, writes);
  } else if (op.op == SGB_VECTOR_SOFTMAX) {
    softmax(op, memory, writes);
  } else if (op.op == SGB_VECTOR_LRN) {
    lrn(op, memory, writes);
  } else if (op.op == SGB_VECTOR_REDUCE_MEAN) {
    reduce_mean(op, memory, writes);
  } else {
    elementwise(op, memory, writes);
  }
}

void run_sort(const sgb_sort& op, Memory& memory, PendingWrites& writes) {
  if (op.op == SGB_SORT_MAX_POOL) {
    max_pool(op, memory, writes);
    return;
  }
  const std::size_t size = size_of_type(op.type);
  const bool arg_max = op.op == SGB_SORT_ARG_MAX;
  const bool smallest = (op.flags & SGB_SORT_SMALLEST) != 0;
  const bool last = (op.flags & SGB_SORT_LAST_INDEX) != 0;
  const std::uint64_t k = arg_max ? 1 : op.k;
  for (std::uint64_t o = 0; o < op.outer; ++o) {
    for (std::uint64_t in = 0; in < op.inner; ++in) {
      const auto at = [&](std::uint64_t a) { return op.in + ((o * op.axis + a) * op.inner + in) * size; };
      std::vector<std::uint64_t> order(op.axis);
      std::iota(order.begin(), order.end(), 0);
      std::sort(order.begin(), order.end(), [&](std::uint64_t a, std::uint64_t b) {
        const double x = load(memory, op.type, at(a));
        const double y = load(memory, op.type, at(b));
        if (x != y) return smallest ? x < y : x > y;
        return last ? a > b : a < b;
      });
      for (std::uint64_t j = 0; j < k; ++j) {
        const std::uint64_t to = (o * k + j) * op.inner + in;
        if (arg_max) {
          writes.store(op.out + to * 8, static_cast<std::int64_t>(order[j]));
          continue;
        }
        writes.store_bytes(op.out + to * size, memory.at(at(order[j]), size), size);
        if (op.out2 != 0) writes.store(op.out2 + to * 8, static_cast<std::int64_t>(order[j]));
      }
    }
  }
}

}  // namespace systole::test
