// The numbers of a matrix command as one product, on operands where they stand in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "hw/blocks/engine/matrix/accumulators.h"
#include "hw/blocks/engine/matrix/operation.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/numerics/window.h"

namespace systole::engine::matrix {

/// Gives the same results as Arithmetic does column tile by column tile; whole rows of the result are made at
/// once, some pixels at a time.
class WholeProduct final : public WholeCommand {
public:
  /// Null if an operand or the result does not lie in `memory` as a whole, or if the result overlaps an
  /// operand (but for a residual that stands exactly where the result goes), or if a table or an index is
  /// bad.
  static std::unique_ptr<WholeProduct> make(const Operation& op, const DirectMemory& memory,
                                            std::shared_ptr<Accumulators> accumulators);
  void run() override;
  /// The k that take part, if the command has a table.
  [[nodiscard]] const std::vector<std::uint32_t>& table() const { return table_; }

private:
  WholeProduct(const Operation& op, std::shared_ptr<Accumulators> accumulators);
  [[nodiscard]] bool find(const DirectMemory& memory);
  [[nodiscard]] bool take_weights();
  void take_activations();
  /// Rows [begin, end) of the window matrix.
  const std::byte* windows(std::uint32_t begin, std::uint32_t end);
  const std::byte* all_windows(std::uint32_t begin, std::uint32_t end);
  template <typename T>
  const std::byte* gather(std::uint32_t begin, std::uint32_t end, T pad);
  template <typename Acc>
  void run_in_pieces(std::vector<Acc>& kept);

  Operation op_;
  std::shared_ptr<Accumulators> accumulators_;
  // Where everything stands; element (0, 0, 0) of tensors with strides.
  std::byte* a_ = nullptr;
  std::byte* b_ = nullptr;
  std::byte* bias_ = nullptr;
  std::byte* b_zero_ = nullptr;
  std::byte* scale_table_ = nullptr;
  std::byte* residual_ = nullptr;
  std::byte* out_ = nullptr;
  bool rows_stand_ready_ = false;  ///< the input is the window matrix as it stands
  std::size_t lda_ = 0;            ///< elements from row to row of it
  numerics::Window window_;        ///< over values_
  const std::byte* values_ = nullptr;
  std::vector<std::byte> narrowed_;
  std::vector<std::byte> weights_;  ///< row-major, unpacked
  std::vector<std::byte> windows_;
  std::vector<std::uint32_t> table_;
  std::vector<std::byte> kept_windows_;
};

}  // namespace systole::engine::matrix
