#include "models/mapper/legalise/skip_zeros.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "models/mapper/tiling/kept.h"

namespace systole::mapper {

namespace {

/// The weights of one operation as K x n, in the order of the array's rows.
class Weights {
public:
  explicit Weights(const MatrixOp& op) : op_(op), data_(op.b_data.bytes()), size_(size_of(op.b_type)) {
    const std::int64_t kernel_h = op.window.kernel[0];
    const std::int64_t kernel_w = op.window.kernel[1];
    offsets_.reserve(static_cast<std::size_t>(kernel_h * kernel_w * op.in_c));
    for (std::int64_t ky = 0; ky < kernel_h; ++ky) {
      for (std::int64_t kx = 0; kx < kernel_w; ++kx) {
        for (std::int64_t c = 0; c < op.in_c; ++c) {
          const std::int64_t channel =
              op.b_channel_order.empty() ? c : op.b_channel_order[static_cast<std::size_t>(c)];
          offsets_.push_back(ky * op.b_index.ky + kx * op.b_index.kx + channel * op.b_index.c);
        }
      }
    }
  }

  [[nodiscard]] std::size_t depth() const { return offsets_.size(); }

  /// Whether the weight adds nothing to any sum.
  [[nodiscard]] bool is_zero(std::size_t k, std::int64_t n) const {
    const std::byte* const at =
        data_->data() + static_cast<std::size_t>(offsets_[k] + n * op_.b_index.n) * size_;
    if (op_.b_type == DType::kFloat32) {
      float value = 0;
      std::memcpy(&value, at, sizeof value);
      return value == 0.0F;
    }
    if (size_ == 1) {
      const std::int32_t zero =
          op_.b_zero.empty() ? 0 : op_.b_zero[op_.b_zero.size() > 1 ? static_cast<std::size_t>(n) : 0];
      return *at == static_cast<std::byte>(zero);
    }
    return std::all_of(at, at + size_, [](std::byte b) { return b == std::byte{0}; });
  }

  /// The k with a weight in some column.
  [[nodiscard]] std::vector<std::uint32_t> used() const {
    std::vector<std::uint32_t> list;
    list.reserve(depth());
    for (std::size_t k = 0; k < depth(); ++k) {
      std::int64_t n = 0;
      while (n < op_.n && is_zero(k, n)) ++n;
      if (n < op_.n) list.push_back(static_cast<std::uint32_t>(k));
    }
    return list;
  }

  /// Whether of every m successive k of the list at most n are weights, in every column.
  [[nodiscard]] bool complies(const std::vector<std::uint32_t>& list, std::uint8_t n, std::uint8_t m) const {
    for (std::int64_t column = 0; column < op_.n; ++column) {
      for (std::size_t first = 0; first < list.size(); first += m) {
        const std::size_t last = std::min<std::size_t>(list.size(), first + m);
        unsigned count = 0;
        for (std::size_t i = first; i < last; ++i) count += is_zero(list[i], column) ? 0U : 1U;
        if (count > n) return false;
      }
    }
    return true;
  }

private:
  const MatrixOp& op_;
  std::shared_ptr<const ir::TensorData::Bytes> data_;
  std::size_t size_;
  std::vector<std::int64_t> offsets_;
};

/// Whether a step with all of K fits the scratchpad beside others.
bool is_small(const MatrixOp& op, std::int64_t kept, const Capability& capability) {
  const auto size = static_cast<std::int64_t>(size_of(op.b_type));
  const std::int64_t cols = std::min<std::int64_t>(op.n, capability.array.cols);
  const std::int64_t block = packed_rows(op, kept) * (cols * size + index_row_bytes(op, cols)) + 4 * kept;
  const std::int64_t lines =
      op.window.kernel[0] * op.in_w * op.in_c * static_cast<std::int64_t>(size_of(op.a_type));
  return 4 * (block + lines) <= static_cast<std::int64_t>(capability.sram_size.count());
}

void skip_zeros(MatrixOp& op, const Capability& capability) {
  const bool whole = op.groups == 1 && op.blocks == 1 &&
                     std::all_of(op.b_index.batch.begin(), op.b_index.batch.end(),
                                 [](std::int64_t stride) { return stride == 0; });
  if (!op.b_data || op.b != kNoValue || !whole) return;
  const Weights weights(op);
  std::vector<std::uint32_t> used = weights.used();
  if (used.empty()) used.push_back(0);  // a product of zeros alone
  const auto all = static_cast<std::int64_t>(weights.depth());
  const auto kept = static_cast<std::int64_t>(used.size());

  std::int64_t least = all;
  bool table = false;
  if (kept < least) {
    least = kept;
    table = true;
  }
  const bool symmetric = std::all_of(op.b_zero.begin(), op.b_zero.end(), [](auto zero) { return zero == 0; });
  bool sparse = false;
  // An empty place holds a 0, which binary weights do not have.
  const bool has_zero = op.format_of_b() != NumberFormat::kBinary;
  if (capability.sparse_m != 0 && symmetric && has_zero) {
    op.sparse_n = capability.sparse_n;
    op.sparse_m = capability.sparse_m;
    // Groups of all k can be cut at channels; groups of what a table leaves cannot be cut.
    std::vector<std::uint32_t> every(static_cast<std::size_t>(all));
    std::iota(every.begin(), every.end(), 0U);
    const bool can_be_cut = may_cut(op, op.sparse_m, false);
    if (packed_rows(op, all) < least && (can_be_cut || is_small(op, all, capability)) &&
        weights.complies(every, op.sparse_n, op.sparse_m)) {
      least = packed_rows(op, all);
      sparse = true;
      table = false;
    }
    if (kept < all && packed_rows(op, kept) < least && is_small(op, kept, capability) &&
        weights.complies(used, op.sparse_n, op.sparse_m)) {
      sparse = table = true;
    }
    if (!sparse) op.sparse_n = op.sparse_m = 0;
  }
  if (table) op.kept = std::move(used);
}

}  // namespace

void skip_zeros(HwGraph& hw, const Capability& capability) {
  for (HwNode& node : hw.nodes) {
    if (auto* op = std::get_if<MatrixOp>(&node.op)) skip_zeros(*op, capability);
  }
}

}  // namespace systole::mapper
