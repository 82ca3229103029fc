#include "hw/blocks/engine/matrix/arithmetic.h"

#include <algorithm>
#include <cstring>

#include "hw/blocks/engine/matrix/epilogue.h"
#include "hw/blocks/engine/matrix/operands.h"
#include "hw/blocks/engine/matrix/product.h"
#include "hw/blocks/engine/matrix/sparse_weights.h"
#include "hw/numerics/im2col.h"

namespace systole::engine::matrix {

namespace {

// A 1 x 1 window that visits every pixel once: the input is the window matrix already.
bool is_plain_gemm(const sgb_matrix& d) {
  return d.kernel_h == 1 && d.kernel_w == 1 && d.stride_h == 1 && d.stride_w == 1 && d.pad_top == 0 &&
         d.pad_left == 0 && d.out_w == d.in_w && d.out_h <= d.in_h;
}

numerics::Window dense_window(const Operation& op) {
  numerics::Window window = numerics::window_of(op.d);
  window.pixel_stride = std::int64_t{op.d.in_c} * op.element_bytes;
  window.row_stride = window.pixel_stride * op.d.in_w;
  return window;
}

template <typename T>
std::vector<T> elements(const std::vector<std::byte>& bytes, std::size_t first, std::size_t count) {
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data() + first * sizeof(T), count * sizeof(T));
  return values;
}

// Where a step's sums lie: in the engine's accumulators if they stay or were there before, else in a buffer.
template <typename T>
struct Sums {
  T* data = nullptr;
  std::size_t row = 0;  ///< elements from pixel to pixel
};
template <typename T>
Sums<T> sums_of(const Operation& op, const FoldStep& step, std::vector<T>& kept, std::vector<T>& local) {
  if (op.keeps() || op.continues()) {
    kept.resize(std::size_t{op.pixels} * op.d.n);
    return {kept.data() + std::size_t{step.pixels.begin} * op.d.n + step.n.begin, op.d.n};
  }
  local.resize(std::size_t{step.pixels.size()} * step.n.size());
  return {local.data(), step.n.size()};
}

}  // namespace

Arithmetic::Arithmetic(const Operation& op, std::uint32_t columns, std::shared_ptr<Accumulators> accumulators)
    : op_(op), accumulators_(std::move(accumulators)) {
  const sgb_matrix& d = op.d;
  const std::size_t tile = std::min(d.n, columns);
  activations_.resize(std::size_t{d.in_h} * d.in_w * d.in_c * op.element_bytes);
  weights_.resize(op.b_tile_bytes(tile));
  unpacked_.resize(std::size_t{op.kept} * tile * size_of(op.b_type));
  weight_zeros_.resize(tile);
  bias_.resize(tile * 4);
  scale_.resize(tile * 4);
  if (!op.keeps()) results_.resize(std::size_t{op.pixels} * d.n * op.out_bytes);
  if (op.has_residual()) residual_.resize(results_.size());
}

template <typename T>
void Arithmetic::gather(const std::byte* values, Range pixels, T pad) {
  windows_.resize(std::size_t{pixels.size()} * op_.k * sizeof(T));
  numerics::im2col(dense_window(op_), values, pad, pixels.begin, pixels.end,
                   reinterpret_cast<T*>(windows_.data()), op_.k);
}

// The mirror as the multipliers see it. Padding is put in afterwards: it is a value of no format.
const std::byte* Arithmetic::narrowed() {
  if (!op_.narrows_a()) return activations_.data();
  narrowed_.resize(activations_.size());
  narrow_activations(op_, activations_.data(), activations_.size() / op_.element_bytes, narrowed_.data());
  return narrowed_.data();
}

Arithmetic::Windows Arithmetic::windows(Range pixels) {
  if (!op_.has_table()) return all_windows(pixels);
  if (!(gathered_ == pixels)) {
    const Windows all = all_windows(pixels);
    kept_windows_.resize(std::size_t{pixels.size()} * op_.kept * op_.element_bytes);
    gather_columns(op_, table_, all.data, all.row, pixels.size(), kept_windows_.data());
    gathered_ = pixels;
  }
  return {kept_windows_.data(), op_.kept};
}

Arithmetic::Windows Arithmetic::all_windows(Range pixels) {
  const bool plain = is_plain_gemm(op_.d);
  if (!(gathered_ == pixels)) {  // the column tiles of a chunk share it
    const std::byte* const values = narrowed();
    if (plain) {
      // The mirror is the matrix.
    } else if (op_.is_float()) {
      gather<float>(values, pixels, 0.0F);
    } else if (op_.a_type == DType::kInt16) {
      gather<std::int16_t>(values, pixels, 0);
    } else {
      gather<std::uint8_t>(values, pixels, static_cast<std::uint8_t>(op_.d.a_zero));
    }
    gathered_ = pixels;
  }
  if (!plain) return {windows_.data(), op_.k};
  const std::byte* const values = op_.narrows_a() ? narrowed_.data() : activations_.data();
  return {values + std::size_t{pixels.begin} * op_.k * op_.element_bytes, op_.k};
}

bool Arithmetic::finish(const FoldStep& step) {
  const std::uint32_t cols = op_.d.b_tile_cols;
  FoldStep part = step;
  for (std::uint32_t n = step.n.begin; n < step.n.end; n = part.n.end) {
    part.n = {n, std::min(step.n.end, n + cols)};
    if (!finish_columns(part, n - step.n.begin)) return false;
  }
  return true;
}

bool Arithmetic::finish_columns(const FoldStep& step, std::uint32_t column) {
  if (op_.is_float()) return finish_tile(step, column, accumulators_->floats, float_sums_);
  if (op_.has_wide_sums()) return finish_tile(step, column, accumulators_->wide_ints, wide_sums_);
  return finish_tile(step, column, accumulators_->ints, int_sums_);
}

template <typename Acc>
bool Arithmetic::finish_tile(const FoldStep& step, std::uint32_t column, std::vector<Acc>& kept,
                             std::vector<Acc>& local) {
  const Sums<Acc> sums = sums_of(op_, step, kept, local);
  const Windows a = windows(step.pixels);
  const std::byte* const tile = weights_.data() + op_.b_offset(column);
  if (!unpack_weights(op_, tile, step.n.size(), unpacked_.data(), step.n.size())) return false;
  multiply(op_, Product<Acc>{.m = step.pixels.size(),
                             .n = step.n.size(),
                             .a = a.data,
                             .lda = a.row,
                             .b = unpacked_.data(),
                             .b_zeros = op_.d.b_zero_table == 0 ? nullptr : weight_zeros_.data() + column,
                             .column = step.n.begin,
                             .sums = sums.data,
                             .lds = sums.row});
  finish_rows(step, column, sums.data, sums.row);
  return true;
}

template <typename Acc>
void Arithmetic::finish_rows(const FoldStep& step, std::uint32_t column, Acc* sums, std::size_t row) {
  const std::size_t n = step.n.size();
  const auto scale = op_.d.scale == 0 ? std::vector<float>(n, 1.0F) : elements<float>(scale_, column, n);
  EpilogueRow epilogue{.n = n,
                       .bias = op_.d.bias == 0 ? nullptr : bias_.data() + std::size_t{column} * 4,
                       .scale = scale.data()};
  for (std::size_t p = 0; p < step.pixels.size(); ++p) {
    const std::size_t at = ((step.pixels.begin + p) * op_.d.n + step.n.begin) * op_.out_bytes;
    if (op_.has_residual()) epilogue.residual = residual_.data() + at;
    if (!op_.keeps()) epilogue.out = results_.data() + at;
    finish_row(op_, sums + p * row, epilogue);
  }
}

}  // namespace systole::engine::matrix
