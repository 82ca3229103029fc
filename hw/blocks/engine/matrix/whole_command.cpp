#include "hw/blocks/engine/matrix/whole_command.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "hw/blocks/engine/matrix/epilogue.h"
#include "hw/blocks/engine/matrix/operands.h"
#include "hw/blocks/engine/matrix/product.h"
#include "hw/blocks/engine/matrix/sparse_weights.h"
#include "hw/numerics/im2col.h"

namespace systole::engine::matrix {

namespace {

// Rows of the window matrix and of sums that are made at once: enough for a product to run at its best, few
// enough to stay in the second-level cache.
constexpr std::size_t kPieceBytes = 512 * 1024;
constexpr std::uint32_t kFewestPixels = 128;

/// Bytes [begin, end) of the address space.
struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] bool overlaps(const Extent& other) const { return begin < other.end && other.begin < end; }
};

/// From the first to the last byte of rows x pixels pieces of `bytes` at strides of either sign.
Extent extent_of(std::uint64_t base, std::uint32_t rows, std::int64_t row_stride, std::uint32_t pixels,
                 std::int64_t pixel_stride, std::uint64_t bytes) {
  // 2^31 x 2^31 at most each: the sum fits.
  const std::int64_t down = (std::int64_t{rows} - 1) * row_stride;
  const std::int64_t right = (std::int64_t{pixels} - 1) * pixel_stride;
  const std::int64_t low = std::min<std::int64_t>(down, 0) + std::min<std::int64_t>(right, 0);
  const std::int64_t high = std::max<std::int64_t>(down, 0) + std::max<std::int64_t>(right, 0);
  return {base + static_cast<std::uint64_t>(low), base + static_cast<std::uint64_t>(high) + bytes};
}

/// Whether no two of the results' pixels share a byte, whatever the order in which they are written.
bool pixels_are_apart(const sgb_matrix& d, std::int64_t row_bytes) {
  const std::int64_t pixel = std::abs(std::int64_t{d.out_pixel_stride});
  const std::int64_t line = d.out_w == 1 ? row_bytes : pixel * (std::int64_t{d.out_w} - 1) + row_bytes;
  return (d.out_w == 1 || pixel >= row_bytes) &&
         (d.out_h == 1 || std::abs(std::int64_t{d.out_row_stride}) >= line);
}

/// Null unless all of the extent is there; else where `base` stands.
std::byte* locate(const DirectMemory& memory, const Extent& extent, std::uint64_t base) {
  if (extent.end <= extent.begin) return nullptr;  // it wraps
  std::byte* const first = memory.at(extent.begin, extent.end - extent.begin);
  return first == nullptr ? nullptr : first + static_cast<std::ptrdiff_t>(base - extent.begin);
}

}  // namespace

WholeProduct::WholeProduct(const Operation& op, std::shared_ptr<Accumulators> accumulators)
    : op_(op), accumulators_(std::move(accumulators)) {}

std::unique_ptr<WholeProduct> WholeProduct::make(const Operation& op, const DirectMemory& memory,
                                                 std::shared_ptr<Accumulators> accumulators) {
  std::unique_ptr<WholeProduct> whole(new WholeProduct(op, std::move(accumulators)));
  return whole->find(memory) ? std::move(whole) : nullptr;
}

bool WholeProduct::find(const DirectMemory& memory) {
  const sgb_matrix& d = op_.d;
  const std::uint64_t size = op_.element_bytes;
  std::vector<Extent> operands;
  const auto table = [&](std::uint64_t address, std::uint64_t bytes, std::byte*& where) {
    if (address == 0) return true;
    const Extent extent{address, address + bytes};
    operands.push_back(extent);
    where = locate(memory, extent, address);
    return where != nullptr;
  };
  const Extent a = extent_of(d.a, d.in_h, d.a_row_stride, d.in_w, d.a_pixel_stride, d.in_c * size);
  operands.push_back(a);
  a_ = locate(memory, a, d.a);
  const Extent b{d.b, d.b + op_.b_bytes()};
  operands.push_back(b);
  b_ = locate(memory, b, d.b);
  if (a_ == nullptr || b_ == nullptr) return false;
  if (!table(d.b_zero_table, d.n, b_zero_) || !table(d.bias, std::uint64_t{d.n} * 4, bias_)) return false;
  std::byte* kept = nullptr;
  if (!table(d.k_table, std::uint64_t{op_.kept} * 4, kept)) return false;
  if (kept != nullptr) {
    table_.resize(op_.kept);
    std::memcpy(table_.data(), kept, table_.size() * sizeof(std::uint32_t));
    if (!is_sound(op_, table_)) return false;
  }
  if (op_.is_sparse() && !take_weights()) return false;
  if (op_.requantises() && !table(d.scale, std::uint64_t{d.n} * 4, scale_table_)) return false;

  const std::uint64_t row_bytes = std::uint64_t{d.n} * op_.out_bytes;
  if (!op_.keeps()) {
    const Extent out = extent_of(d.out, d.out_h, d.out_row_stride, d.out_w, d.out_pixel_stride, row_bytes);
    out_ = locate(memory, out, d.out);
    if (out_ == nullptr || !pixels_are_apart(d, static_cast<std::int64_t>(row_bytes))) return false;
    if (op_.has_residual()) {
      const Extent residual =
          extent_of(d.residual, d.out_h, d.residual_row_stride, d.out_w, d.residual_pixel_stride, row_bytes);
      residual_ = locate(memory, residual, d.residual);
      if (residual_ == nullptr) return false;
      const bool in_place = d.residual == d.out && d.residual_row_stride == d.out_row_stride &&
                            d.residual_pixel_stride == d.out_pixel_stride;
      if (!in_place) operands.push_back(residual);
    }
    if (std::any_of(operands.begin(), operands.end(), [&](const Extent& e) { return e.overlaps(out); })) {
      return false;
    }
  }
  // Elements of several bytes are used where they stand.
  const auto aligned = [&](std::int64_t x) { return x % static_cast<std::int64_t>(size) == 0; };
  if (!aligned(static_cast<std::int64_t>(d.a % size)) || !aligned(d.a_pixel_stride) ||
      !aligned(d.a_row_stride)) {
    return false;
  }
  const bool visits_all = d.kernel_h == 1 && d.kernel_w == 1 && d.stride_h == 1 && d.stride_w == 1 &&
                          d.pad_top == 0 && d.pad_left == 0 && d.out_w == d.in_w && d.out_h <= d.in_h;
  rows_stand_ready_ = visits_all && !op_.narrows_a() && !op_.has_table() &&
                      d.a_pixel_stride >= static_cast<std::int64_t>(d.in_c * size) &&
                      (d.out_h == 1 || d.a_row_stride == std::int64_t{d.a_pixel_stride} * d.in_w);
  lda_ = rows_stand_ready_ ? static_cast<std::size_t>(d.a_pixel_stride) / size : op_.kept;
  return true;
}

// Column tiles side by side, as one row-major matrix.
bool WholeProduct::take_weights() {
  const std::size_t n = op_.d.n;
  const std::size_t cols = op_.d.b_tile_cols;
  const std::size_t size = size_of(op_.b_type);
  weights_.resize(std::size_t{op_.kept} * n * size);
  for (std::size_t n0 = 0; n0 < n; n0 += cols) {
    std::byte* const to = weights_.data() + n0 * size;
    if (!unpack_weights(op_, b_ + op_.b_offset(n0), std::min(cols, n - n0), to, n)) return false;
  }
  return true;
}

// Where the multipliers see other values than stand in memory: a dense copy of these.
void WholeProduct::take_activations() {
  window_ = numerics::window_of(op_.d);
  values_ = a_;
  if (!op_.narrows_a()) return;
  const sgb_matrix& d = op_.d;
  const std::size_t pixel = std::size_t{d.in_c} * op_.element_bytes;
  narrowed_.resize(pixel * d.in_h * d.in_w);
  window_.pixel_stride = static_cast<std::int64_t>(pixel);
  window_.row_stride = static_cast<std::int64_t>(pixel * d.in_w);
  std::byte* to = narrowed_.data();
  for (std::uint32_t y = 0; y < d.in_h; ++y) {
    for (std::uint32_t x = 0; x < d.in_w; ++x, to += pixel) {
      const std::int64_t offset = std::int64_t{d.a_row_stride} * y + std::int64_t{d.a_pixel_stride} * x;
      narrow_activations(op_, a_ + offset, d.in_c, to);
    }
  }
  values_ = narrowed_.data();
}

template <typename T>
const std::byte* WholeProduct::gather(std::uint32_t begin, std::uint32_t end, T pad) {
  windows_.resize(std::size_t{end - begin} * op_.k * sizeof(T));
  numerics::im2col(window_, values_, pad, begin, end, reinterpret_cast<T*>(windows_.data()), op_.k);
  return windows_.data();
}

const std::byte* WholeProduct::windows(std::uint32_t begin, std::uint32_t end) {
  const std::byte* const all = all_windows(begin, end);
  if (!op_.has_table()) return all;
  kept_windows_.resize(std::size_t{end - begin} * op_.kept * op_.element_bytes);
  gather_columns(op_, table_, all, op_.k, end - begin, kept_windows_.data());
  return kept_windows_.data();
}

const std::byte* WholeProduct::all_windows(std::uint32_t begin, std::uint32_t end) {
  if (rows_stand_ready_) return a_ + begin * lda_ * op_.element_bytes;
  if (op_.is_float()) return gather<float>(begin, end, 0.0F);
  if (op_.a_type == DType::kInt16) return gather<std::int16_t>(begin, end, 0);
  return gather<std::uint8_t>(begin, end, static_cast<std::uint8_t>(op_.d.a_zero));
}

template <typename Acc>
void WholeProduct::run_in_pieces(std::vector<Acc>& kept) {
  const sgb_matrix& d = op_.d;
  const bool stays = op_.keeps() || op_.continues();
  const std::size_t pixel_bytes = std::size_t{op_.k} * op_.element_bytes + std::size_t{d.n} * sizeof(Acc);
  const auto piece = static_cast<std::uint32_t>(
      std::clamp<std::size_t>(kPieceBytes / pixel_bytes, kFewestPixels, op_.pixels + kFewestPixels));
  std::vector<Acc> local;
  if (stays) {
    kept.resize(std::size_t{op_.pixels} * d.n);
  } else {
    local.resize(std::size_t{std::min(piece, op_.pixels)} * d.n);
  }
  std::vector<float> scale(d.n, 1.0F);
  if (scale_table_ != nullptr) std::memcpy(scale.data(), scale_table_, scale.size() * sizeof(float));
  EpilogueRow row{.n = d.n, .bias = bias_, .scale = scale.data()};
  for (std::uint32_t begin = 0; begin < op_.pixels;) {
    const std::uint32_t end = begin + std::min(piece, op_.pixels - begin);
    Acc* const sums = stays ? kept.data() + std::size_t{begin} * d.n : local.data();
    multiply(op_, Product<Acc>{.m = end - begin,
                               .n = d.n,
                               .a = windows(begin, end),
                               .lda = lda_,
                               .b = weights_.data(),
                               .b_zeros = b_zero_,
                               .sums = sums,
                               .lds = d.n});
    for (std::uint32_t p = begin; p < end; ++p) {
      const std::int64_t oy = p / d.out_w;
      const std::int64_t ox = p % d.out_w;
      if (out_ != nullptr) row.out = out_ + oy * d.out_row_stride + ox * d.out_pixel_stride;
      if (residual_ != nullptr) {
        row.residual = residual_ + oy * d.residual_row_stride + ox * d.residual_pixel_stride;
      }
      finish_row(op_, sums + std::size_t{p - begin} * d.n, row);
    }
    begin = end;
  }
}

void WholeProduct::run() {
  // N:M weights have been taken, with their check.
  if (!op_.is_sparse() && !take_weights()) return;
  take_activations();
  if (op_.is_float()) return run_in_pieces(accumulators_->floats);
  if (op_.has_wide_sums()) return run_in_pieces(accumulators_->wide_ints);
  run_in_pieces(accumulators_->ints);
}

}  // namespace systole::engine::matrix
