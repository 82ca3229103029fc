// The matrix engine's commands, from the comment of sgb_matrix.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/abstract_machine/machine.h"

namespace systole::test {

namespace {

std::int64_t size_of_integer(std::uint8_t type) { return type == SGB_TYPE_INT16 ? 2 : 1; }

std::int32_t load_integer(Memory& memory, std::uint8_t type, std::uint64_t address) {
  if (type == SGB_TYPE_INT16) return memory.load<std::int16_t>(address);
  return type == SGB_TYPE_INT8 ? std::int32_t{memory.load<std::int8_t>(address)}
                               : std::int32_t{memory.load<std::uint8_t>(address)};
}

class MatrixCommand {
public:
  MatrixCommand(const sgb_matrix& op, Memory& memory) : op_(op), memory_(memory) {}

  /// Address of A's element (y, x, c); 0 outside the input.
  [[nodiscard]] std::uint64_t a_at(std::int64_t y, std::int64_t x, std::int64_t c, std::int64_t size) const {
    if (y < 0 || y >= std::int64_t{op_.in_h} || x < 0 || x >= std::int64_t{op_.in_w}) return 0;
    return op_.a + static_cast<std::uint64_t>(y * op_.a_row_stride + x * op_.a_pixel_stride + c * size);
  }
  /// Address of B's element, `k` being the one's place among those that take part; 0 if B is N:M and has none
  /// for it.
  [[nodiscard]] std::uint64_t b_at(std::int64_t k, std::int64_t n, std::int64_t size) const {
    const std::int64_t all = std::int64_t{op_.kernel_h} * op_.kernel_w * op_.in_c;
    const std::int64_t kept = op_.k_table == 0 ? all : std::int64_t{op_.k_count};
    const std::int64_t first = n / op_.b_tile_cols * op_.b_tile_cols;
    const std::int64_t used = std::min<std::int64_t>(op_.b_tile_cols, op_.n - first);
    if (op_.sparse_m == 0) {
      return op_.b + static_cast<std::uint64_t>((kept * first + k * used + n - first) * size);
    }
    const std::int64_t rows = (kept + op_.sparse_m - 1) / op_.sparse_m * op_.sparse_n;
    const int bits = op_.sparse_m <= 2 ? 1 : op_.sparse_m <= 4 ? 2 : op_.sparse_m <= 8 ? 3 : 4;
    const auto index_row = [&](std::int64_t columns) { return (columns * bits + 7) / 8; };
    const std::int64_t whole = rows * (op_.b_tile_cols * size + index_row(op_.b_tile_cols));
    const std::uint64_t tile = op_.b + static_cast<std::uint64_t>(first / op_.b_tile_cols * whole);
    const std::uint64_t indices = tile + static_cast<std::uint64_t>(rows * used * size);
    for (std::int64_t row = k / op_.sparse_m * op_.sparse_n; row < (k / op_.sparse_m + 1) * op_.sparse_n;
         ++row) {
      const std::uint64_t value = tile + static_cast<std::uint64_t>((row * used + n - first) * size);
      bool empty = true;
      for (std::int64_t i = 0; i < size; ++i) empty = empty && memory_.load<std::uint8_t>(value + i) == 0;
      std::int64_t index = 0;
      for (int bit = 0; bit < bits; ++bit) {
        const std::int64_t at = (n - first) * bits + bit;
        const auto byte =
            memory_.load<std::uint8_t>(indices + static_cast<std::uint64_t>(row * index_row(used) + at / 8));
        index |= std::int64_t{byte >> (at % 8) & 1} << bit;
      }
      if (!empty && index == k % op_.sparse_m) return value;
    }
    return 0;
  }

  /// Calls visit(k, address of A or 0) for the terms of the sum of output pixel (oy, ox), k ascending; with a
  /// table, k is the place in it.
  template <typename Visit>
  void for_terms(std::int64_t oy, std::int64_t ox, std::int64_t size, const Visit& visit) const {
    std::int64_t k = 0;
    std::int64_t place = 0;
    for (std::int64_t ky = 0; ky < op_.kernel_h; ++ky) {
      for (std::int64_t kx = 0; kx < op_.kernel_w; ++kx) {
        for (std::int64_t c = 0; c < op_.in_c; ++c, ++k) {
          if (op_.k_table != 0) {
            const bool listed = place < std::int64_t{op_.k_count} &&
                                memory_.load<std::uint32_t>(op_.k_table + place * 4) == k;
            if (!listed) continue;
          }
          visit(op_.k_table != 0 ? place++ : k,
                a_at(oy * op_.stride_h - op_.pad_top + ky * op_.dilation_h,
                     ox * op_.stride_w - op_.pad_left + kx * op_.dilation_w, c, size));
        }
      }
    }
  }

  [[nodiscard]] std::int32_t int_sum(std::int64_t oy, std::int64_t ox, std::int64_t n,
                                     std::int32_t start) const {
    const std::int32_t b_zero =
        op_.b_zero_table == 0
            ? op_.b_zero
            : load_integer(memory_, op_.b_type, op_.b_zero_table + n * size_of_integer(op_.b_type));
    std::int64_t sum = start;
    const std::int64_t b_size = size_of_integer(op_.b_type);
    for_terms(oy, ox, size_of_integer(op_.a_type), [&](std::int64_t k, std::uint64_t a) {
      if (a == 0) return;
      const std::uint64_t b = b_at(k, n, b_size);
      sum += std::int64_t{load_integer(memory_, op_.a_type, a) - op_.a_zero} *
             (b == 0 ? 0 : load_integer(memory_, op_.b_type, b) - b_zero);
    });
    return static_cast<std::int32_t>(sum);
  }

  [[nodiscard]] float float_sum(std::int64_t oy, std::int64_t ox, std::int64_t n, float start) const {
    float sum = start;
    for_terms(oy, ox, 4, [&](std::int64_t k, std::uint64_t a) {
      if (op_.block_n != 0 && k % op_.in_c / op_.block_c != (op_.block_at + n) / op_.block_n) return;
      const float left = a == 0 ? 0.0F : memory_.load<float>(a);
      const std::uint64_t b = b_at(k, n, 4);
      const float product = left * (b == 0 ? 0.0F : memory_.load<float>(b));
      sum = sum + product;
    });
    return sum;
  }

private:
  const sgb_matrix& op_;
  Memory& memory_;
};

/// residual: the address of the second summand's element, or 0.
void store_int(const sgb_matrix& op, std::int32_t sum, std::int64_t n, std::uint64_t address,
               std::uint64_t residual, Memory& memory, PendingWrites& writes) {
  if (op.bias != 0) sum += memory.load<std::int32_t>(op.bias + n * 4);
  if (op.out_type == SGB_TYPE_INT32) {
    writes.store(address, sum);
    return;
  }
  const double low = op.out_type == SGB_TYPE_INT8 ? -128 : 0;
  const double high = op.out_type == SGB_TYPE_INT8 ? 127 : 255;
  const float scaled = static_cast<float>(sum) * memory.load<float>(op.scale + n * 4);
  double value = static_cast<double>(std::nearbyint(scaled)) + op.out_zero;
  value = std::clamp(value, low, high);
  if (residual != 0) {
    const float a = static_cast<float>(value - op.out_zero) * op.out_scale;
    const float b = static_cast<float>(load_integer(memory, op.out_type, residual) - op.residual_zero) *
                    op.residual_scale;
    const float total = a + b;
    value = std::clamp(static_cast<double>(std::nearbyint(total / op.sum_scale)) + op.sum_zero, low, high);
  }
  value = std::min(std::max(value, static_cast<double>(op.clip_min)), static_cast<double>(op.clip_max));
  writes.store(address, static_cast<std::uint8_t>(static_cast<std::int32_t>(value)));
}

void store_float(const sgb_matrix& op, float sum, std::int64_t n, std::uint64_t address,
                 std::uint64_t residual, Memory& memory, PendingWrites& writes) {
  if (op.bias != 0) sum = sum + memory.load<float>(op.bias + n * 4);
  if (residual != 0) sum = sum + memory.load<float>(residual);
  if ((op.flags & SGB_MATRIX_CLIP) != 0) sum = std::min(std::max(sum, op.clip_min_f), op.clip_max_f);
  writes.store(address, sum);
}

}  // namespace

void run_matrix(const sgb_matrix& op, Accumulators& accumulators, Memory& memory, PendingWrites& writes) {
  const MatrixCommand command(op, memory);
  const bool is_float = op.a_type == SGB_TYPE_FLOAT32;
  const std::size_t count = std::size_t{op.out_h} * op.out_w * op.n;
  if ((op.flags & SGB_MATRIX_CONTINUE) == 0) {
    accumulators.ints.assign(count, 0);
    accumulators.floats.assign(count, 0.0F);
  }
  if (accumulators.ints.size() != count)
    throw std::runtime_error("abstract machine: CONTINUE of another shape");
  const std::int64_t out_size = op.out_type == SGB_TYPE_INT32 || op.out_type == SGB_TYPE_FLOAT32 ? 4 : 1;
  std::size_t i = 0;
  for (std::int64_t oy = 0; oy < op.out_h; ++oy) {
    for (std::int64_t ox = 0; ox < op.out_w; ++ox) {
      for (std::int64_t n = 0; n < op.n; ++n, ++i) {
        const std::uint64_t address =
            op.out +
            static_cast<std::uint64_t>(oy * op.out_row_stride + ox * op.out_pixel_stride + n * out_size);
        const std::uint64_t residual =
            op.residual == 0
                ? 0
                : op.residual + static_cast<std::uint64_t>(oy * op.residual_row_stride +
                                                           ox * op.residual_pixel_stride + n * out_size);
        if (is_float) {
          accumulators.floats[i] = command.float_sum(oy, ox, n, accumulators.floats[i]);
        } else {
          accumulators.ints[i] = command.int_sum(oy, ox, n, accumulators.ints[i]);
        }
        if ((op.flags & SGB_MATRIX_KEEP) != 0) continue;
        if (is_float) {
          store_float(op, accumulators.floats[i], n, address, residual, memory, writes);
        } else {
          store_int(op, accumulators.ints[i], n, address, residual, memory, writes);
        }
      }
    }
  }
}

}  // namespace systole::test
