#include "hw/blocks/engine/matrix/epilogue.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>

#include "hw/numerics/elementwise.h"
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
void requantise(const sgb_matrix& d, const std::int32_t* sums, const EpilogueRow& row) {
  T* const out = reinterpret_cast<T*>(row.out);
  if (row.residual == nullptr) {
    numerics::requantize_row(sums, row.scale, {d.out_zero, d.clip_min, d.clip_max}, out, row.n);
    return;
  }
  // In pieces that fit on the stack: the result may stand where the residual is.
  constexpr std::size_t kPiece = 256;
  using Limits = std::numeric_limits<T>;
  T own[kPiece];
  for (std::size_t i = 0; i < row.n; i += kPiece) {
    const std::size_t count = std::min(kPiece, row.n - i);
    numerics::requantize_row(sums + i, row.scale + i, {d.out_zero, Limits::min(), Limits::max()}, own, count);
    numerics::add_row(own, {d.out_scale, d.out_zero}, reinterpret_cast<const T*>(row.residual) + i,
                      {d.residual_scale, d.residual_zero}, d.sum_scale, {d.sum_zero, d.clip_min, d.clip_max},
                      out + i, count);
  }
}

}  // namespace

void finish_row(const Operation& op, std::int32_t* sums, const EpilogueRow& row) {
  if (row.bias != nullptr) {
    // Unsigned: the accumulators wrap.
    for (std::size_t i = 0; i < row.n; ++i) {
      sums[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[i]) +
                                          element<std::uint32_t>(row.bias, i));
    }
  }
  if (row.out == nullptr) return;
  if (op.out_type == DType::kInt8) return requantise<std::int8_t>(op.d, sums, row);
  if (op.out_type == DType::kUInt8) return requantise<std::uint8_t>(op.d, sums, row);
  std::memcpy(row.out, sums, row.n * 4);
}

void finish_row(const Operation& op, float* sums, const EpilogueRow& row) {
  if (row.bias != nullptr) {
    for (std::size_t i = 0; i < row.n; ++i) sums[i] += element<float>(row.bias, i);
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
