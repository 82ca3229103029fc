#include "models/mapper/schedule/footprint.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "hw/base/dtype.h"
#include "hw/base/number_format.h"

namespace systole::mapper {

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 4;

/// Saturating arithmetic within +- kMost: descriptors may hold anything.
std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return (a < 0) == (b < 0) ? kMost : -kMost;
  return std::clamp(result, -kMost, kMost);
}
std::int64_t plus(std::int64_t a, std::int64_t b) { return std::clamp(a + b, -kMost, kMost); }

struct Stride {
  std::int64_t extent = 1;
  std::int64_t bytes = 0;
};

std::int64_t size_of_abi(std::uint8_t type) {
  const auto known = dtype_from_abi(type);
  return known ? static_cast<std::int64_t>(size_of(*known)) : 8;
}

class Collector {
public:
  Collector(const sgb_descriptor& descriptor, std::span<const Link> links)
      : base_(reinterpret_cast<const std::byte*>(&descriptor)), links_(links) {}

  /// offset: bytes from the address to the first byte. Elements of `run` bytes at all combinations of
  /// strides.
  void strided(const std::uint64_t& field, bool write, std::int64_t offset, std::int64_t run,
               std::vector<Stride> strides) {
    Footprint f;
    f.write = write;
    const std::int64_t at = plus(locate(field, f.space), offset);
    std::erase_if(strides, [](const Stride& s) { return s.extent <= 1 || s.bytes == 0; });
    std::sort(strides.begin(), strides.end(),
              [](const Stride& a, const Stride& b) { return std::abs(a.bytes) < std::abs(b.bytes); });
    f.low = at;
    f.high = plus(at, run);
    f.run = run;
    for (const Stride& s : strides) {
      const std::int64_t reach = times(s.extent - 1, s.bytes);
      if (f.period == 0 && s.bytes == f.run) {
        f.run = times(f.run, s.extent);
      } else {
        f.period = std::gcd(f.period, s.bytes);
      }
      (reach < 0 ? f.low : f.high) = plus(reach < 0 ? f.low : f.high, reach);
    }
    if (f.period != 0 && f.run >= f.period) {  // runs touch: no gaps to speak of
      f.run = f.high - f.low;
      f.period = 0;
    }
    if (f.high > f.low) list_.push_back(f);
  }
  void dense(const std::uint64_t& field, bool write, std::int64_t bytes) {
    strided(field, write, 0, bytes, {});
  }
  /// For operands that address 0 leaves out.
  void optional(const std::uint64_t& field, std::int64_t bytes) {
    if (present(field)) dense(field, false, bytes);
  }
  [[nodiscard]] bool present(const std::uint64_t& field) const { return field != 0 || linked(field); }
  std::vector<Footprint> take() { return std::move(list_); }

private:
  [[nodiscard]] const Link* linked(const std::uint64_t& field) const {
    const auto offset = reinterpret_cast<const std::byte*>(&field) - base_;
    for (const Link& link : links_) {
      if (link.field == offset) return &link;
    }
    return nullptr;
  }
  [[nodiscard]] std::int64_t locate(const std::uint64_t& field, std::uint32_t& space) const {
    const Link* link = linked(field);
    space = link == nullptr ? 0 : link->symbol + 1;
    const std::uint64_t address = link == nullptr ? field : link->addend;
    return static_cast<std::int64_t>(std::min<std::uint64_t>(address, kMost));
  }

  const std::byte* base_;
  std::span<const Link> links_;
  std::vector<Footprint> list_;
};

void collect(const sgb_dma& dma, Collector& out) {
  std::vector<Stride> src;
  std::vector<Stride> dst;
  std::int64_t offset = 0;
  for (unsigned d = 0; d < dma.rank && d < SGB_MAX_RANK; ++d) {
    const sgb_dma_dim& dim = dma.dim[d];
    // Only indices inside the source are read; outside is fill.
    const std::int64_t first = std::max<std::int64_t>(0, dim.src_origin);
    const std::int64_t last =
        std::min<std::int64_t>(dim.src_limit, std::int64_t{dim.src_origin} + std::int64_t{dim.extent});
    dst.push_back({dim.extent, dim.dst_stride});
    if (last <= first) {
      src.clear();
      offset = -1;
      break;
    }
    src.push_back({last - first, dim.src_stride});
    offset = plus(offset, times(first, dim.src_stride));
  }
  if (offset >= 0 || !src.empty()) out.strided(dma.src, false, offset, dma.element_bytes, src);
  dst.clear();
  for (unsigned d = 0; d < dma.rank && d < SGB_MAX_RANK; ++d)
    dst.push_back({dma.dim[d].extent, dma.dim[d].dst_stride});
  out.strided(dma.dst, true, 0, dma.element_bytes, dst);
}

/// Bytes of an element of an operand of the matrix engine; 0 for a type that it does not know.
std::int64_t element_size(std::uint8_t type) {
  const auto format = format_from_abi(type);
  return format ? static_cast<std::int64_t>(size_of(traits_of(*format).element)) : 0;
}

/// Bytes of `columns` packed weights.
std::int64_t packed_row(std::uint8_t type, std::int64_t columns) {
  const auto format = format_from_abi(type);
  return format ? (times(columns, traits_of(*format).bits) + 7) / 8 : 0;
}

/// B, of which a table or N:M groups may leave out rows.
std::int64_t weight_bytes(const sgb_matrix& m, std::int64_t k) {
  std::int64_t rows = m.k_count != 0 ? std::int64_t{m.k_count} : k;
  std::int64_t bits = 0;  // of an index
  if (m.sparse_m != 0) {
    rows = times((rows + m.sparse_m - 1) / m.sparse_m, m.sparse_n);
    bits = static_cast<std::int64_t>(std::bit_width(m.sparse_m - 1U));
  }
  const auto row = [&](std::int64_t columns) {
    return packed_row(m.b_type, columns) + (columns * bits + 7) / 8;
  };
  const std::int64_t cols = std::max<std::int64_t>(1, m.b_tile_cols);
  return times(rows, plus(times(m.n / cols, row(cols)), row(m.n % cols)));
}

void collect(const sgb_matrix& m, Collector& out) {
  const std::int64_t a_size = element_size(m.a_type);
  const std::int64_t k = times(times(m.kernel_h, m.kernel_w), m.in_c);
  out.strided(m.a, false, 0, times(m.in_c, a_size), {{m.in_h, m.a_row_stride}, {m.in_w, m.a_pixel_stride}});
  out.dense(m.b, false, weight_bytes(m, k));
  if (m.k_count != 0) out.optional(m.k_table, times(m.k_count, 4));
  out.optional(m.bias, times(m.n, 4));
  out.optional(m.scale, times(m.n, 4));
  out.optional(m.b_zero_table, times(m.n, element_size(m.b_type)));
  if ((m.flags & SGB_MATRIX_KEEP) != 0) return;
  const std::int64_t run = times(m.n, size_of_abi(m.out_type));
  out.strided(m.out, true, 0, run, {{m.out_h, m.out_row_stride}, {m.out_w, m.out_pixel_stride}});
  if (out.present(m.residual)) {
    out.strided(m.residual, false, 0, run,
                {{m.out_h, m.residual_row_stride}, {m.out_w, m.residual_pixel_stride}});
  }
}

void collect_winograd(const sgb_vector& v, Collector& out) {
  const bool input = v.op == SGB_VECTOR_WINOGRAD_INPUT;
  const std::int64_t in_size = size_of_abi(v.in_type);
  const std::int64_t out_size = size_of_abi(v.out_type);
  const std::int64_t map = times(times(v.in_h, v.in_w), v.channels);
  const std::int64_t results = times(times(v.out_h, v.out_w), v.channels);
  const auto planes = [&](const std::uint64_t& field, bool write, std::int64_t tiles, std::int64_t size) {
    out.strided(field, write, 0, times(tiles, size), {{16, times(v.inner, size)}});
  };
  if (input) {
    out.dense(v.a, false, times(map, in_size));
    planes(v.out, true, results, out_size);
    return;
  }
  planes(v.a, false, map, in_size);
  out.dense(v.b, false, times(v.channels, 4));
  out.optional(v.table, times(v.channels, 4));
  out.dense(v.out, true, times(results, out_size));
}

void collect(const sgb_vector& v, Collector& out) {
  if (v.op == SGB_VECTOR_WINOGRAD_INPUT || v.op == SGB_VECTOR_WINOGRAD_OUTPUT) {
    collect_winograd(v, out);
    return;
  }
  const std::int64_t in_size = size_of_abi(v.in_type);
  const std::int64_t out_size = size_of_abi(v.out_type);
  std::int64_t in_count = v.count;
  if (v.op == SGB_VECTOR_AVERAGE_POOL) in_count = times(times(v.in_h, v.in_w), v.channels);
  if (v.op == SGB_VECTOR_REDUCE_MEAN) in_count = times(times(v.outer, v.axis), v.inner);
  out.dense(v.a, false, times(in_count, in_size));
  const bool binary =
      v.op == SGB_VECTOR_ADD || v.op == SGB_VECTOR_MUL || v.op == SGB_VECTOR_SUB || v.op == SGB_VECTOR_DIV;
  if (binary) out.dense(v.b, false, times(v.b_count, in_size));
  if (v.op == SGB_VECTOR_NORMALIZE) out.dense(v.b, false, times(v.axis, 12));
  if (v.op == SGB_VECTOR_TABLE) out.dense(v.table, false, times(256, out_size));
  if ((v.op == SGB_VECTOR_QUANTIZE || v.op == SGB_VECTOR_DEQUANTIZE) &&
      (v.flags & SGB_VECTOR_PER_AXIS) != 0) {
    out.dense(v.b, false, times(v.axis, 4));
    out.optional(v.table, times(v.axis, v.op == SGB_VECTOR_QUANTIZE ? out_size : in_size));
  }
  out.dense(v.out, true, times(v.count, out_size));
}

void collect(const sgb_sort& s, Collector& out) {
  const std::int64_t size = size_of_abi(s.type);
  if (s.op == SGB_SORT_MAX_POOL) {
    out.dense(s.in, false, times(times(times(s.in_h, s.in_w), s.channels), size));
    out.dense(s.out, true, times(times(times(s.out_h, s.out_w), s.channels), size));
    return;
  }
  const std::int64_t rows = times(s.outer, s.inner);
  out.dense(s.in, false, times(times(rows, s.axis), size));
  if (s.op == SGB_SORT_ARG_MAX) {
    out.dense(s.out, true, times(rows, 8));
    return;
  }
  const std::int64_t results = times(rows, s.op == SGB_SORT_FULL ? s.axis : s.k);
  out.dense(s.out, true, times(results, size));
  if (s.out2 != 0) out.dense(s.out2, true, times(results, 8));
}

}  // namespace

bool may_overlap(const Footprint& a, const Footprint& b) {
  if (a.space != b.space || a.high <= b.low || b.high <= a.low) return false;
  if (a.contiguous() && b.contiguous()) return true;
  // Both as runs at multiples of a common period: they meet only if the runs meet modulo that period. A
  // contiguous range is a run of its own length.
  const std::int64_t period = std::gcd(a.period, b.period);
  const std::int64_t a_run = a.contiguous() ? a.high - a.low : a.run;
  const std::int64_t b_run = b.contiguous() ? b.high - b.low : b.run;
  if (a_run >= period || b_run >= period) return true;
  const std::int64_t shift = ((b.low - a.low) % period + period) % period;  // b's run after a's start
  return shift < a_run || shift + b_run > period;
}

std::vector<Footprint> footprints(const sgb_descriptor& descriptor, std::span<const Link> links) {
  Collector out(descriptor, links);
  switch (descriptor.opcode) {
    case SGB_OP_DMA:
      collect(descriptor.u.dma, out);
      break;
    case SGB_OP_MATRIX:
      collect(descriptor.u.matrix, out);
      break;
    case SGB_OP_VECTOR:
      collect(descriptor.u.vector, out);
      break;
    case SGB_OP_SORT:
      collect(descriptor.u.sort, out);
      break;
    default:
      break;
  }
  return out.take();
}

}  // namespace systole::mapper
