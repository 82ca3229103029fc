#include "hw/blocks/engine/matrix/arithmetic.h"

#include <algorithm>
#include <cstring>

#include "hw/blocks/engine/matrix/epilogue.h"
#include "hw/blocks/engine/matrix/float_product.h"
#include "hw/numerics/gemm.h"
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
std::vector<T> elements(const std::vector<std::byte>& bytes, std::size_t count) {
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), count * sizeof(T));  // no scale or bias: null
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

Arithmetic::Arithmetic(const Operation& op, std::uint32_t cols, std::shared_ptr<Accumulators> accumulators)
    : op_(op), accumulators_(std::move(accumulators)) {
  const sgb_matrix& d = op.d;
  const std::size_t tile = std::min(d.n, cols);
  activations_.resize(std::size_t{d.in_h} * d.in_w * d.in_c * op.element_bytes);
  weights_.resize(std::size_t{op.k} * tile * op.element_bytes);
  weight_zeros_.resize(tile);
  bias_.resize(tile * 4);
  scale_.resize(tile * 4);
  if (!op.keeps()) results_.resize(std::size_t{op.pixels} * d.n * op.out_bytes);
  if (op.has_residual()) residual_.resize(results_.size());
}

template <typename T>
void Arithmetic::gather(Range pixels, T pad) {
  windows_.resize(std::size_t{pixels.size()} * op_.k * sizeof(T));
  numerics::im2col(dense_window(op_), activations_.data(), pad, pixels.begin, pixels.end,
                   reinterpret_cast<T*>(windows_.data()), op_.k);
}

Arithmetic::Windows Arithmetic::windows(Range pixels) {
  if (is_plain_gemm(op_.d)) {
    return {activations_.data() + std::size_t{pixels.begin} * op_.k * op_.element_bytes, op_.k};
  }
  if (!(gathered_ == pixels)) {  // the column tiles of a chunk share it
    if (op_.is_float()) {
      gather<float>(pixels, 0.0F);
    } else {
      gather<std::uint8_t>(pixels, static_cast<std::uint8_t>(op_.d.a_zero));
    }
    gathered_ = pixels;
  }
  return {windows_.data(), op_.k};
}

void Arithmetic::finish(const FoldStep& step) {
  if (op_.is_float()) {
    finish_floats(step);
  } else {
    finish_integers(step);
  }
}

void Arithmetic::finish_integers(const FoldStep& step) {
  const Sums<std::int32_t> sums = sums_of(op_, step, accumulators_->ints, int_sums_);
  const Windows a = windows(step.pixels);
  numerics::gemm({.m = step.pixels.size(),
                  .n = step.n.size(),
                  .k = op_.k,
                  .a = a.data,
                  .a_type = op_.a_type,
                  .lda = a.row,
                  .a_zero = op_.d.a_zero,
                  .b = weights_.data(),
                  .b_type = op_.b_type,
                  .b_layout = numerics::BLayout::row_major(step.n.size()),
                  .b_zero = op_.d.b_zero,
                  .b_zero_table = op_.d.b_zero_table == 0 ? nullptr : weight_zeros_.data(),
                  .c = sums.data,
                  .ldc = sums.row,
                  .accumulate = op_.continues()});
  finish_rows(step, sums.data, sums.row);
}

template <typename Acc>
void Arithmetic::finish_rows(const FoldStep& step, Acc* sums, std::size_t row) {
  const std::size_t n = step.n.size();
  const auto scale = op_.d.scale == 0 ? std::vector<float>(n, 1.0F) : elements<float>(scale_, n);
  EpilogueRow epilogue{.n = n, .bias = op_.d.bias == 0 ? nullptr : bias_.data(), .scale = scale.data()};
  for (std::size_t p = 0; p < step.pixels.size(); ++p) {
    const std::size_t at = ((step.pixels.begin + p) * op_.d.n + step.n.begin) * op_.out_bytes;
    if (op_.has_residual()) epilogue.residual = residual_.data() + at;
    if (!op_.keeps()) epilogue.out = results_.data() + at;
    finish_row(op_, sums + p * row, epilogue);
  }
}

void Arithmetic::finish_floats(const FoldStep& step) {
  const Sums<float> sums = sums_of(op_, step, accumulators_->floats, float_sums_);
  const Windows a = windows(step.pixels);
  multiply(op_,
           {.m = step.pixels.size(),
            .n = step.n.size(),
            .k = op_.k,
            .a = reinterpret_cast<const float*>(a.data),
            .lda = a.row,
            .b = reinterpret_cast<const float*>(weights_.data()),
            .b_layout = numerics::BLayout::row_major(step.n.size()),
            .c = sums.data,
            .ldc = sums.row,
            .accumulate = op_.continues()},
           step.n.begin);
  finish_rows(step, sums.data, sums.row);
}

}  // namespace systole::engine::matrix
