// Arg-max, top-k and full sort over an axis.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/blocks/engine/shell/axis_blocks.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/blocks/engine/sort/operation.h"
#include "hw/timing/unit_cycles.h"

namespace systole::engine::sort {

/// Phases of whole rows.
class AxisJob : public Job {
public:
  AxisJob(const Operation& op, std::uint32_t lanes, bool functional);
  bool next(Phase& phase) override;
  void execute() override;

private:
  [[nodiscard]] timing::UnitCycles cycles(std::uint64_t rows) const;
  [[nodiscard]] AxisTensor tensor(std::uint64_t address, std::uint32_t axis, std::uint32_t element_bytes,
                                  std::vector<std::byte>& mirror) const;
  [[nodiscard]] AxisTensor input();
  [[nodiscard]] AxisTensor values();
  [[nodiscard]] AxisTensor indices();
  [[nodiscard]] bool wants_values() const { return !op_.is_arg_max(); }
  [[nodiscard]] bool wants_indices() const { return op_.is_arg_max() || op_.d.out2 != 0; }

  Operation op_;
  std::uint32_t lanes_;
  AxisBlocks blocks_;
  AxisBlock block_;
  std::vector<std::byte> in_;  ///< all empty when timing only
  std::vector<std::byte> values_;
  std::vector<std::byte> indices_;
};

/// Comparisons of one row of n elements: what `sort.compare` counts.
///   arg-max  n
///   sorting  every block of `lanes` goes through the bitonic network (lanes / 2 comparators a stage), and
///            every block that a merge puts out through the merger
///   top-k    the same with a tree of merges that keep one block, if k fits into the lanes
[[nodiscard]] std::uint64_t comparisons(const Operation& op, std::uint32_t lanes);

}  // namespace systole::engine::sort
