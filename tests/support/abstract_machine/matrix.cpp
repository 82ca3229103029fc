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
  [[nodiscard]] std::uint64_t b_at(std::int64_t k, std::int64_t n, std::int64_t size) const {
    const std::int64_t rows = std::int64_t{op_.kernel_h} * op_.kernel_w * op_.in_c;
    const std::int64_t tile = n / op_.b_tile_cols;
    const std::int64_t first = tile * op_.b_tile_cols;
    const std::int64_t used = std::min<std::int64_t>(op_.b_tile_cols, op_.n - first);
    return op_.b + static_cast<std::uint64_t>((rows * first + k * used + n - first) * size);
  }

  /// Calls visit(k, address of A or 0) for the terms of the sum of output pixel (oy, ox), k ascending.
  template <typename Visit>
  void for_terms(std::int64_t oy, std::int64_t ox, std::int64_t size, const Visit& visit) const {
    std::int64_t k = 0;
    for (std::int64_t ky = 0; ky < op_.kernel_h; ++ky) {
      for (std::int64_t kx = 0; kx < op_.kernel_w; ++kx) {
        for (std::int64_t c = 0; c < op_.in_c; ++c, ++k) {
          visit(k, a_at(oy * op_.stride_h - op_.pad_top + ky * op_.dilation_h,
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
      sum += std::int64_t{load_integer(memory_, op_.a_type, a) - op_.a_zero} *
             (load_integer(memory_, op_.b_type, b_at(k, n, b_size)) - b_zero);
    });
    return static_cast<std::int32_t>(sum);
  }

  [[nodiscard]] float float_sum(std::int64_t oy, std::int64_t ox, std::int64_t n, float start) const {
    float sum = start;
    for_terms(oy, ox, 4, [&](std::int64_t k, std::uint64_t a) {
      if (op_.block_n != 0 && k % op_.in_c / op_.block_c != (op_.block_at + n) / op_.block_n) return;
      const float left = a == 0 ? 0.0F : memory_.load<float>(a);
      const float product = left * memory_.load<float>(b_at(k, n, 4));
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
