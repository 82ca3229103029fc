#include "hw/blocks/engine/matrix/epilogue.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>

#include "hw/numerics/elementwise.h"
#include "hw/numerics/formats/format_gemm.h"
#include "hw/numerics/formats/packed.h"
#include "hw/numerics/requantize.h"

namespace systole::engine::matrix {

namespace {

template <typename T>
T element(const std::byte* bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
void requantise_row(const std::int32_t* sums, const float* scale, const numerics::RowRange& range, T* out,
                    std::size_t count) {
  numerics::requantize_row(sums, scale, range, out, count);
}
template <typename T>
void requantise_row(const std::int64_t* sums, const float* scale, const numerics::RowRange& range, T* out,
                    std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t value = +numerics::round_to<T>(static_cast<float>(sums[i]) * scale[i], range.zero);
    out[i] = numerics::saturate<T>(numerics::clip<std::int32_t>(value, range.low, range.high));
  }
}

template <typename T, typename Acc>
void requantise(const sgb_matrix& d, const Acc* sums, const EpilogueRow& row) {
  // In pieces that fit on the stack: the result may stand where the residual is, and rows of 16-bit results
  // stand where the guest says.
  constexpr std::size_t kPiece = 256;
  using Limits = std::numeric_limits<T>;
  T own[kPiece];
  T other[kPiece];
  for (std::size_t i = 0; i < row.n; i += kPiece) {
    const std::size_t count = std::min(kPiece, row.n - i);
    if (row.residual == nullptr) {
      requantise_row<T>(sums + i, row.scale + i, {d.out_zero, d.clip_min, d.clip_max}, own, count);
    } else {
      std::memcpy(other, row.residual + i * sizeof(T), count * sizeof(T));
      requantise_row<T>(sums + i, row.scale + i, {d.out_zero, Limits::min(), Limits::max()}, own, count);
      numerics::add_row(own, {d.out_scale, d.out_zero}, other, {d.residual_scale, d.residual_zero},
                        d.sum_scale, {d.sum_zero, d.clip_min, d.clip_max}, own, count);
    }
    std::memcpy(row.out + i * sizeof(T), own, count * sizeof(T));
  }
}

std::int32_t whole(std::int32_t sum) { return sum; }
std::int32_t whole(std::int64_t sum) { return numerics::saturate<std::int32_t>(sum); }

template <typename Acc>
void finish_integers(const Operation& op, Acc* sums, const EpilogueRow& row) {
  if (row.bias != nullptr) {
    for (std::size_t i = 0; i < row.n; ++i) {
      const std::int64_t sum = std::int64_t{sums[i]} + element<std::int32_t>(row.bias, i);
      sums[i] = static_cast<Acc>(numerics::hold(sum, op.accumulator_bits, op.overflow));
    }
  }
  if (row.out == nullptr) return;
  if (op.out_type == DType::kInt8) return requantise<std::int8_t>(op.d, sums, row);
  if (op.out_type == DType::kUInt8) return requantise<std::uint8_t>(op.d, sums, row);
  if (op.out_type == DType::kInt16) return requantise<std::int16_t>(op.d, sums, row);
  for (std::size_t i = 0; i < row.n; ++i) {
    const std::int32_t value = whole(sums[i]);
    std::memcpy(row.out + i * sizeof(value), &value, sizeof(value));
  }
}

}  // namespace

void finish_row(const Operation& op, std::int32_t* sums, const EpilogueRow& row) {
  finish_integers(op, sums, row);
}
void finish_row(const Operation& op, std::int64_t* sums, const EpilogueRow& row) {
  finish_integers(op, sums, row);
}

void finish_row(const Operation& op, float* sums, const EpilogueRow& row) {
  if (row.bias != nullptr) {
    for (std::size_t i = 0; i < row.n; ++i) {
      sums[i] += element<float>(row.bias, i);
      if (op.accumulator_bits == 16) sums[i] = numerics::round_to_format(op.a_format, sums[i]);
    }
  }
  if (row.residual != nullptr) {
    for (std::size_t i = 0; i < row.n; ++i) sums[i] += element<float>(row.residual, i);
  }
  const std::span<float> all{sums, row.n};
  if ((op.d.flags & SGB_MATRIX_CLIP) != 0 && !op.keeps()) {
    numerics::clip<float>(all, op.d.clip_min_f, op.d.clip_max_f, all);
  }
  if (row.out != nullptr) std::memcpy(row.out, sums, row.n * 4);
}

}  // namespace systole::engine::matrix
