// The numbers of a matrix command: its copies of the operands, and the sums and results made from them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "hw/blocks/engine/matrix/accumulators.h"
#include "hw/blocks/engine/matrix/fold_walk.h"
#include "hw/blocks/engine/matrix/operation.h"

namespace systole::engine::matrix {

/// Loads fill the mirrors, finish() computes a column tile from them, stores read the results.
class Arithmetic {
public:
  /// columns: that a step has at most.
  Arithmetic(const Operation& op, std::uint32_t columns, std::shared_ptr<Accumulators> accumulators);

  [[nodiscard]] std::byte* activations() { return activations_.data(); }  ///< in_h x in_w x in_c, dense
  /// B's tiles of the step at hand, as they stand.
  [[nodiscard]] std::byte* weights() { return weights_.data(); }
  [[nodiscard]] std::byte* weight_zeros() { return weight_zeros_.data(); }
  [[nodiscard]] std::byte* bias() { return bias_.data(); }
  [[nodiscard]] std::byte* scale() { return scale_.data(); }
  [[nodiscard]] std::byte* residual() { return residual_.data(); }  ///< pixels x n
  [[nodiscard]] std::byte* results() { return results_.data(); }    ///< pixels x n

  /// The k that take part. It must outlive this.
  void set_table(std::span<const std::uint32_t> table) { table_ = table; }

  /// The sums of the step's pixels and columns and, unless the command keeps them, the results. The operands
  /// of all their row folds are there. False if an index of an N:M tile is bad.
  [[nodiscard]] bool finish(const FoldStep& step);

private:
  /// Rows of the window matrix for a chunk, and the distance between them in elements.
  struct Windows {
    const std::byte* data = nullptr;
    std::size_t row = 0;
  };
  Windows windows(Range pixels);
  Windows all_windows(Range pixels);
  template <typename T>
  void gather(const std::byte* values, Range pixels, T pad);
  [[nodiscard]] const std::byte* narrowed();
  /// Columns of one tile of B, the `column`th of their step and the ones behind it.
  [[nodiscard]] bool finish_columns(const FoldStep& step, std::uint32_t column);
  template <typename Acc>
  [[nodiscard]] bool finish_tile(const FoldStep& step, std::uint32_t column, std::vector<Acc>& kept,
                                 std::vector<Acc>& local);
  template <typename Acc>
  void finish_rows(const FoldStep& step, std::uint32_t column, Acc* sums, std::size_t row);

  const Operation& op_;
  std::shared_ptr<Accumulators> accumulators_;
  std::vector<std::byte> activations_;
  std::vector<std::byte> weights_;
  std::vector<std::byte> weight_zeros_;
  std::vector<std::byte> bias_;
  std::vector<std::byte> scale_;
  std::vector<std::byte> residual_;
  std::vector<std::byte> results_;
  std::vector<std::byte> narrowed_;  ///< the activations as the array takes them, if that changes them
  std::vector<std::byte> unpacked_;  ///< weights of the k that take part, x n_used
  std::vector<std::byte> windows_;
  std::span<const std::uint32_t> table_;
  std::vector<std::byte> kept_windows_;  ///< columns of windows_ that take part
  Range gathered_;                       ///< the chunk that windows_ holds
  std::vector<std::int32_t> int_sums_;
  std::vector<std::int64_t> wide_sums_;
  std::vector<float> float_sums_;
};

}  // namespace systole::engine::matrix
