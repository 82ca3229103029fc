// A matrix command as a job of the engine shell.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "hw/blocks/engine/matrix/arithmetic.h"
#include "hw/blocks/engine/matrix/fold_walk.h"
#include "hw/blocks/engine/matrix/operation.h"
#include "hw/blocks/engine/shell/access.h"
#include "hw/blocks/engine/shell/job.h"

namespace systole::engine::matrix {

/// One phase per fold, behind one for the table of k if there is one. Loads: the fold's weights, the
/// activations it needs, and with the fold that completes sums their bias, scales, weight zero points and
/// residual. Stores, then too: the results.
class MatrixJob : public Job {
public:
  /// accumulators: null when timing only. table: when timing only, the k that take part; empty if there is no
  /// table, or if nobody knows it: then they are taken to be spread evenly.
  MatrixJob(const Operation& op, const timing::ArrayShape& array, std::shared_ptr<Accumulators> accumulators,
            std::vector<std::uint32_t> table);
  MatrixJob(const MatrixJob&) = delete;
  MatrixJob& operator=(const MatrixJob&) = delete;

  bool next(Phase& phase) override;
  void execute() override;
  [[nodiscard]] ErrorCode error() const override { return error_; }
  [[nodiscard]] JobFigures figures() const override { return figures_; }

private:
  void load_table(Phase& phase);
  void append_activations(std::byte* mirror, std::vector<Access>& loads) const;
  void load_weights(Phase& phase) const;
  void load_activations(Phase& phase);
  void load_epilogue(Phase& phase) const;
  void move_spilled_sums(Phase& phase) const;
  void load_residual(Phase& phase) const;
  void store_results(Phase& phase) const;
  void add_results(RunBuilder& runs, std::uint64_t base, std::int32_t row_stride,
                   std::int32_t pixel_stride) const;

  Operation op_;
  std::vector<std::uint32_t> table_;
  bool table_loaded_ = false;
  bool table_checked_ = false;
  ErrorCode error_ = SGB_ERROR_NONE;
  FoldWalk walk_;
  FoldStep step_;
  /// [FoldStep::pass]: activations that come again, as they came first; empty if that is too long to keep.
  std::vector<std::vector<Access>> activations_;
  JobFigures figures_;
  std::unique_ptr<Arithmetic> arithmetic_;  ///< null when timing only
};

}  // namespace systole::engine::matrix
